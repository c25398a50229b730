import { QuoteV1 } from '@margrave/contracts';
import { gatewayClient } from '@margrave/demo';
import { formatE8, parseE8, type SymbolName } from '@margrave/vocabulary';
import { connect } from '@nats-io/transport-node';
import type { BenchStage } from './bench-stage.ts';
import { exactly, figureOf, rowOf, type MeasuredRow } from './row.ts';

const ORDERS = 10_000;
const LEGS = 100;
const ACCOUNTS = ORDERS / LEGS;
const SECONDS_MAX = 5;
const SYMBOL = 'EURUSD' as SymbolName;
/** The numbers of who tells quotes: one who begins anew counts from the next of these (WIRE.md, `sequence`). */
const SEQUENCES_A_GENERATION = 1_000_000_000_000n;
const GIVE_UP_AFTER_MS = 60_000;
const LOOK_EVERY_MS = 20;
const TOLD_EVERY_MS = 200;

/** One tick that reaches ten thousand orders of a hundred accounts: from its being told to the last of their commits. */
export async function measureFired(bench: BenchStage): Promise<MeasuredRow[]> {
  const { stage, gateway } = bench;
  const accounts = await stage.openAccounts(ACCOUNTS, 'local');
  const client = gatewayClient(gateway.url, stage.token(accounts));
  const { body } = await client.get<{ quotes: readonly { bid: string; sequence: string }[] }>(
    `/v1/quotes?symbols=${SYMBOL}&accountId=${accounts[0]}`,
  );
  const [quote] = body.quotes;
  const bidE8 = parseE8(quote?.bid ?? '');
  if (quote === undefined || bidE8 === undefined) throw new Error(`there is no price of ${SYMBOL}`);
  // A hundredth below the market: nothing that wanders comes there.
  const restingE8 = bidE8 - (bidE8 / 100n / 1_000n) * 1_000n;
  for (const accountId of accounts) await placeResting(bench, accountId, formatE8(restingE8));

  await stage.startAgain('pending-orders');
  // From now on it is the bench that says what the price is.
  await stage.marketData.stop();
  const tell = await teller(stage.natsUrl, BigInt(quote.sequence) + SEQUENCES_A_GENERATION);
  try {
    await tell(bidE8);
    const startedMs = performance.now();
    await tell(restingE8 - 100_000n);
    const again = setInterval(() => void tell(restingE8 - 100_000n), TOLD_EVERY_MS);
    try {
      await untilFilled(bench, accounts);
    } finally {
      clearInterval(again);
    }
    const seconds = (performance.now() - startedMs) / 1_000;
    await proveFired(bench, accounts);
    return [
      rowOf({
        row: `triggers, ${ORDERS} orders reached by one tick, to the last commit`,
        unit: 's',
        betterIs: 'lower',
        ours: figureOf([seconds]),
        other: exactly(SECONDS_MAX),
        otherName: 'the bar',
        bar: 1,
      }),
    ];
  } finally {
    await tell.close();
    await stage.startAgain('market-data');
  }
}

async function placeResting({ stage, gateway }: BenchStage, accountId: string, price: string): Promise<void> {
  const client = gatewayClient(gateway.url, stage.token([accountId]));
  const orders = Array.from({ length: LEGS }, (_, leg) => ({
    clientOrderId: `fired-${leg}`,
    symbol: SYMBOL,
    side: 'buy',
    type: 'limit',
    volume: '0.01',
    price,
  }));
  const { status, body } = await client.post<{ legs: readonly { status: number }[] }>(
    `/v1/accounts/${accountId}/orders/batch`,
    { orders, atomic: true },
    { 'idempotency-key': 'fired' },
  );
  if (status !== 201) throw new Error(`orders that rest were answered with ${status} ${JSON.stringify(body).slice(0, 300)}`);
}

/** Tells a price as market-data does. */
async function teller(natsUrl: string, firstSequence: bigint) {
  const { host, username, password } = new URL(natsUrl);
  const client = await connect({ servers: host, user: username, pass: password });
  let sequence = firstSequence;
  const tell = async (bidE8: bigint): Promise<void> => {
    sequence += 1n;
    const [bid, ask] = [formatE8(bidE8), formatE8(bidE8 + 8_000n)];
    const body: QuoteV1 = { symbol: SYMBOL, sequence: `${sequence}`, bid, ask, low: bid, high: ask, ageMs: 0 };
    client.publish(QuoteV1.subject({ symbol: SYMBOL }), JSON.stringify(body));
    await client.flush();
  };
  return Object.assign(tell, { close: () => client.close() });
}

async function untilFilled({ stage: { sql } }: BenchStage, accounts: readonly string[]): Promise<void> {
  for (const untilMs = performance.now() + GIVE_UP_AFTER_MS; ;) {
    const [found] = await sql<{ waiting: number }[]>`
      select count(*)::int as waiting from orders where account_id = any(${accounts as string[]}::bigint[]) and status = 'working'`;
    if (found?.waiting === 0) return;
    if (performance.now() > untilMs) throw new Error(`${found?.waiting} orders were reached and are not executed`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/** Each is filled, by one deal. */
async function proveFired({ stage: { sql } }: BenchStage, accounts: readonly string[]): Promise<void> {
  const [found] = await sql<{ filled: number; deals: number; dealt: number }[]>`
    select (select count(*)::int from orders where account_id = any(${accounts as string[]}::bigint[]) and status = 'filled') as filled,
        count(*)::int as deals, count(distinct order_id)::int as dealt
      from deals where account_id = any(${accounts as string[]}::bigint[])`;
  if (found?.filled !== ORDERS || found.deals !== ORDERS || found.dealt !== ORDERS) {
    throw new Error(`of ${ORDERS} orders ${found?.filled} are filled, by ${found?.deals} deals of ${found?.dealt}`);
  }
}
