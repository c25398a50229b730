import type { Change, Command, Order, Past, Position } from '@margrave/domain';
import type { OrderRow, PositionRow } from '@margrave/store-postgres';
import type { AccountId } from '@margrave/vocabulary';
import { orderFromRow, positionFromRow } from './from-rows.ts';

/** Found by account and id: what another account holds is not there. */
export class KnownPast {
  readonly #orders = new Map<string, Order>();
  readonly #positions = new Map<string, Position>();

  constructor(orders: readonly OrderRow[], positions: readonly PositionRow[]) {
    for (const row of orders) this.#orders.set(`${row.accountId} ${row.orderId}`, orderFromRow(row));
    for (const row of positions) this.#positions.set(`${row.accountId} ${row.positionId}`, positionFromRow(row));
  }

  of(accountId: AccountId, command: Command): Past {
    if (command.kind === 'report') return { order: this.#orders.get(`${accountId} ${command.orderId}`) };
    return command.kind === 'close' ? { position: this.#positions.get(`${accountId} ${command.positionId}`) } : {};
  }

  /** A later command of the batch may name what an earlier one ended. */
  note({ accountId, orders, positions }: Change): void {
    for (const order of orders) this.#orders.set(`${accountId} ${order.orderId}`, order);
    for (const position of positions) this.#positions.set(`${accountId} ${position.positionId}`, position);
  }
}
