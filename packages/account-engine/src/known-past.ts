import type { Account, Change, Command, Order, Past, Position } from '@margrave/domain';
import type { OrderRow, PositionRow } from '@margrave/store-postgres';
import type { AccountId, OrderId, PositionId } from '@margrave/vocabulary';
import type { Submission } from './api.ts';
import { orderFromRow, positionFromRow } from './from-rows.ts';
import type { AccountStore } from './ports.ts';

/** Found by account and id: what another account holds is not there. */
export class KnownPast {
  readonly #orders = new Map<string, Order>();
  readonly #positions = new Map<string, Position>();

  constructor(orders: readonly OrderRow[], positions: readonly PositionRow[]) {
    for (const row of orders) this.#orders.set(`${row.accountId} ${row.orderId}`, orderFromRow(row));
    for (const row of positions) this.#positions.set(`${row.accountId} ${row.positionId}`, positionFromRow(row));
  }

  of(accountId: AccountId, command: Command): Past {
    if (namesOrder(command)) return { order: this.#orders.get(`${accountId} ${command.orderId}`) };
    return namesPosition(command) ? { position: this.#positions.get(`${accountId} ${command.positionId}`) } : {};
  }

  /** A later command of the batch may name what an earlier one ended. */
  note({ accountId, orders, positions }: Change): void {
    for (const order of orders) this.#orders.set(`${accountId} ${order.orderId}`, order);
    for (const position of positions) this.#positions.set(`${accountId} ${position.positionId}`, position);
  }
}

const NAMING_KINDS = ['report', 'settle', 'silence', 'cancel', 'replace'] as const;
type NamingKind = (typeof NAMING_KINDS)[number];
const NAMING: ReadonlySet<Command['kind']> = new Set(NAMING_KINDS);

/** Commands that may be about an order that is over. */
const namesOrder = (command: Command): command is Extract<Command, { kind: NamingKind }> => NAMING.has(command.kind);

/** Commands that may be about a position that is closed. */
const namesPosition = (command: Command): command is Extract<Command, { kind: 'close' | 'close_by' | 'protect' }> =>
  command.kind === 'close' || command.kind === 'close_by' || command.kind === 'protect';

/** What commands name that their account does not hold: an order that is over, a position that was closed. */
export async function loadPast(
  submissions: readonly Pick<Submission, 'accountId' | 'command'>[],
  accounts: ReadonlyMap<AccountId, Account>,
  store: Pick<AccountStore, 'loadPast'>,
): Promise<KnownPast> {
  const orderIds = new Set<OrderId>();
  const positionIds = new Set<PositionId>();
  for (const { accountId, command } of submissions) {
    const account = accounts.get(accountId);
    if (namesPosition(command) && !account?.positions.some((held) => held.positionId === command.positionId)) {
      positionIds.add(command.positionId);
    }
    if (namesOrder(command) && !account?.orders.some((held) => held.orderId === command.orderId)) {
      orderIds.add(command.orderId);
    }
  }
  if (orderIds.size + positionIds.size === 0) return new KnownPast([], []);
  const { orders, positions } = await store.loadPast({ orderIds: [...orderIds], positionIds: [...positionIds] });
  return new KnownPast(orders, positions);
}
