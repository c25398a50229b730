import type { Outcome, Submission } from '@margrave/account-engine';
import { AT_MARKET } from '@margrave/domain';
import { asError } from '@margrave/runtime';
import type { AccountId, ClientOrderId, LotsE8 } from '@margrave/vocabulary';
import { createDraws, type Draws } from '../world/draws.ts';
import { SYMBOLS } from '../world/setting.ts';
import type { Surroundings } from '../world/surroundings.ts';
import { hasKey, sideOf, wishOf, type Wish } from './wishes.ts';

/** A client's own books: what it asked for under each key, and what it was told. */
export interface Asked {
  readonly key: string;
  readonly wish: Wish;
  /** What happens on its way. */
  readonly draws: Draws;
  /** Every final answer that it heard; all must be the same. */
  readonly answers: { readonly status: number; readonly body: string }[];
}

type Gateway = NonNullable<ReturnType<Surroundings['gateway']>>;

const TIMEOUT_MS = 4_000;
const PATIENCE_MS = 3_000;
const AGAIN_MS = 300;
const THINKS_MS = 250;

/** One client of one account: asks, and asks again under the same key until it has an answer. */
export class SimClient {
  readonly accountId: AccountId;
  readonly asked: Asked[] = [];
  isWaiting = false;
  readonly #world: Surroundings;
  readonly #seed: number;
  readonly #name: string;
  #wishes = 0;

  constructor(accountId: AccountId, number: number, world: Surroundings, seed: number) {
    this.accountId = accountId;
    this.#world = world;
    this.#seed = seed;
    this.#name = `client-${number}`;
  }

  start(): void {
    const draws = createDraws(this.#seed, this.#name);
    this.#world.scheduler.after(draws.between(1, 300), `${this.#name}: begins`, () => this.#next());
  }

  #next(): void {
    const { scheduler, faults } = this.#world;
    if (!faults.isQuiet) {
      this.#wishes += 1;
      const key = `${this.#name}:${this.#wishes}`;
      const draws = createDraws(this.#seed, key);
      const side = sideOf(this.#seed, this.#name, this.#wishes);
      const wish = wishOf(this.#world, { accountId: this.accountId, key: key as ClientOrderId, side }, draws);
      if (this.#world.isWanted(key)) {
        const asked: Asked = { key, wish, draws, answers: [] };
        this.asked.push(asked);
        this.#try(asked, () => {
          if (hasKey(wish) && faults.strikes('client: it uses a key again for something else', key)) this.#reuse(asked);
        });
        return;
      }
    }
    scheduler.after(THINKS_MS, `${this.#name}: thinks`, () => this.#next());
  }

  /** Sends, waits, and sends again, until there is an answer that ends it. */
  #try(asked: Asked, then: () => void): void {
    const { scheduler, faults } = this.#world;
    this.isWaiting = true;
    let isOver = false;
    const again = (why: string): void => {
      if (isOver) return;
      isOver = true;
      scheduler.after(AGAIN_MS, `${this.#name}: asks again ${asked.key}, ${why}`, () => this.#try(asked, then));
    };
    scheduler.after(TIMEOUT_MS, `${this.#name}: waited for ${asked.key}`, () => again('nothing was heard'));
    if (faults.strikes('client: the request is lost', asked.key)) return;
    scheduler.after(asked.draws.between(1, 5), `${this.#name}: ${describe(asked)}`, () => {
      const gateway = this.#world.gateway();
      if (gateway === undefined) return again('no gateway answers');
      this.#submit(gateway, asked, (outcome) => {
        if (faults.strikes('client: the answer is lost', asked.key)) return;
        gateway.process.after(asked.draws.between(1, 5), `answers ${asked.key}: ${outcome.kind}`, () => {
          if (isOver) return;
          const answer = answerOf(outcome);
          if (answer === undefined) return again(outcome.kind);
          isOver = true;
          asked.answers.push(answer);
          this.isWaiting = false;
          then();
          // Now and then a client asks once more what it was told.
          if (hasKey(asked.wish) && asked.draws.onceIn(15) && asked.answers.length === 1)
            return this.#try(asked, () => undefined);
          scheduler.after(asked.draws.between(50, 800), `${this.#name}: thinks`, () => this.#next());
        });
      });
    });
  }

  /** Another request under a used key is to be refused, whatever it says. */
  #reuse(asked: Asked): void {
    const gateway = this.#world.gateway();
    if (gateway === undefined) return;
    const wish: Wish = {
      ...AT_MARKET,
      kind: 'place',
      clientOrderId: asked.key as ClientOrderId,
      symbol: SYMBOLS[0]!,
      side: 'sell',
      volumeE8: 7_500_000n as LotsE8,
      maxDeviationE8: null,
    };
    const isKept = asked.answers[0]?.status !== 404;
    this.#submit(gateway, { ...asked, wish }, ({ kind }) => {
      if (isKept && (kind === 'committed' || kind === 'replayed')) {
        this.#world.breaks('2', `key ${asked.key} asked for something else is refused`, kind);
      }
    });
  }

  #submit({ engine }: Pick<Gateway, 'engine'>, { key, wish }: Asked, hear: (outcome: Outcome) => void): void {
    const submission: Submission = {
      accountId: this.accountId,
      command: wish,
      client: hasKey(wish)
        ? {
            key,
            requestHash: JSON.stringify(wish, (_name, value: unknown) => (typeof value === 'bigint' ? `${value}` : value)),
            answer: ({ orders }) => {
              const order = orders.find((each) => each.clientOrderId === wish.clientOrderId);
              return {
                status: order?.status === 'denied' ? 422 : 201,
                body: JSON.stringify({ orderId: order?.orderId, status: order?.status }),
              };
            },
          }
        : null,
      executions: [],
      patienceMs: PATIENCE_MS,
    };
    engine.submit(submission).then(hear, (error: unknown) => this.#world.onBug(asError(error)));
  }
}

function answerOf(outcome: Outcome): { readonly status: number; readonly body: string } | undefined {
  switch (outcome.kind) {
    case 'committed':
      return outcome.answer ?? { status: 200, body: '' };
    case 'replayed':
      return outcome.answer;
    case 'no_change':
    case 'no_such_account':
      return { status: 404, body: '' };
    case 'key_reused':
      return { status: 409, body: '' };
    case 'already_applied':
    case 'busy':
    case 'unavailable':
    case 'unknown':
      return undefined;
    default:
      return outcome satisfies never;
  }
}

const describe = ({ key, wish }: Asked): string => {
  switch (wish.kind) {
    case 'place':
      return `${key}: ${wish.type} ${wish.side} ${wish.volumeE8} e8 ${wish.symbol}`;
    case 'close':
      return `${key}: close ${wish.volumeE8 ?? 'all'} of ${wish.positionId}`;
    case 'close_by':
      return `${key}: close ${wish.positionId} by ${wish.byPositionId}`;
    case 'protect':
      return `${key}: protect ${wish.positionId}`;
    default:
      return `${key}: ${wish.kind} ${wish.orderId}`;
  }
};
