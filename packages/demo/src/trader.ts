import type { PlacedAnswerV1, PositionPageV1, PositionV1, ProblemV1 } from '@margrave/contracts';
import type { Answer, GatewayClient } from './gateway-client.ts';

/** What one client does: how often, on what, and how much it holds at the most. */
export interface TraderPlan {
  readonly accountId: string;
  readonly symbols: readonly string[];
  readonly lots: readonly string[];
  readonly pauseMs: number;
  readonly positionsMax: number;
  /** An order far beyond the account's means, once in so many. */
  readonly hopelessEvery: number;
}

export interface Tally {
  placed: number;
  closed: number;
  denied: number;
  /** Whatever a client should not see: server errors, answers that mean nothing. */
  readonly unexpected: string[];
  /** Orders that were answered: accepted or denied. */
  placements: number;
  /** How long the last of them took. */
  readonly placementMs: number[];
}

export const newTally = (): Tally => ({ placed: 0, closed: 0, denied: 0, unexpected: [], placements: 0, placementMs: [] });

export type Random = () => number;

const pick = <Item>(items: readonly Item[], random: Random): Item => {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error('there is nothing to pick from');
  return item;
};

const PLACEMENTS_KEPT = 10_000;
/** The demo’s instruments trade no less. */
const SMALLEST_LOTS = 0.01;

/** Trades on one account until it is told to stop, one command after the other, as a person's terminal would. */
export async function trade(
  client: GatewayClient,
  plan: TraderPlan,
  tally: Tally,
  random: Random,
  stop: AbortSignal,
): Promise<void> {
  const account = `/v1/accounts/${plan.accountId}`;
  for (let turn = 1; !stop.aborted; turn += 1) {
    try {
      const clientOrderId = `demo-${plan.accountId}-${process.pid}-${turn}`;
      const open = await openPositions(client, account);
      const idle = open.filter((position) => position.closingOrderId === null);
      const oldest = idle[0];
      if (oldest !== undefined && open.length >= plan.positionsMax) {
        const part = random() < 0.5 && Number(oldest.openVolume) > SMALLEST_LOTS ? { volume: `${SMALLEST_LOTS}` } : {};
        const body = { clientOrderId, ...part };
        take(await client.post(`${account}/positions/${oldest.positionId}/close`, body), tally, 'closed');
      } else {
        const hopeless = turn % plan.hopelessEvery === 0;
        const order = {
          clientOrderId,
          symbol: hopeless ? 'EURUSD' : pick(plan.symbols, random),
          side: random() < 0.5 ? 'buy' : 'sell',
          type: 'market',
          volume: hopeless ? '100' : pick(plan.lots, random),
        };
        take(await client.post(`${account}/orders`, order), tally, 'placed');
      }
    } catch (error) {
      tally.unexpected.push(error instanceof Error ? error.message : String(error));
    }
    await pause(plan.pauseMs, stop);
  }
}

async function openPositions(client: GatewayClient, account: string): Promise<readonly PositionV1[]> {
  const answer = await client.get<PositionPageV1>(`${account}/positions?limit=200`);
  if (answer.status !== 200) throw new Error(`the positions were answered with ${answer.status} ${JSON.stringify(answer.body)}`);
  // Newest first: the oldest is closed first.
  return answer.body.items.toReversed();
}

/** An order that was answered, accepted or denied. All are counted; the times of the last so many are kept. */
export function notePlacement(tally: Tally, elapsedMs: number): void {
  tally.placements += 1;
  tally.placementMs.push(elapsedMs);
  if (tally.placementMs.length > PLACEMENTS_KEPT) tally.placementMs.shift();
}

function take(answer: Answer<PlacedAnswerV1 | ProblemV1>, tally: Tally, what: 'placed' | 'closed'): void {
  if (what === 'placed' && (answer.status === 201 || answer.status === 422)) {
    notePlacement(tally, answer.elapsedMs);
  }
  if (answer.status === 201) tally[what] += 1;
  else if (answer.status === 422) tally.denied += 1;
  else tally.unexpected.push(`${answer.status} ${JSON.stringify(answer.body).slice(0, 200)}`);
}

const pause = (ms: number, stop: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      stop.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    stop.addEventListener('abort', done);
  });
