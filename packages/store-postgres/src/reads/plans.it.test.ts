import { openConnection, type Connection } from '../connection/connection.ts';
import type { AccountId } from '@margrave/vocabulary';
import { createRowMaker, localFill, providerOrder } from '../testing/command-rows.ts';
import { openTestStore, type TestStore } from '../testing/test-store.ts';
import { takeUnpublished, markPublished, outboxState } from '../operations/outbox.ts';
import { accountBooks } from './account-books.ts';
import { loadAccounts, loadPast } from './accounts.ts';
import { eventsAfter, loadEvents, orderHistory } from './events.ts';
import * as lookups from './lookups.ts';
import * as pages from './pages.ts';
import { providerStates } from './provider-states.ts';
import { silentRequests } from './silent-requests.ts';

const LARGE = [
  'accounts',
  'orders',
  'positions',
  'deals',
  'ledger_entries',
  'account_changes',
  'decisions',
  'provider_requests',
  'command_keys',
  'applied_executions',
  'operator_actions',
  'outbox',
];
const ROWS = 20_000;

let test: TestStore;
let admin: Connection;
beforeAll(async () => {
  test = await openTestStore();
  admin = await openConnection({ databaseUrl: test.adminUrl, applicationName: 'plans', connectTimeoutMs: 5_000 });
  await fill();
}, 120_000);
afterAll(async () => {
  await admin.end();
  await test.store.close();
});

/** Multiplies the rows of one local and one provider order, each copy in an account of its own. */
async function fill(): Promise<void> {
  const maker = createRowMaker(2_000_000_000_000n);
  const accounts = await test.accounts(2);
  await test.store.commitBatch(test.epoch, [localFill(maker, accounts[0]!, 'k'), providerOrder(maker, accounts[1]!, 'k')]);
  const shifted: Readonly<Record<string, readonly string[]>> = {
    accounts: ['account_id'],
    orders: ['account_id', 'order_id'],
    positions: ['account_id', 'position_id'],
    deals: ['account_id', 'deal_id'],
    ledger_entries: ['entry_id', 'account_id'],
    account_changes: ['account_id', 'order_id'],
    decisions: ['decision_id', 'account_id'],
    provider_requests: ['request_id', 'account_id'],
    command_keys: ['account_id'],
  };
  for (const [table, columns] of Object.entries(shifted)) {
    const names = await admin.query(
      `select attname as name from pg_attribute where attrelid = '${table}'::regclass and attnum > 0`,
    );
    const list = names.map((row) => String(row['name']));
    const values = list.map((name) => (columns.includes(name) ? `t.${name} + n * 1000000::bigint` : `t.${name}`));
    await admin.script(`insert into ${table} (${list.join(', ')}) select ${values.join(', ')}
      from ${table} t cross join generate_series(1, ${ROWS / 2}) n where t.account_id > 1000000010 or '${table}' = 'ledger_entries'`);
  }
  await admin.script(
    `
    insert into outbox (account_id, first_sequence, last_sequence, published_at)
      select 1000002000 + n, 1, 2, clock_timestamp() from generate_series(1, ${ROWS}) n;
    insert into outbox (account_id, message_id, subject, body, request_id, published_at)
      select account_id, request_id::text, 'subject', '{}', request_id, clock_timestamp() from provider_requests limit ${ROWS};
    insert into applied_executions select 'lp-a', n::text, 'hash', 1000002000 from generate_series(1, ${ROWS}) n;
    insert into operator_actions
      select n, now() - n * interval '1 s', 'dealer-3', 'dealer', 'settle', 'reason', 1000002000 + n % 100, n, 1, n, '{}'
        from generate_series(1000000000, 1000000000 + ${ROWS}) n;
    update provider_requests set ended_at = created_at where request_id % 100 <> 0`,
  );
  await admin.script('analyze');
}

/** The plan nodes of a statement that read a large table from end to end. */
function seqScans(plan: unknown): string[] {
  if (Array.isArray(plan)) return plan.flatMap(seqScans);
  if (typeof plan !== 'object' || plan === null) return [];
  const node = plan as Readonly<Record<string, unknown>>;
  const found =
    node['Node Type'] === 'Seq Scan' && LARGE.includes(String(node['Relation Name'])) ? [String(node['Relation Name'])] : [];
  return [...found, ...Object.values(node).flatMap(seqScans)];
}

/** Runs a call and explains each statement that it sends, as the planner is set by default. */
async function scansOf(call: (connection: Connection) => Promise<unknown>): Promise<string[]> {
  const scans: string[] = [];
  await admin.script('begin');
  const explained: Connection = {
    ...admin,
    query: async (text, parameters = []) => {
      const [row] = await admin.query(`explain (format json) ${text}`, parameters);
      scans.push(...seqScans(JSON.parse(String(row?.['QUERY PLAN']))));
      return admin.query(text, parameters);
    },
  };
  await call(explained);
  await admin.script('rollback');
  return scans;
}

const accountId = '1000002000' as AccountId;
const orderId = '2000000000001' as never;
const page = { accountId, limit: 50 };
const cursor = pages.checkPageCursor('1767607200123-2000000000001');

describe('on a filled database no read goes through a large table', () => {
  it('to begin with, the test finds such a read', async () => {
    expect(await scansOf((connection) => connection.query('select count(*) from orders where reason = $1', ['x']))).toEqual([
      'orders',
    ]);
  });

  it.each<[string, (connection: Connection) => Promise<unknown>]>([
    ['accounts', (connection) => loadAccounts(connection, [accountId, '1000002001' as AccountId])],
    ['orders and positions by id', (connection) => loadPast(connection, { orderIds: [orderId], positionIds: [orderId] })],
    ['a command key', (connection) => lookups.findCommandKey(connection, accountId, 'k')],
    [
      'applied executions',
      (connection) => lookups.findAppliedExecutions(connection, [{ provider: 'lp-a' as never, executionId: '17' }]),
    ],
    ['requests', (connection) => lookups.findRequests(connection, [orderId])],
    ['an order', (connection) => lookups.findOrder(connection, accountId, orderId)],
    ['an order by the client’s id', (connection) => lookups.findOrderByClientKey(connection, accountId, 'k' as never)],
    ['a decision', (connection) => lookups.findDecision(connection, accountId, orderId)],
    ['a page of orders', (connection) => pages.pageOrders(connection, page)],
    [
      'a later page of orders of one symbol and status',
      (connection) => pages.pageOrders(connection, { ...page, cursor, statuses: ['filled'], symbol: 'EURUSD' as never }),
    ],
    ['a page of positions', (connection) => pages.pageOpenPositions(connection, { ...page, cursor })],
    ['a page of deals', (connection) => pages.pageDeals(connection, { ...page, cursor })],
    ['a page of the ledger', (connection) => pages.pageLedger(connection, { ...page, cursor })],
    ['a page of unknown orders', (connection) => pages.pageUnknownOrders(connection, { limit: 50, cursor })],
    ['a page of operators’ actions', (connection) => pages.pageOperatorActions(connection, { limit: 50, cursor })],
    ['a page of those on an account', (connection) => pages.pageOperatorActions(connection, page)],
    ['the books of some accounts', (connection) => accountBooks(connection, accountId, 25)],
    ['what providers owe an answer for', (connection) => providerStates(connection)],
    ['events after a sequence', (connection) => eventsAfter(connection, accountId, 1n, 50)],
    ['the history of an order', (connection) => orderHistory(connection, accountId, orderId, 0n, 50)],
    ['ranges of events', (connection) => loadEvents(connection, [{ accountId, firstSequence: 1n, lastSequence: 5n }])],
    ['silent requests', (connection) => silentRequests(connection, 50)],
    ['unpublished rows', (connection) => takeUnpublished(connection, 50, 0, () => Promise.resolve([]))],
    ['marks of publication', (connection) => markPublished(connection, ['1', '2', '3'])],
    ['the state of the outbox', (connection) => outboxState(connection)],
  ])('%s', async (_name, call) => expect(await scansOf(call)).toEqual([]));
});
