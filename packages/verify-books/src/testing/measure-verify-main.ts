/**
 * How long the books of so many orders take to verify, and how much memory. Run it on an idle machine; it starts servers of its
 * own and stops them:
 *
 *     node packages/verify-books/src/testing/measure-verify-main.ts [orders, 20000 unless told]
 */
import { createAccounts, migrate } from '@margrave/store-postgres';
import { startServers } from '@margrave/testkit';
import type { Currency, GroupId, MoneyE8 } from '@margrave/vocabulary';
import postgres from 'postgres';
import { describeFindings, verifyBooks } from '../verify-books.ts';
import { openTradingDesk, type TradingDesk } from './trading-desk.ts';

const ORDERS = Number(process.argv[2] ?? '20000');
const ACCOUNTS = 100;
const AT_ONCE = 200;
const LOTS_E8 = 1_000_000n;
/** One account gets an eighth of all orders, to show what grows faster than it should. */
const SHARE_OF_ONE = 8;
/** The most that are reckoned subset by subset. */
const IN_FLIGHT = 10;
const WRITE_BEHIND_MS_MAX = 2_000;

const servers = await startServers({
  purpose: 'test',
  log: (sentence) => process.stderr.write(`${sentence}\n`),
});
try {
  const urls = { databaseUrl: servers.postgres.url, natsUrl: servers.nats.url, redisUrl: servers.redis.url };
  await migrate(urls.databaseUrl, {});
  const desk = await openTradingDesk(urls);
  const filledSeconds = await seconds(() => fill(desk, urls.databaseUrl));
  await new Promise((resolve) => setTimeout(resolve, WRITE_BEHIND_MS_MAX));
  await desk.stop();
  const sql = postgres(urls.databaseUrl, { max: 1, onnotice: () => undefined });
  // There is no relay here to send what a busy machine's publisher left.
  await sql`update outbox set published_at = clock_timestamp() where published_at is null`;
  const before = process.memoryUsage().rss;
  const startedMs = performance.now();
  const findings = await verifyBooks(sql, { redisUrl: urls.redisUrl, atRest: true });
  const verifiedSeconds = (performance.now() - startedMs) / 1_000;
  await sql.end();
  process.stdout.write(`${describeFindings(findings)}\n`);
  process.stdout.write(
    `${ORDERS} orders: made in ${filledSeconds.toFixed(1)} s, verified in ${verifiedSeconds.toFixed(1)} s, ${((process.memoryUsage().rss - before) / 2 ** 20).toFixed(0)} MiB more than before\n`,
  );
} finally {
  await servers.stop();
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return (performance.now() - startedMs) / 1_000;
}

async function fill(desk: TradingDesk, databaseUrl: string): Promise<void> {
  const common = {
    ownerId: 'measure',
    currency: 'USD' as Currency,
    leverage: 100n,
    mode: 'hedging',
    depositE8: (10n ** 17n) as MoneyE8,
  } as const;
  const local = await createAccounts(databaseUrl, ACCOUNTS, { ...common, type: 'demo', groupId: 'standard' as GroupId });
  const [atProvider = ''] = await createAccounts(databaseUrl, 1, { ...common, type: 'live', groupId: 'raw' as GroupId });
  const ofOne = Math.floor(ORDERS / SHARE_OF_ONE);
  await inPortions(ofOne, async (index) => {
    const order = await desk.place(atProvider, `lp-${index}`, index % 3 === 0 ? 'sell' : 'buy', LOTS_E8);
    // A busy machine's price may be stale, and the order denied.
    if (order.requestId !== null && index < ofOne - IN_FLIGHT) {
      const report = { executionType: 'fill', lastVolumeE8: LOTS_E8, lastPriceE8: 108_451_000n + BigInt(index) } as const;
      await desk.report(order, { ...report, executionId: `fill-${index}` });
    }
  });
  await inPortions(Math.floor((ORDERS - ofOne) / 2), async (index) => {
    const accountId = local[index % ACCOUNTS] ?? '';
    const { positionId } = await desk.place(accountId, `in-${index}`, 'buy', LOTS_E8);
    if (positionId !== null) await desk.close(accountId, `out-${index}`, positionId);
  });
}

async function inPortions(count: number, work: (index: number) => Promise<void>): Promise<void> {
  for (let from = 0; from < count; from += AT_ONCE) {
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, offset) => work(from + offset)));
  }
}
