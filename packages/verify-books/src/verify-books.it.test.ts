import { testServers, type TestServers } from '@margrave/testkit';
import { Redis } from 'ioredis';
import postgres from 'postgres';
import { isBroken, type Finding } from './finding.ts';
import { runCommand } from './testing/run-command.ts';
import { openTradingDesk, type TradingDesk } from './testing/trading-desk.ts';
import { describeFindings, verifyBooks } from './verify-books.ts';

const LOCAL = '1000000001';
const LP = '1000000002';
const NETTING = '1000000003';
const TENTH = 10_000_000n;
const WRITE_BEHIND_MS_MAX = 1_000;

let servers: TestServers;
let sql: postgres.Sql;
let redis: Redis;
let desk: TradingDesk;

beforeAll(async () => {
  servers = await testServers();
  sql = postgres(servers.databaseUrl, { max: 1, onnotice: () => undefined });
  redis = new Redis(servers.redisUrl);
  desk = await openTradingDesk(servers);
  await tradeALittle(desk);
  await new Promise((resolve) => setTimeout(resolve, WRITE_BEHIND_MS_MAX));
}, 120_000);

afterAll(async () => {
  await desk?.stop();
  redis?.disconnect();
  await sql?.end();
});

/** In house and at a provider: closed, in parts, cancelled after a part, late, denied, and left in flight; and a netted position. */
async function tradeALittle({ place, close, report }: TradingDesk): Promise<void> {
  const kept = await place(LOCAL, 'kept', 'buy', TENTH);
  const closed = await place(LOCAL, 'closed', 'sell', 3n * TENTH);
  if (closed.positionId !== null) await close(LOCAL, 'close', closed.positionId);
  await place(LOCAL, 'denied', 'buy', 100n * TENTH * 10n);
  expect(kept.positionId).not.toBeNull();

  const parts = await place(LP, 'parts', 'buy', TENTH);
  await report(parts, { executionId: 'new', executionType: 'new' });
  await report(parts, {
    executionId: 'part',
    executionType: 'partial_fill',
    lastVolumeE8: 4_000_000n,
    lastPriceE8: 108_457_000n,
  });
  await report(parts, { executionId: 'rest', executionType: 'fill', lastVolumeE8: 6_000_000n, lastPriceE8: 108_459_000n });
  const closing = await close(LP, 'close-part', parts.orderId as never);
  await report(closing, {
    executionId: 'out',
    executionType: 'partial_fill',
    lastVolumeE8: 3_000_000n,
    lastPriceE8: 108_471_000n,
  });
  await report(closing, { executionId: 'over', executionType: 'cancelled' });
  const late = await place(LP, 'late', 'sell', TENTH);
  await report(late, { executionId: 'no', executionType: 'rejected' });
  await report(late, { executionId: 'after-all', executionType: 'fill', lastVolumeE8: TENTH, lastPriceE8: 108_450_000n });
  await place(LP, 'in-flight', 'buy', TENTH);

  for (const [key, side, volumeE8] of [
    ['net-1', 'buy', TENTH],
    ['net-2', 'sell', 3n * TENTH],
  ] as const) {
    const order = await place(NETTING, key, side, volumeE8);
    await report(order, { executionId: key, executionType: 'fill', lastVolumeE8: volumeE8, lastPriceE8: 108_456_000n });
  }
}

const finding = (findings: readonly Finding[], number: string): Finding => {
  const found = findings.find(({ invariant }) => invariant.startsWith(`${number} `));
  if (found === undefined) throw new Error(`there is no invariant ${number}`);
  return found;
};
const look = (atRest = true): Promise<readonly Finding[]> => verifyBooks(sql, { redisUrl: servers.redisUrl, atRest });
const allBreaks = (findings: readonly Finding[]): readonly string[] => findings.flatMap(({ breaks }) => breaks);

describe('the books after some trading', () => {
  it('hold every invariant, on something of each', async () => {
    const findings = await look();
    expect(findings.filter(isBroken)).toEqual([]);
    const counts = ['9', '10a', '10b', '10c'].map((number) => finding(findings, number).checked);
    expect(counts).toEqual([3, 4, 10, 6]);
    expect(finding(findings, '3b').checked).toBeGreaterThan(40);
    expect(describeFindings(findings)).toContain('3 checked  ok (0 older than PostgreSQL, 0 of another epoch and not checked)');
  });

  it.each([
    ['accounts', 'balance_e8 = balance_e8 + 1', `account_id = ${LOCAL}`, /^account 1000000001: balance is \d+, replayed \d+$/],
    ['orders', 'filled_volume_e8 = 1', "client_order_id = 'closed'", /: the filled volume is 1, replayed 30000000$/],
    ['orders', "status = 'cancelled'", "client_order_id = 'late'", /: the status is cancelled, replayed filled$/],
    ['positions', "side = 'buy'", `account_id = ${NETTING} and open_volume_e8 > 0`, /: the side is buy, replayed sell$/],
    [
      'positions',
      'open_notional_e16 = 1',
      `account_id = ${LP} and open_volume_e8 = 7000000`,
      /: the open notional is 1, replayed \d+$/,
    ],
  ])('are broken by %s set %s where %s, and the replay says so', async (table, set, where, said) => {
    const rows = await sql.unsafe(`select to_jsonb(t)::text row from ${table} t where ${where}`);
    expect(rows).toHaveLength(1);
    await sql.unsafe(`update ${table} set ${set} where ${where}`);
    try {
      const replayed = (await look(false)).filter(({ invariant }) => invariant.startsWith('10'));
      expect(allBreaks(replayed)).toEqual([expect.stringMatching(said)]);
    } finally {
      const id = `${table.slice(0, -1)}_id`;
      const [column = ''] = set.split(' ');
      await sql.unsafe(
        `update ${table} t set ${column} = before.${column} from jsonb_populate_record(null::${table}, $1::text::jsonb) before where t.${id} = before.${id}`,
        [rows[0]?.['row'] as string],
      );
    }
    expect(allBreaks(await look())).toEqual([]);
  });
});

it('a deal whose order has another markup by now is named', async () => {
  const other = (by: number) => sql`update orders set markup_e8 = markup_e8 + ${by} where client_order_id = 'parts'`;
  expect((await other(1)).count).toBe(1);
  try {
    const { checked, breaks } = finding(await look(false), '2g');
    expect(checked).toBeGreaterThan(2);
    expect(breaks).toEqual(
      [108_457_000, 108_459_000].map((had) => expect.stringContaining(` was had at ${had} by order `) as string),
    );
  } finally {
    await other(-1);
  }
  expect(allBreaks(await look())).toEqual([]);
});

describe('an account in Redis', () => {
  const KEY = `acct:${LP}`;
  const changed = async (
    change: (hash: { version: string; epoch: string; json: string }) => object,
    atRest = true,
  ): Promise<Finding> => {
    const hash = (await redis.hgetall(KEY)) as { version: string; epoch: string; json: string };
    await redis.hset(KEY, change(hash));
    try {
      return finding(await look(atRest), '9');
    } finally {
      await redis.hset(KEY, hash);
    }
  };

  it('is broken by another figure, and the figure is named', async () => {
    const { breaks } = await changed(({ json }) => ({ json: json.replace(/"marginTotalE8":"\d+"/, '"marginTotalE8":"1"') }));
    expect(breaks).toEqual([
      expect.stringMatching(/^acct:1000000002 at version \d+: the account has marginTotalE8 1, PostgreSQL \d+$/),
    ]);
  });

  it('is broken by a live order or an open position that it lacks', async () => {
    const { breaks: orders } = await changed(({ json }) => ({
      json: JSON.stringify({ ...(JSON.parse(json) as object), orders: [] }),
    }));
    expect(orders).toEqual([expect.stringMatching(/order \d+ is missing$/)]);
    const { breaks: positions } = await changed(({ json }) => ({
      json: JSON.stringify({ ...(JSON.parse(json) as object), positions: [] }),
    }));
    expect(positions).toEqual([expect.stringMatching(/position \d+ is missing$/)]);
  });

  it('is broken when it is newer than PostgreSQL', async () => {
    const { breaks } = await changed(({ version }) => ({ version: `${BigInt(version) + 1n}` }));
    expect(breaks).toEqual([expect.stringMatching(/^acct:1000000002 is at version \d+, newer than PostgreSQL at \d+$/)]);
  });

  it('may be older while the broker works, and not when it is at rest', async () => {
    const older = ({ version }: { version: string }) => ({ version: `${BigInt(version) - 1n}`, json: '{}' });
    expect(await changed(older, false)).toMatchObject({
      checked: 3,
      breaks: [],
      note: expect.stringMatching(/^1 older/) as string,
    });
    expect((await changed(older, true)).breaks).toEqual([expect.stringMatching(/and nothing moves any more$/)]);
  });

  it('of another epoch is neither broken nor checked', async () => {
    const found = await changed(() => ({ epoch: 'another', version: '999999', json: '{}' }));
    expect(found).toMatchObject({ checked: 2, breaks: [], note: expect.stringMatching(/ 1 of another epoch/) as string });
  });

  it('is broken when it cannot be read, or belongs to nobody', async () => {
    expect((await changed(() => ({ version: 'seven' }))).breaks).toEqual([
      'acct:1000000002 is no account with its version, epoch and json',
    ]);
    const hash = await redis.hgetall(KEY);
    await redis.hset('acct:1000999999', hash);
    const { breaks } = finding(await look(), '9');
    await redis.del('acct:1000999999');
    expect(breaks).toEqual(['acct:1000999999: PostgreSQL has no such account']);
  });

  it('must be there at all', async () => {
    const elsewhere = servers.redisUrl.replace(/\d+$/, '15');
    const found = finding(await verifyBooks(sql, { redisUrl: elsewhere, atRest: false }), '9');
    expect([found.checked, isBroken(found)]).toEqual([0, true]);
  });
});

describe('the command', () => {
  const environment = () => ({ DATABASE_URL: servers.databaseUrl, REDIS_URL: servers.redisUrl });
  it('checks Redis where it is told of one, and only there', async () => {
    const withRedis = await runCommand(['--at-rest'], environment());
    expect([withRedis.code, withRedis.out.includes('9 every account in Redis')]).toEqual([0, true]);
    const without = await runCommand([], { DATABASE_URL: servers.databaseUrl });
    expect([without.code, without.out.includes('9 every account in Redis')]).toEqual([0, false]);
  });

  it('says what is wrong with how it was called, or that Redis is not there', async () => {
    expect(await runCommand(['--at-rest'], { DATABASE_URL: servers.databaseUrl })).toMatchObject({
      code: 2,
      err: expect.stringContaining('REDIS_URL names none') as string,
    });
    expect(await runCommand(['--rest'], environment())).toMatchObject({
      code: 2,
      err: expect.stringContaining('no option --rest') as string,
    });
    expect(await runCommand([], { ...environment(), REDIS_URL: 'redis://127.0.0.1:1' })).toMatchObject({
      code: 2,
      err: expect.stringContaining('Redis: connect ECONNREFUSED') as string,
    });
  });
});
