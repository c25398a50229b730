import type { Sql } from 'postgres';

export interface StoredAccount {
  readonly id: string;
  readonly balanceE8: string;
  readonly marginExecutedE8: string;
  readonly marginTotalE8: string;
  readonly version: string;
  readonly lastSequence: string;
}
export interface StoredOrder {
  readonly id: string;
  readonly accountId: string;
  readonly clientOrderId: string | null;
  readonly symbol: string;
  readonly side: string;
  readonly volumeE8: string;
  readonly filledVolumeE8: string;
  readonly filledNotionalE16: string;
  readonly status: string;
  readonly flow: string;
  readonly closesPositionId: string | null;
  readonly limitPriceE8: string | null;
  readonly stopPriceE8: string | null;
  readonly reason: string | null;
  readonly decisionId: string;
  readonly version: string;
}
export interface StoredPosition {
  readonly id: string;
  readonly accountId: string;
  readonly symbol: string;
  readonly side: string;
  readonly openVolumeE8: string;
  readonly openNotionalE16: string;
  readonly closingOrderId: string | null;
  readonly stopLossE8: string | null;
  readonly takeProfitE8: string | null;
  readonly trailingDistanceE8: string | null;
  readonly trailingBestE8: string | null;
  readonly isClosed: boolean;
  readonly version: string;
}

/** What a replay is compared with, asked for by id in portions; those that are not there are left out. */
export interface StoredRows {
  readonly accounts: (ids: readonly string[]) => Promise<readonly StoredAccount[]>;
  readonly orders: (ids: readonly string[]) => Promise<readonly StoredOrder[]>;
  readonly positions: (ids: readonly string[]) => Promise<readonly StoredPosition[]>;
  /** How many there are in all. */
  readonly totals: () => Promise<{ readonly accounts: number; readonly orders: number; readonly positions: number }>;
}

const idArray = (ids: readonly string[]): string => `{${ids.join(',')}}`;

export const storedRows = (sql: Sql): StoredRows => ({
  accounts: (ids) => sql<StoredAccount[]>`
    select account_id::text id, balance_e8::text "balanceE8", margin_executed_e8::text "marginExecutedE8",
        margin_total_e8::text "marginTotalE8", version::text, last_sequence::text "lastSequence"
      from accounts where account_id = any(${idArray(ids)}::bigint[])`,
  orders: (ids) => sql<StoredOrder[]>`
    select order_id::text id, account_id::text "accountId", client_order_id "clientOrderId", symbol, side,
        volume_e8::text "volumeE8", filled_volume_e8::text "filledVolumeE8", filled_notional_e16::text "filledNotionalE16",
        status, flow, closes_position_id::text "closesPositionId", limit_price_e8::text "limitPriceE8",
        stop_price_e8::text "stopPriceE8", reason, decision_id::text "decisionId", version::text
      from orders where order_id = any(${idArray(ids)}::bigint[])`,
  positions: (ids) => sql<StoredPosition[]>`
    select position_id::text id, account_id::text "accountId", symbol, side, open_volume_e8::text "openVolumeE8",
        open_notional_e16::text "openNotionalE16", closing_order_id::text "closingOrderId",
        stop_loss_e8::text "stopLossE8", take_profit_e8::text "takeProfitE8",
        trailing_distance_e8::text "trailingDistanceE8", trailing_best_e8::text "trailingBestE8", closed_at is not null "isClosed",
        version::text
      from positions where position_id = any(${idArray(ids)}::bigint[])`,
  totals: async () => {
    const [row] = await sql<{ accounts: number; orders: number; positions: number }[]>`
      select (select count(*) from accounts)::float accounts, (select count(*) from orders)::float orders,
          (select count(*) from positions)::float positions`;
    return row ?? { accounts: 0, orders: 0, positions: 0 };
  },
});
