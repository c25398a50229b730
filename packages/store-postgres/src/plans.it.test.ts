import type { AccountId, ActionId, LotsE8, OrderId, PositionId, ProviderName, SymbolName } from '@margrave/vocabulary';
import { Pool } from './connection/pool.ts';
import type { AccountRow, OperatorActionRow, OrderRow, OutboxId } from './rows.ts';
import { checkPageCursor } from './reads/pages.ts';
import { storeOver, type Store } from './store.ts';
import { createRowMaker, emptyCommand, localFill, providerOrder } from './testing/command-rows.ts';
import { hasLimit, readPlan, readsOf, tellPlans, type ExecutedPlan } from './testing/executed-plans.ts';
import { fill, type Filled } from './testing/filled-store.ts';
import { openTestStore, silentLog, type TestStore } from './testing/test-store.ts';

/** What keeps an answer short on a database however large. A list that none of these bounds must get a limit. */
const BOUNDS = {
  'a limit': 'the statement has one, and whoever calls it says how large',
  'what was given': 'one row, or the rows of one commit, for each id, key or range that was given',
  'one account in flight': 'live orders and open positions of the accounts given, of which a group allows so many each',
  'in flight everywhere': 'one row, or one for each provider, reckoned from an index of what is not over yet',
  'the configuration': 'instruments, groups, providers, which an administrator enters',
  'the server': 'no table of ours is read',
} as const;

/** Statements that go through much on purpose. */
const GOES_THROUGH_MUCH: Partial<Record<keyof Store, string>> = {
  accountBooks: 'a balance is the sum of all entries of its account: whoever watches the books takes one long account at a time',
};

/** No node of a plan looks at more rows of a large table: what is in flight in `fill`, with room. */
const ROWS_READ_MAX = 1_000;

interface Call {
  readonly name: string;
  readonly bound: keyof typeof BOUNDS;
  readonly call: (store: Store) => Promise<unknown>;
}

/** Those that send nothing. */
type Silent = 'failureOf' | 'databaseNowMs' | 'close';
const SILENT: readonly Silent[] = ['failureOf', 'databaseNowMs', 'close'];

const plans: ExecutedPlan[] = [];
let test: TestStore;
let filled: Filled;
let pool: Pool;
let store: Store;

beforeAll(async () => {
  test = await openTestStore();
  filled = await fill(test);
  await tellPlans(test.adminUrl, new URL(test.serviceUrl).username);
  const session = {
    databaseUrl: test.serviceUrl,
    applicationName: 'plans',
    connectTimeoutMs: 5_000,
    onNotice: (notice: string) => {
      const plan = readPlan(notice);
      if (plan !== undefined) plans.push(plan);
    },
  };
  // As the planner is set by default: `enable_seqscan` is on, which the sessions of services have off.
  pool = new Pool({ connection: session, size: 1, deadlineMs: 10_000, onCall: () => undefined });
  store = storeOver(pool, { log: silentLog, deadlineMs: 10_000, session });
}, 120_000);
afterAll(async () => {
  await store.close();
  await test.store.close();
});

/** What the server ran because of a call. It tells a plan when the statement is put away: when the next one comes. */
async function plansOf(call: () => Promise<unknown>): Promise<readonly ExecutedPlan[]> {
  const finish = (): Promise<void> => pool.run('finish', ({ connection }) => connection.script('select 1'));
  await finish();
  plans.length = 0;
  await call();
  await finish();
  return plans.filter(({ text }) => text !== 'select 1');
}

const many = (plan: ExecutedPlan): readonly string[] =>
  readsOf(plan)
    .filter(({ node, rows }) => node === 'Seq Scan' || rows > ROWS_READ_MAX)
    .map(({ table, node, rows }) => `${node} of ${rows} rows of ${table}: ${plan.text}`);

const textOf = ({ text }: ExecutedPlan): string => text;
const returnsRows = ({ plan }: ExecutedPlan): boolean => plan['Node Type'] !== 'ModifyTable';

const page = (): { readonly accountId: AccountId; readonly limit: number } => ({ accountId: filled.busy, limit: 50 });
const cursor = checkPageCursor('1767612200123-2000000000001');
const BOTH = [
  ['the first page', undefined],
  ['a later page', cursor],
] as const;
const waiting = { symbol: 'EURUSD' as SymbolName, limit: 50 };
const WAITING = [
  ['the first page', null],
  ['a later page', '2000000000001' as OrderId],
] as const;
const maker = createRowMaker(3_000_000_000_000n);

/** Two commits on accounts that traded for long: rows of every kind that are new, and changes of every kind of row that may change. */
async function commit(target: Store): Promise<void> {
  const stored = await target.loadAccounts([filled.busy, filled.busyAtProvider]);
  const [busy, busyAtProvider] = stored.map(({ account }) => account) as [AccountRow, AccountRow];
  const placed = [
    localFill(maker, busy, `commit-${maker.nextId()}`),
    providerOrder(maker, busyAtProvider, `commit-${maker.nextId()}`),
  ] as const;
  const [local, provider] = placed;
  const position = local.newPositions[0]!;
  const closed = {
    ...emptyCommand(local.account),
    positions: [
      {
        ...position,
        openVolumeE8: 0n as LotsE8,
        openNotionalE16: 0n,
        closedAtMs: maker.nowMs,
        version: local.account.version + 1n,
      },
    ],
  };
  const order = provider.newOrders[0]!;
  const settled = {
    ...emptyCommand(provider.account),
    orders: [{ ...order, status: 'rejected' as const, version: provider.account.version + 1n }],
    requests: [{ ...provider.newRequests[0]!, endedAtMs: maker.nowMs }],
    appliedExecutions: [{ provider: 'lp-a' as ProviderName, executionId: maker.nextId(), contentHash: 'hash' }],
    operatorAction: operatorAction(order),
  };
  for (const commands of [placed, [closed, settled]]) {
    const { results } = await target.commitBatch(test.epoch, commands);
    expect(results.map(({ outcome }) => outcome)).toEqual(['committed', 'committed']);
  }
}

const operatorAction = ({ accountId, orderId, version, decisionId }: OrderRow): OperatorActionRow => ({
  actionId: maker.nextId() as ActionId,
  atMs: maker.nowMs,
  operator: 'dealer-3',
  role: 'dealer',
  kind: 'settle',
  reason: 'He said so.',
  accountId,
  orderId,
  accountVersion: version + 1n,
  decisionId,
  detailsJson: '{}',
});

const call = (name: string, bound: Call['bound'], send: Call['call']): Call => ({ name, bound, call: send });
const one = (bound: Call['bound'], send: Call['call']): readonly Call[] => [call('', bound, send)];

/** Every function of the store, each of its statements in every form that it takes. */
const CALLS: { readonly [Name in Exclude<keyof Store, Silent>]: readonly Call[] } = {
  commitBatch: one('what was given', commit),
  withLockedAccounts: one('one account in flight', (to) => to.withLockedAccounts([filled.busy], () => Promise.resolve())),
  findCommandKeys: [
    call('that is there', 'what was given', (to) => to.findCommandKeys(filled.busy, ['k'])),
    call('that is not there', 'what was given', (to) => to.findCommandKeys(filled.busy, ['k', 'none'])),
  ],
  checkSafety: one('the server', (to) => to.checkSafety()),
  checkWritable: one('the server', (to) => to.checkWritable()),
  askDatabaseTime: one('the server', (to) => to.askDatabaseTime()),
  epoch: one('the configuration', (to) => to.epoch()),
  loadRegistry: one('the configuration', (to) => to.loadRegistry()),
  loadAccounts: one('one account in flight', (to) => to.loadAccounts([filled.busy, filled.busyAtProvider])),
  loadPast: one('what was given', (to) =>
    to.loadPast({ orderIds: [filled.orderId], positionIds: [filled.orderId as string as PositionId] }),
  ),
  findAppliedExecutions: one('what was given', (to) =>
    to.findAppliedExecutions([{ provider: 'lp-a' as ProviderName, executionId: '17' }]),
  ),
  findRequests: one('what was given', (to) => to.findRequests([filled.requestId])),
  findOrder: one('what was given', (to) => to.findOrder(filled.busy, filled.orderId)),
  findOrderByClientKey: one('what was given', (to) => to.findOrderByClientKey(filled.busy, 'k' as never)),
  findDecision: one('what was given', (to) => to.findDecision(filled.busy, filled.orderId as never)),
  pageOrders: BOTH.flatMap(([which, from]) =>
    [undefined, ['filled'] as const].flatMap((statuses) =>
      [undefined, 'EURUSD' as SymbolName].map((symbol) =>
        call(`${which}, ${statuses?.join() ?? 'any status'}, ${symbol ?? 'any symbol'}`, 'a limit', (to) =>
          to.pageOrders({ ...page(), cursor: from, statuses, symbol }),
        ),
      ),
    ),
  ),
  pageOpenPositions: BOTH.map(([which, from]) =>
    call(which, 'a limit', (to) => to.pageOpenPositions({ ...page(), cursor: from })),
  ),
  pageDeals: BOTH.map(([which, from]) => call(which, 'a limit', (to) => to.pageDeals({ ...page(), cursor: from }))),
  pageLedger: BOTH.map(([which, from]) => call(which, 'a limit', (to) => to.pageLedger({ ...page(), cursor: from }))),
  pageUnknownOrders: BOTH.map(([which, from]) =>
    call(which, 'a limit', (to) => to.pageUnknownOrders({ limit: 50, cursor: from })),
  ),
  pageOperatorActions: BOTH.flatMap(([which, from]) => [
    call(`${which}, all accounts`, 'a limit', (to) => to.pageOperatorActions({ limit: 50, cursor: from })),
    call(`${which}, one account`, 'a limit', (to) => to.pageOperatorActions({ ...page(), cursor: from })),
  ]),
  providerStates: one('in flight everywhere', (to) => to.providerStates()),
  marginSums: one('a limit', (to) => to.marginSums(filled.busy, 100)),
  accountBooks: one('a limit', (to) => to.accountBooks(null, 25)),
  eventsAfter: one('a limit', (to) => to.eventsAfter(filled.busy, 1n, 50)),
  orderHistory: one('a limit', (to) => to.orderHistory(filled.busy, filled.orderId, 0n, 50)),
  loadEvents: one('what was given', (to) => to.loadEvents([{ accountId: filled.busy, firstSequence: 1n, lastSequence: 5n }])),
  silentRequests: one('a limit', (to) => to.silentRequests(50)),
  restingOrders: WAITING.map(([which, after]) => call(which, 'a limit', (to) => to.restingOrders({ ...waiting, after }))),
  protectedPositions: WAITING.map(([which, after]) =>
    call(which, 'a limit', (to) => to.protectedPositions({ ...waiting, after: after as PositionId | null })),
  ),
  groupsOf: one('what was given', (to) => to.groupsOf([filled.busy, filled.busyAtProvider])),
  markPublished: one('what was given', (to) => to.markPublished(['1', '2', '3'] as OutboxId[])),
  outboxState: one('in flight everywhere', (to) => to.outboxState()),
  takeUnpublished: one('a limit', (to) =>
    to.takeUnpublished(50, 0, (rows) => Promise.resolve(rows.slice(1).map(({ outboxId }) => outboxId))),
  ),
  leaseIds: one('what was given', (to) => to.leaseIds(1)),
  nextQuoteGeneration: one('the server', (to) => to.nextQuoteGeneration()),
  holdAdvisoryLock: one('the server', async (to) => (await to.holdAdvisoryLock('plans', { intervalMs: 50 }))?.release()),
};

const EVERY = Object.entries(CALLS).flatMap(([of, calls]) =>
  calls.map((each) => [of as keyof Store, each.name, BOUNDS[each.bound], each] as const),
);

describe('on a filled database, of what the store sends', () => {
  it('to begin with, each function is here', () => {
    expect([...Object.keys(CALLS), ...SILENT].sort()).toEqual(Object.keys(store).sort());
  });

  it('to begin with, a statement is caught that goes through a table, with an index or without, by itself or within a function', async () => {
    const caught = async (text: string): Promise<readonly string[]> =>
      (await plansOf(() => pool.run('bad', ({ connection }) => connection.query(text)))).flatMap(many);
    expect(await caught("select count(*) from orders where reason = 'x'")).toEqual([
      expect.stringMatching(/^Seq Scan of .* orders/),
    ]);
    expect(await caught('select deal_id from deals order by account_id, sequence, deal_id')).toEqual([
      expect.stringMatching(/ of \d{5} rows of deals/),
    ]);
    await test.admin(`create function goes_through() returns bigint language plpgsql set enable_seqscan = off as
      $$ begin return (select count(*) from positions where symbol = 'x'); end $$`);
    expect(await caught('select goes_through()')).toEqual([expect.stringContaining('rows of positions')]);
  });

  it.each(EVERY)('%s %s goes through no large table, and is kept short: %s', async (of, _name, _why, { call: send, bound }) => {
    const ran = await plansOf(() => send(store));
    const read = ran.filter((plan) => readsOf(plan).length > 0);
    expect(ran).not.toEqual([]);
    if (bound === 'the server' || bound === 'the configuration') expect(read).toEqual([]);
    // Who is excused and need not be, is excused no longer.
    if (GOES_THROUGH_MUCH[of] === undefined) expect(ran.flatMap(many)).toEqual([]);
    else expect(ran.flatMap(many)).not.toEqual([]);
    if (bound === 'a limit') expect(read.filter((plan) => returnsRows(plan) && !hasLimit(plan)).map(textOf)).toEqual([]);
  });

  it('a commit is seen whole: everything that its functions write, and every lock and look before', async () => {
    const [row] = await test.admin(
      "select string_agg(prosrc, ' ') as text from pg_proc where proname in ('commit_batch', 'write_ledger', 'write_accounts')",
    );
    const writes = (text: string): readonly string[] =>
      [...text.matchAll(/\b(insert into|update) (\w+) ?[^;]*?\b(?:set|select)\b/g)].map(([, verb, table]) => `${verb} ${table}`);
    const declared = new Set(writes(String(row?.['text'])));
    const ran = await plansOf(() => commit(store));
    expect(declared.size).toBeGreaterThanOrEqual(15);
    expect(new Set(ran.flatMap(({ text }) => writes(text)))).toEqual(declared);
    for (const look of ['for update', 'from store_epoch', 'join command_keys', 'join applied_executions'])
      expect(ran.filter(({ text }) => text.includes(look))).not.toEqual([]);
  });
});
