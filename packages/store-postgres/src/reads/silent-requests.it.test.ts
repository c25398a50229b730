import { openConnection, type Connection } from '../connection/connection.ts';
import { outboxState } from '../operations/outbox.ts';
import { openTestStore, type TestStore } from '../testing/test-store.ts';
import { providerStates } from './provider-states.ts';
import { silentRequests } from './silent-requests.ts';

let test: TestStore;
let admin: Connection;
beforeEach(async () => {
  test = await openTestStore();
  admin = await openConnection({ databaseUrl: test.adminUrl, applicationName: 'silence', connectTimeoutMs: 5_000 });
  // What was over long ago, and what is needed of no query here.
  await requests('lp-a', 60_000, { firstId: 7_000_000_000, ago: '1 day' });
  await admin.script("update provider_requests set ended_at = created_at, asked_at = created_at + interval '6 s'");
});
afterEach(async () => {
  await admin.end();
  await test.store.close();
});

interface Made {
  readonly firstId: number;
  readonly ago: string;
  readonly published?: boolean;
}

/** So many requests for new orders, a millisecond apart, published as they were made. */
const requests = (provider: string, count: number, { firstId, ago, published = true }: Made) =>
  admin.script(`
    insert into provider_requests (request_id, account_id, order_id, provider, kind, created_at)
      select n, 1000002000, n, '${provider}', 'new', clock_timestamp() - interval '${ago}' + (n - ${firstId}) * interval '1 ms'
        from generate_series(${firstId}, ${firstId + count - 1}) n;
    insert into outbox (account_id, message_id, subject, body, request_id, created_at, published_at)
      select account_id, request_id::text, 'subject', '{}', request_id, created_at, ${published ? 'created_at' : 'null'}
        from provider_requests where request_id between ${firstId} and ${firstId + count - 1};
    analyze provider_requests, outbox;`);

/** What the next sweep asks about, and notes as asked. */
async function sweep(): Promise<readonly string[]> {
  const silent = (await silentRequests(admin, 200)).map(({ requestId }) => requestId as string);
  await admin.query('update provider_requests set asked_at = clock_timestamp() where request_id = any($1::bigint[])', [
    `{${silent.join(',')}}`,
  ]);
  return silent;
}

const pass = (seconds: number) =>
  admin.script(`
    update provider_requests set created_at = created_at - interval '${seconds} s', asked_at = asked_at - interval '${seconds} s'
      where request_id = 8000000000;
    update outbox set published_at = published_at - interval '${seconds} s' where request_id = 8000000000`);

describe('a provider that stays silent', () => {
  it('is asked about an order 35 times in a day, at first every half minute and then every hour', async () => {
    await requests('lp-a', 1, { firstId: 8_000_000_000, ago: '6 s' });
    const askedAfter: number[] = [];
    const [soonSeconds, laterSeconds] = [10, 120];
    for (let seconds = 0; seconds < 86_400;) {
      if ((await sweep()).length > 0) askedAfter.push(seconds);
      const step = seconds < 600 ? soonSeconds : laterSeconds;
      await pass(step);
      seconds += step;
    }
    expect(askedAfter.slice(0, 4)).toEqual([0, 30, 60, 100]);
    expect(Math.max(...askedAfter.map((seconds, index) => seconds - (askedAfter[index - 1] ?? 0)))).toBeLessThanOrEqual(3_720);
    expect(askedAfter).toHaveLength(35);
  });

  it('with thousands of orders keeps nobody from being asked: those never asked about come first, of every provider the same number', async () => {
    await requests('lp-a', 7_000, { firstId: 8_000_000_000, ago: '2 h' });
    await requests('lp-b', 1, { firstId: 8_500_000_000, ago: '7 s' });
    expect(await sweep()).toContain('8500000000');
    for (let sweeps = 1; sweeps < 35; sweeps += 1) await sweep();
    // By now the first of them may be asked about again; the last one was never.
    await admin.script(
      "update provider_requests set asked_at = asked_at - interval '2 h', created_at = created_at - interval '2 h'",
    );
    const last = (await silentRequests(admin, 200)).filter(({ askedAtMs }) => askedAtMs === null);
    expect(last.map(({ requestId }) => requestId)).toEqual(['8000006999']);
    await requests('lp-b', 150, { firstId: 8_600_000_000, ago: '7 s' });
    const shares = (await silentRequests(admin, 200)).map(({ provider }) => provider);
    expect([shares.filter((provider) => provider === 'lp-a').length, shares.length]).toEqual([100, 200]);
  }, 60_000);
});

/** How many rows a statement reads of tables and indexes, and how many of them it looks up in the table. */
async function rowsRead(call: (connection: Connection) => Promise<unknown>): Promise<number> {
  let rows = 0;
  const explained: Connection = {
    ...admin,
    query: async (text, parameters = []) => {
      const [row] = await admin.query(`explain (analyze, format json) ${text}`, parameters);
      rows += scanned(JSON.parse(String(row?.['QUERY PLAN'])));
      return admin.query(text, parameters);
    },
  };
  await call(explained);
  return rows;
}

function scanned(plan: unknown): number {
  if (Array.isArray(plan)) return plan.reduce((sum: number, node) => sum + scanned(node), 0);
  if (typeof plan !== 'object' || plan === null) return 0;
  const node = plan as Readonly<Record<string, unknown>>;
  const isScan = String(node['Node Type']).includes('Scan') && 'Relation Name' in node;
  const [actual, removed, loops] = ['Actual Rows', 'Rows Removed by Filter', 'Actual Loops'].map((name) =>
    Number(node[name] ?? 0),
  );
  const own = isScan ? (actual! + removed!) * loops! : 0;
  return own + Object.values(node).reduce((sum: number, value) => sum + scanned(value), 0);
}

describe('what is asked every second, with 8 000 orders open at a silent provider', () => {
  beforeEach(async () => {
    await requests('lp-a', 8_000, { firstId: 8_000_000_000, ago: '20 min' });
    await admin.script('update provider_requests set asked_at = clock_timestamp() where request_id % 2 = 0 and ended_at is null');
    await admin.script('vacuum analyze provider_requests, outbox');
  });

  it('finds the next to be asked about without reading all of them', async () => {
    expect(await rowsRead((connection) => silentRequests(connection, 200))).toBeLessThan(1_500);
  });

  it('counts them without the rows of what is over', async () => {
    expect(await rowsRead(providerStates)).toBeLessThan(8_200);
    const state = (await providerStates(admin)).find(({ provider }) => provider === 'lp-a');
    expect(state).toMatchObject({ openRequests: 8_000, openRequestAgeMs: expect.closeTo(1_200_000, -5) as number });
  });

  it('does not count what was not sent yet', async () => {
    await requests('lp-a', 300, { firstId: 8_700_000_000, ago: '1 h', published: false });
    const state = (await providerStates(admin)).find(({ provider }) => provider === 'lp-a');
    expect(state).toMatchObject({ openRequests: 8_000, openRequestAgeMs: expect.closeTo(1_200_000, -5) as number });
    expect(await rowsRead(outboxState)).toBe(300);
    expect(await outboxState(admin)).toMatchObject({ rows: 300, ageMs: expect.closeTo(3_600_000, -5) as number });
  });
});
