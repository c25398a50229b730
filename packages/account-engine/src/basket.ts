import type { Account, Change, DecisionRecord } from '@margrave/domain';
import type { CommandKeyRow, CommandRows } from '@margrave/store-postgres';
import type { AccountId } from '@margrave/vocabulary';
import type { Answer, Keyed, Outcome, StageTimes, Submission } from './api.ts';
import { keyRow } from './to-rows.ts';

/** A leg of a basket: a command with its own key, if it has one. */
export type Leg = Pick<Submission, 'command' | 'client'>;

/**
 * Commands of one account that are decided one after the other, each on what the one before left, and committed together: all of
 * them stand, or none.
 */
export interface Basket {
  readonly accountId: AccountId;
  /** Which they are, of the account as it is when they are decided. */
  readonly legsOf: (account: Account) => readonly Leg[];
  /** Whether one that is refused refuses all. */
  readonly isAtomic: boolean;
  /** Of the whole, besides the keys of its legs. */
  readonly client: Keyed & { readonly answer: (decided: DecidedBasket) => Answer };
  readonly patienceMs: number;
}

/** What became of a leg. A denied one is committed like another; one that was known, or that changes nothing, was not tried. */
export type LegOutcome =
  | { readonly kind: 'decided'; readonly change: Change; readonly answer: Answer | null }
  | Extract<Outcome, { readonly kind: 'replayed' | 'key_reused' | 'no_change' }>;

/** What a basket comes to, before it is committed. */
export interface DecidedBasket {
  /** In their order; of a basket that is refused, those that were looked at. */
  readonly legs: readonly LegOutcome[];
  /** Why all of an atomic basket is refused: the leg, counted from 0, whose refusal it is. */
  readonly refused: { readonly leg: number; readonly decision: DecisionRecord | null } | null;
  /** The account after it. */
  readonly account: Account;
}

/** What became of a basket. Only `committed` changed anything by this call. */
export type BasketOutcome =
  | {
      readonly kind: 'committed_basket';
      readonly basket: DecidedBasket;
      readonly answer: Answer;
      readonly times: StageTimes;
    }
  | Exclude<Outcome, { readonly kind: 'committed' | 'already_applied' | 'no_change' }>;

/** A command that was decided, with the rows that it comes to. */
interface DecidedLeg {
  readonly change: Change;
  readonly rows: CommandRows;
  readonly answer: Answer | null;
}

interface BasketParts<Decided extends DecidedLeg, Unsettled> {
  readonly basket: Basket;
  readonly legs: readonly Leg[];
  /** Legs that were commanded before, by their places. */
  readonly known: ReadonlyMap<number, LegOutcome>;
  readonly account: Account;
  readonly decide: (submission: Submission, account: Account) => Decided | Unsettled;
  readonly isDecided: (settled: Decided | Unsettled) => settled is Decided;
  /** Of one that is not decided: what its leg came to, if the basket can go on without it. */
  readonly asLeg: (settled: Unsettled) => LegOutcome | undefined;
}

/**
 * Decides the legs one after the other. The keys of all stand on the first of those that are decided: where one of them was used
 * before, it does not stand, and whatever follows it in its account's chain does not either.
 */
export function decideBasket<Decided extends DecidedLeg, Unsettled>(
  parts: BasketParts<Decided, Unsettled>,
): { readonly decided: readonly Decided[]; readonly basket: DecidedBasket; readonly answer: Answer } | Unsettled {
  const { basket, legs, known, decide, isDecided, asLeg } = parts;
  const { accountId, isAtomic, client } = basket;
  const outcomes: LegOutcome[] = [];
  const decided: Decided[] = [];
  let { account } = parts;
  const shared = { accountId, executions: [], patienceMs: null };
  const keyed = (some: readonly Decided[], whole: DecidedBasket) => {
    const answer = client.answer(whole);
    return { decided: withKeys(some, keyRow(client, answer)), basket: whole, answer };
  };
  for (const [place, leg] of legs.entries()) {
    const settled = known.has(place) ? undefined : decide({ ...leg, ...shared }, account);
    const outcome = settled === undefined ? known.get(place) : isDecided(settled) ? asDecided(settled) : asLeg(settled);
    if (outcome === undefined) return settled as Unsettled;
    outcomes.push(outcome);
    const decision = outcome.kind === 'decided' ? outcome.change.decision : null;
    if (isAtomic && (outcome.kind !== 'decided' || decision?.denial !== null)) {
      const whole = { legs: outcomes, refused: { leg: place, decision }, account: parts.account };
      if (decision === null) return keyed([], whole);
      const refusal = decide({ ...shared, command: { kind: 'refuse_basket', because: decision }, client: null }, parts.account);
      return isDecided(refusal) ? keyed([refusal], { ...whole, account: refusal.change.account }) : refusal;
    }
    if (settled === undefined || !isDecided(settled)) continue;
    decided.push(settled);
    account = settled.change.account;
  }
  return keyed(decided, { legs: outcomes, refused: null, account });
}

const asDecided = ({ change, answer }: DecidedLeg): LegOutcome => ({ kind: 'decided', change, answer });

function withKeys<Decided extends DecidedLeg>(decided: readonly Decided[], whole: CommandKeyRow): readonly Decided[] {
  const keys = [whole, ...decided.flatMap(({ rows }) => rows.commandKeys)];
  return decided.map((each, index) => ({ ...each, rows: { ...each.rows, commandKeys: index === 0 ? keys : [] } }));
}
