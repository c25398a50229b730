import type { AccountId, OrderId, RequestId } from '@margrave/vocabulary';
import { withAdminConnection } from '../migrate.ts';
import type { CommandRows } from '../rows.ts';
import { createRowMaker, localFill, providerOrder } from './command-rows.ts';
import type { TestStore } from './test-store.ts';

/** Every table of which nobody can say how many rows it will have one day. */
export const LARGE = [
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

/** How many rows a large table has at least; half of them are of one account that has traded for long. */
export const ROWS = 20_000;
const COPIES = ROWS / 2;

/** What a statement can be asked for. */
export interface Filled {
  /** Dealt in house, with as many orders, deals and so on behind it as other accounts have together. */
  readonly busy: AccountId;
  /** The same at a provider. */
  readonly busyAtProvider: AccountId;
  readonly orderId: OrderId;
  /** In flight. */
  readonly providerOrderId: OrderId;
  readonly requestId: RequestId;
}

/** For each table what a copy has instead of what it is copied from, as SQL of `t` and of `n`, the number of the copy. */
type Changes = Readonly<Record<string, Readonly<Record<string, string>>>>;

const STEP = 1_000_000;
const shifted = (...columns: string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(columns.map((column) => [column, `t.${column} + n * ${STEP}::bigint`]));
/** Between the ids of copies in other accounts. */
const among = (...columns: string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(columns.map((column) => [column, `t.${column} + n * ${STEP}::bigint + ${STEP / 2}`]));

/** Each copy in an account of its own. */
const IN_OTHER_ACCOUNTS: Changes = {
  accounts: shifted('account_id'),
  orders: shifted('account_id', 'order_id'),
  positions: shifted('account_id', 'position_id'),
  deals: shifted('account_id', 'deal_id'),
  ledger_entries: shifted('entry_id', 'account_id'),
  account_changes: shifted('account_id', 'order_id'),
  decisions: shifted('decision_id', 'account_id'),
  provider_requests: shifted('request_id', 'account_id'),
  command_keys: shifted('account_id'),
};

const LATER = { sequence: 't.sequence + n * 100' };

/** Each copy in the same account, over and done with. */
const IN_THE_SAME_ACCOUNT: Changes = {
  orders: {
    ...among('order_id'),
    client_order_id: "t.client_order_id || '-' || n",
    status: "'filled'",
    created_at: "t.created_at + n * interval '1 s'",
  },
  positions: { ...among('position_id'), open_volume_e8: '0', open_notional_e16: '0', closed_at: 't.opened_at' },
  deals: { ...among('deal_id'), ...LATER },
  ledger_entries: { ...among('entry_id'), ...LATER },
  account_changes: { first_sequence: 't.first_sequence + n * 100', last_sequence: 't.last_sequence + n * 100' },
  decisions: among('decision_id'),
  provider_requests: { ...among('request_id'), ended_at: 't.created_at' },
  command_keys: { key: "t.key || '-' || n" },
};

/** Multiplies the rows of one local and one provider order, and analyses the tables. */
export async function fill({ store, epoch, accounts, adminUrl }: TestStore): Promise<Filled> {
  const maker = createRowMaker(2_000_000_000_000n);
  const [local, atProvider] = await accounts(2);
  const orders = [localFill(maker, local!, 'k'), providerOrder(maker, atProvider!, 'k')] as const;
  await store.commitBatch(epoch, orders);
  const [busy, busyAtProvider] = orders.map(({ accountId }) => accountId) as [AccountId, AccountId];
  await withAdminConnection(adminUrl, async ({ query, script }) => {
    const copy = async (table: string, changes: Readonly<Record<string, string>>): Promise<void> => {
      const names = await query(
        `select attname as name from pg_attribute where attrelid = '${table}'::regclass and attnum > 0 order by attnum`,
      );
      const columns = names.map(({ name }) => String(name));
      const values = columns.map((name) => changes[name] ?? `t.${name}`);
      await script(`insert into ${table} (${columns.join(', ')}) select ${values.join(', ')}
        from ${table} t cross join generate_series(1, ${COPIES}) n where t.account_id in (${busy}, ${busyAtProvider})`);
    };
    for (const [table, changes] of Object.entries(IN_OTHER_ACCOUNTS)) await copy(table, changes);
    for (const [table, changes] of Object.entries(IN_THE_SAME_ACCOUNT)) await copy(table, changes);
    await script(REST(busy));
    await script(`update accounts set last_sequence = (select max(last_sequence) from account_changes c where c.account_id = accounts.account_id)
      where account_id in (${busy}, ${busyAtProvider}); analyze`);
  });
  return { busy, busyAtProvider, ...idsOf(orders) };
}

function idsOf([local, provider]: readonly [CommandRows, CommandRows]): Omit<Filled, 'busy' | 'busyAtProvider'> {
  return {
    orderId: local.newOrders[0]!.orderId,
    providerOrderId: provider.newOrders[0]!.orderId,
    requestId: provider.newRequests[0]!.requestId,
  };
}

/** Of what waits there is some, in no proportion to what is over. */
const REST = (busy: AccountId): string => `
  update outbox set published_at = clock_timestamp();
  insert into outbox (account_id, first_sequence, last_sequence, published_at)
    select ${busy}, 1, 2, case when n > 60 then clock_timestamp() end from generate_series(1, ${ROWS}) n;
  insert into outbox (account_id, message_id, subject, body, request_id, published_at)
    select account_id, request_id::text, 'subject', '{}', request_id, clock_timestamp() - interval '1 h' from provider_requests;
  insert into applied_executions select 'lp-a', n::text, 'hash', ${busy} from generate_series(1, ${ROWS}) n;
  insert into operator_actions
    select n, now() - n * interval '1 s', 'dealer-3', 'dealer', 'settle', 'reason', case when n % 2 = 0 then ${busy} else n end, n, 1, n, '{}'
      from generate_series(1000000000, 1000000000 + ${ROWS}) n;
  update provider_requests set ended_at = created_at where request_id / ${STEP} % 100 <> 0;
  update orders set status = 'unknown' where status = 'queued' and order_id / ${STEP} % 100 = 0;
  update orders set status = 'working', type = 'limit', limit_price_e8 = 108000000 where flow = 'local' and order_id / ${STEP} % 100 = 1;
  update positions set stop_loss_e8 = 108000000 where open_volume_e8 > 0 and position_id / ${STEP} % 100 = 2`;
