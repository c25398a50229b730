import { hash } from 'node:crypto';

/**
 * What was asked for, as one short text: equal for the same command on the same target with the same body, whatever the
 * order in which its fields were sent. Kept for ever with the key, so that how it is made must never change; a field that a
 * body gains later changes nothing for the bodies without it.
 */
export const requestHash = (
  operation: 'place' | 'close' | 'close_by' | 'settle' | 'basket',
  target: string,
  body: object,
): string => hash('sha256', JSON.stringify([operation, target, canonical(body)]), 'hex');

/** The same value with the names of its objects in order. */
function canonical(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(canonical);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([name, member]) => [name, canonical(member)]);
}
