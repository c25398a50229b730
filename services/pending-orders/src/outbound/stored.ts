import type { OfGroup, ProtectedPositionRow, RestingOrderRow, Store } from '@margrave/store-postgres';
import type { OrderId, PositionId, SymbolName } from '@margrave/vocabulary';
import type { Stored } from '../app/sweep.ts';
import { waitingOfOrder, waitingOfPosition } from '../app/waiting.ts';

const PAGE = 1_000;

/** All that is stored of what waits for prices of a symbol, a page at a time. */
export const readStored = ({ restingOrders, protectedPositions }: Pick<Store, 'restingOrders' | 'protectedPositions'>) =>
  async function* (symbol: SymbolName): AsyncGenerator<readonly Stored[]> {
    let afterOrder: OrderId | null = null;
    do {
      const rows: readonly OfGroup<RestingOrderRow>[] = await restingOrders({ symbol, after: afterOrder, limit: PAGE });
      yield rows.map((row) => ({ waiting: waitingOfOrder({ ...row, isResting: true }), groupId: row.groupId }));
      afterOrder = rows.length < PAGE ? null : (rows.at(-1)?.orderId ?? null);
    } while (afterOrder !== null);
    let afterPosition: PositionId | null = null;
    do {
      const rows: readonly OfGroup<ProtectedPositionRow>[] = await protectedPositions({
        symbol,
        after: afterPosition,
        limit: PAGE,
      });
      yield rows.map((row) => ({ waiting: waitingOfPosition({ ...row, isFree: true }), groupId: row.groupId }));
      afterPosition = rows.length < PAGE ? null : (rows.at(-1)?.positionId ?? null);
    } while (afterPosition !== null);
  };
