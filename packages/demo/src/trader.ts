import type { ClientQuoteV1, OrderPageV1, PlacedAnswerV1, PositionPageV1, PositionV1, ProblemV1 } from '@margrave/contracts';
import { formatE8, parseE8 } from '@margrave/vocabulary';
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
  /** So many orders rest at the most; then the oldest is taken back. */
  readonly restingMax: number;
}

export interface Tally {
  placed: number;
  closed: number;
  /** Orders that rest, taken back. */
  cancelled: number;
  denied: number;
  /** Whatever a client should not see: server errors, answers that mean nothing. */
  readonly unexpected: string[];
  /** Orders that were answered: accepted or denied. */
  placements: number;
  /** How long the last of them took. */
  readonly placementMs: number[];
}

export const newTally = (): Tally => ({
  placed: 0,
  closed: 0,
  cancelled: 0,
  denied: 0,
  unexpected: [],
  placements: 0,
  placementMs: [],
});

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
        const symbol = hopeless ? 'EURUSD' : pick(plan.symbols, random);
        const side = random() < 0.5 ? 'buy' : 'sell';
        const volume = hopeless ? '100' : pick(plan.lots, random);
        const terms = hopeless ? { type: 'market' } : await termsOf(client, plan, { symbol, side }, random);
        take(await client.post(`${account}/orders`, { clientOrderId, symbol, side, volume, ...terms }), tally, 'placed');
        if (terms.type !== 'market') await takeBackOldest(client, account, plan.restingMax, tally);
      }
    } catch (error) {
      tally.unexpected.push(error instanceof Error ? error.message : String(error));
    }
    await pause(plan.pauseMs, stop);
  }
}

interface Terms {
  readonly type: string;
  readonly price?: string;
  readonly stopPrice?: string;
  readonly timeInForce?: string;
}

/** A market order, or one that waits a little away from the market; often with protection for what it opens. */
async function termsOf(
  client: GatewayClient,
  { accountId }: TraderPlan,
  { symbol, side }: { readonly symbol: string; readonly side: string },
  random: Random,
): Promise<Terms> {
  const answer = await client.get<{ quotes: readonly ClientQuoteV1[] }>(`/v1/quotes?symbols=${symbol}&accountId=${accountId}`);
  const [quote] = answer.status === 200 ? answer.body.quotes : [];
  const [bid, ask] = [parseE8(quote?.bid ?? ''), parseE8(quote?.ask ?? '')];
  if (bid === undefined || ask === undefined || ask <= bid) return { type: 'market' };
  const spread = ask - bid;
  const away = (spreads: bigint): { readonly distance: string } => ({ distance: formatE8(spreads * spread) });
  const protection = random() < 0.5 ? { stopLoss: away(8n), takeProfit: away(5n) } : {};
  const [below, above] = [formatE8(bid - 2n * spread), formatE8(ask + 2n * spread)];
  const kind = random();
  if (kind < 0.2) return { type: 'limit', price: side === 'buy' ? below : above, timeInForce: 'day', ...protection };
  if (kind < 0.3) return { type: 'stop', stopPrice: side === 'buy' ? above : below, timeInForce: 'day', ...protection };
  return { type: 'market', ...protection };
}

/** Takes back the oldest order that rests, where more of them do than may. */
async function takeBackOldest(client: GatewayClient, account: string, restingMax: number, tally: Tally): Promise<void> {
  const answer = await client.get<OrderPageV1>(`${account}/orders?status=working&limit=200`);
  if (answer.status !== 200) throw new Error(`the orders were answered with ${answer.status} ${JSON.stringify(answer.body)}`);
  const resting = answer.body.items.filter(({ isResting }) => isResting);
  const oldest = resting.at(-1);
  if (oldest === undefined || resting.length <= restingMax) return;
  take(await client.remove(`${account}/orders/${oldest.orderId}`), tally, 'cancelled');
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

function take(answer: Answer<PlacedAnswerV1 | ProblemV1>, tally: Tally, what: 'placed' | 'closed' | 'cancelled'): void {
  if (what === 'placed' && (answer.status === 201 || answer.status === 422)) {
    notePlacement(tally, answer.elapsedMs);
  }
  if (answer.status === 201 || answer.status === 200) tally[what] += 1;
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
