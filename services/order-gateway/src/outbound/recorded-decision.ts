import type { DecisionRecord } from '@margrave/domain';
import type { DecisionRow } from '@margrave/store-postgres';
import { DENIAL_CODES } from '@margrave/vocabulary';
import assert from 'node:assert/strict';
import type { RecordedDecision } from '../app/records.ts';

/** What of a record is amounts and other big integers: its JSON carries them as strings of digits. */
const BIG_INTEGERS: ReadonlySet<string> = new Set([
  'configurationVersion',
  'accountVersion',
  'volumeE8',
  'priceE8',
  'limitPriceE8',
  'stopPriceE8',
  'distanceE8',
  'leverage',
  'numerator',
  'denominator',
  'bidE8',
  'askE8',
  'sequence',
  'equityE8',
  'marginTotalBeforeE8',
  'marginTotalAfterE8',
  'freeBeforeE8',
  'commissionE8',
  'freeAfterE8',
  'exposureE8',
  'exposureMaxE8',
]);

/** The record of a decision as it was made. It is ours: what does not fit is a bug of ours. */
export function recordedDecision({ recordJson, command, code }: DecisionRow): RecordedDecision {
  const { denial: _denial, ...record } = JSON.parse(recordJson, (name, value: unknown) =>
    BIG_INTEGERS.has(name) && typeof value === 'string' ? BigInt(value) : value,
  ) as DecisionRecord;
  const known = DENIAL_CODES.find((candidate) => candidate === code) ?? null;
  assert(known === code, `decision ${record.decisionId} has a code that this build does not know: ${code}`);
  return { ...record, command, code: known };
}
