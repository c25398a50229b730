import type { DecisionRecord } from '@margrave/domain';
import type { DecisionRow } from '@margrave/store-postgres';
import { DENIAL_CODES } from '@margrave/vocabulary';
import assert from 'node:assert/strict';
import type { RecordedDecision } from '../app/records.ts';

/** The names of all fields of a value, however deep, that are big integers. */
type BigintName<Value> = Value extends string | number | boolean
  ? never
  : Value extends readonly (infer Item)[]
    ? BigintName<Item>
    : {
        [Name in keyof Value & string]: NonNullable<Value[Name]> extends bigint ? Name : BigintName<NonNullable<Value[Name]>>;
      }[keyof Value & string];

/** What of a record is amounts and other big integers: its JSON carries them as strings of digits. The compiler holds it to the record. */
const BIG_INTEGERS: Readonly<Record<BigintName<Omit<DecisionRecord, 'denial'>>, true>> = {
  configurationVersion: true,
  accountVersion: true,
  volumeE8: true,
  priceE8: true,
  limitPriceE8: true,
  stopPriceE8: true,
  distanceE8: true,
  trailingDistanceE8: true,
  leverage: true,
  numerator: true,
  denominator: true,
  bidE8: true,
  askE8: true,
  sequence: true,
  equityE8: true,
  marginTotalBeforeE8: true,
  marginTotalAfterE8: true,
  freeBeforeE8: true,
  commissionE8: true,
  freeAfterE8: true,
  exposureE8: true,
  exposureMaxE8: true,
};

/** The record of a decision as it was made. It is ours: what does not fit is a bug of ours. */
export function recordedDecision({ recordJson, command, code }: DecisionRow): RecordedDecision {
  const { denial: _denial, ...record } = JSON.parse(recordJson, (name, value: unknown) =>
    Object.hasOwn(BIG_INTEGERS, name) && typeof value === 'string' ? BigInt(value) : value,
  ) as DecisionRecord;
  const known = DENIAL_CODES.find((candidate) => candidate === code) ?? null;
  assert(known === code, `decision ${record.decisionId} has a code that this build does not know: ${code}`);
  return { ...record, command, code: known };
}
