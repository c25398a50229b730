import { accountRow, orderRow, positionRow } from '@margrave/account-engine';
import { decide, type Account, type Order, type Position, type Quote } from '@margrave/domain';
import { orderFromRow, positionFromRow } from '@margrave/account-engine';
import type { CommandRows } from '@margrave/store-postgres';
import type { AccountId, ProviderName, SymbolName } from '@margrave/vocabulary';
import { CONFIGURATION, groupOf } from '../parts/host.ts';
import type { Made, Recorder } from '../parts/recorder.ts';
import { ACCOUNTS } from '../world/setting.ts';
import type { World } from '../world/world.ts';

const text = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? `${inner}` : inner));

/** The state as text: every account, order and position, by id. The same for every run that came to the same. */
export function stateText({ server: { tables } }: Pick<World, 'server'>): string {
  const byId = (rows: ReadonlyMap<string, unknown>) => [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  return text([byId(tables.accounts), byId(tables.orders), byId(tables.positions)]);
}

/** Decides every committed command again, from the beginning, and comes to the state as text; or says what did not go. */
export function replayCommands(journal: readonly CommandRows[], recorder: Pick<Recorder, 'of'>): string {
  const accounts = new Map<AccountId, Account>(ACCOUNTS.map((row) => [row.accountId, { ...row, orders: [], positions: [] }]));
  const [orders, positions] = [new Map<string, object>(), new Map<string, object>()];
  const past = { orders: new Map<string, Order>(), positions: new Map<string, Position>() };
  for (const committed of journal) {
    const made = recorder.of(committed);
    const account = accounts.get(committed.accountId);
    if (made === undefined || account === undefined)
      return `nobody decided version ${committed.account.version} of ${committed.accountId}`;
    const { command } = made;
    const decided = decide(account, command, contextOf(account, made), {
      order: 'orderId' in command ? past.orders.get(command.orderId) : undefined,
      position: 'positionId' in command ? past.positions.get(command.positionId) : undefined,
    });
    if (!decided.ok) return `version ${committed.account.version} of ${committed.accountId} is refused: ${text(decided.refusal)}`;
    const change = decided.value;
    accounts.set(account.accountId, change.account);
    for (const order of change.orders) {
      const row = orderRow(account, order);
      orders.set(order.orderId, row);
      past.orders.set(order.orderId, orderFromRow(row));
    }
    for (const position of change.positions) {
      const row = positionRow(account, position);
      positions.set(position.positionId, row);
      past.positions.set(position.positionId, positionFromRow(row));
    }
  }
  const rows = new Map([...accounts].map(([id, account]) => [id as string, accountRow(account)]));
  return stateText({ server: { tables: { accounts: rows, orders, positions } } } as never);
}

function contextOf(account: Account, { nowMs, quotes, ids }: Made) {
  let used = 0;
  return {
    group: groupOf(account),
    ids: { next: () => ids[used++] ?? 'no more ids' },
    market: {
      nowMs,
      configurationVersion: CONFIGURATION.version,
      instrument: (symbol: SymbolName) => CONFIGURATION.instruments.get(symbol),
      pair: CONFIGURATION.pair,
      isListedAt: (provider: ProviderName, symbol: SymbolName) =>
        CONFIGURATION.providerInstrument(provider, symbol) !== undefined,
      quote: (symbol: SymbolName): Quote | undefined => quotes.get(symbol),
    },
  };
}
