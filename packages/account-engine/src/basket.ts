import type { Account, Change, DecisionRecord } from '@margrave/domain';
import type { CommandKeyRow, CommandRows } from '@margrave/store-postgres';
import type { Answer, Basket, DecidedBasket, Leg, LegOutcome, Submission } from './api.ts';
import { keyRow } from './to-rows.ts';

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
 * Decides the legs one after the other; where none of them changes anything, that is what is committed. The keys of all stand on the first of those that are decided: where one of them was used
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
  /** Nothing is done, and that it was is kept under the basket's key. */
  const noted = (because: DecisionRecord | null, wholeOf: (note: Decided) => DecidedBasket) => {
    const note = decide({ ...shared, command: { kind: 'note_basket', because }, client: null }, parts.account);
    return isDecided(note) ? keyed([note], wholeOf(note)) : note;
  };
  for (const [place, leg] of legs.entries()) {
    const settled = known.has(place) ? undefined : decide({ ...leg, ...shared }, account);
    const outcome = settled === undefined ? known.get(place) : isDecided(settled) ? asDecided(settled) : asLeg(settled);
    if (outcome === undefined) return settled as Unsettled;
    outcomes.push(outcome);
    const decision = outcome.kind === 'decided' ? outcome.change.decision : null;
    if (isAtomic && (outcome.kind !== 'decided' || decision?.denial !== null)) {
      return noted(decision, ({ change }) => ({
        legs: outcomes,
        refused: { leg: place, decision: change.decision },
        account: change.account,
      }));
    }
    if (settled === undefined || !isDecided(settled)) continue;
    decided.push(settled);
    account = settled.change.account;
  }
  if (decided.length === 0) return noted(null, ({ change }) => ({ legs: outcomes, refused: null, account: change.account }));
  return keyed(decided, { legs: outcomes, refused: null, account });
}

const asDecided = ({ change, answer }: DecidedLeg): LegOutcome => ({ kind: 'decided', change, answer });

function withKeys<Decided extends DecidedLeg>(decided: readonly Decided[], whole: CommandKeyRow): readonly Decided[] {
  const keys = [whole, ...decided.flatMap(({ rows }) => rows.commandKeys)];
  return decided.map((each, index) => ({ ...each, rows: { ...each.rows, commandKeys: index === 0 ? keys : [] } }));
}
