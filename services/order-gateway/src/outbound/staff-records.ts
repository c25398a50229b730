import { orderFromRow } from '@margrave/account-engine';
import type { OperatorAction, StatedExecution } from '@margrave/domain';
import type { OperatorActionRow, PageCursor, Store } from '@margrave/store-postgres';
import type { PageWanted } from '../app/records.ts';
import type { RecordedAction, StaffRecords } from '../app/staff-records.ts';

/** What staff read, as the store keeps it. */
export const storeStaffRecords = (store: Pick<Store, 'pageUnknownOrders' | 'pageOperatorActions'>): StaffRecords => ({
  unknownOrders: async (page) => {
    const { rows, next } = await store.pageUnknownOrders(requestOf(page));
    return { items: rows.map((row) => ({ accountId: row.accountId, order: orderFromRow(row) })), next };
  },
  operatorActions: async (accountId, page) => {
    const { rows, next } = await store.pageOperatorActions({ accountId, ...requestOf(page) });
    return { items: rows.map(actionOfRow), next };
  },
});

/** Cursors are the store's; what came back from a client was checked to be of their form. */
const requestOf = ({ cursor, limit }: PageWanted) => ({
  limit,
  cursor: cursor === null ? undefined : (cursor as PageCursor),
});

/** As the engine wrote it: amounts are strings of digits. */
interface DetailsJson extends Pick<OperatorAction, 'confirmed'> {
  readonly executions: readonly (Omit<StatedExecution, 'volumeE8' | 'priceE8'> & {
    readonly volumeE8: string;
    readonly priceE8: string;
  })[];
}

function actionOfRow({ operator, role, detailsJson, ...row }: OperatorActionRow): RecordedAction {
  const { executions, confirmed } = JSON.parse(detailsJson) as DetailsJson;
  return {
    ...row,
    operator: { name: operator, role },
    confirmed,
    executions: executions.map(({ volumeE8, priceE8, ...execution }) => ({
      ...execution,
      volumeE8: BigInt(volumeE8) as StatedExecution['volumeE8'],
      priceE8: BigInt(priceE8) as StatedExecution['priceE8'],
    })),
  };
}
