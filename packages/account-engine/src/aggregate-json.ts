import type { AccountAggregateRows, AccountRow, OrderRow, PositionRow } from '@margrave/store-postgres';
import assert from 'node:assert/strict';

type BigintField<Row> = {
  [Field in keyof Row]-?: bigint extends Exclude<Row[Field], null> ? Field : Row[Field] extends bigint | null ? Field : never;
}[keyof Row];
type FieldsOf<Row> = Readonly<Record<BigintField<Row>, true>>;

/** Which fields are big integers: JSON carries them as strings of digits. The compiler holds the lists to the rows. */
const ACCOUNT: FieldsOf<AccountRow> = {
  leverage: true,
  balanceE8: true,
  creditE8: true,
  marginExecutedE8: true,
  marginTotalE8: true,
  version: true,
  lastSequence: true,
};
const ORDER: FieldsOf<OrderRow> = {
  limitPriceE8: true,
  stopPriceE8: true,
  volumeE8: true,
  filledVolumeE8: true,
  filledNotionalE16: true,
  maxDeviationE8: true,
  markupE8: true,
  reservedPriceE8: true,
  reservedRateNumerator: true,
  reservedRateDenominator: true,
  version: true,
};
const POSITION: FieldsOf<PositionRow> = {
  openVolumeE8: true,
  openNotionalE16: true,
  marginBasisNumerator: true,
  marginBasisDenominator: true,
  realisedProfitE8: true,
  profitRemainderE16: true,
  stopLossE8: true,
  takeProfitE8: true,
  trailingDistanceE8: true,
  trailingBestE8: true,
  version: true,
};

/** An aggregate as the cache keeps it. */
export const aggregateToJson = ({ account, orders, positions }: AccountAggregateRows): string =>
  `{"account":${jsonOf(account)},"orders":[${orders.map(keptJsonOf).join()}],"positions":[${positions.map(keptJsonOf).join()}]}`;

const jsonOf = (row: object): string =>
  JSON.stringify(row, (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));

/** The texts of rows, which never change: an account is written with each command and has many of them, and a command changes few. */
const TEXTS = new WeakMap<object, string>();

function keptJsonOf(row: object): string {
  let text = TEXTS.get(row);
  if (text === undefined) TEXTS.set(row, (text = jsonOf(row)));
  return text;
}

/** The same aggregate; the cache is ours, so what does not fit is a bug of ours. */
export function aggregateFromJson(json: string): AccountAggregateRows {
  const { account, orders, positions } = JSON.parse(json) as AccountAggregateRows;
  return {
    account: revive(account, ACCOUNT),
    orders: orders.map((order) => revive(order, ORDER)),
    positions: positions.map((position) => revive(position, POSITION)),
  };
}

function revive<Row extends object>(row: Row, fields: FieldsOf<Row>): Row {
  const revived: Record<string, unknown> = { ...(row as Record<string, unknown>) };
  for (const field of Object.keys(fields)) {
    const value = revived[field];
    assert(value === null || typeof value === 'string', `aggregate: ${field} is neither null nor digits`);
    if (value !== null) revived[field] = BigInt(value);
  }
  return revived as Row;
}
