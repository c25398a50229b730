import { checkAccountId, type AccountId } from '@margrave/vocabulary';
import assert from 'node:assert/strict';

/** Account events are spread over this many subjects; fixed for ever, since a partition is part of a subject. */
export const ACCOUNT_PARTITIONS = 64;

/** 64 divides a million, so the last six digits decide. */
const DIGITS_THAT_DECIDE = 6;

/** A partition as the token of a subject: `0` to `63`. */
export type AccountPartition = string & { readonly id: 'partition' };

const PARTITIONS: ReadonlySet<string> = new Set(Array.from({ length: ACCOUNT_PARTITIONS }, (_, partition) => String(partition)));

export const checkPartition = (unchecked: string): AccountPartition | undefined =>
  PARTITIONS.has(unchecked) ? (unchecked as AccountPartition) : undefined;

/** The partition of an account's events: account id modulo 64. */
export function accountPartition(accountId: AccountId): AccountPartition {
  assert(checkAccountId(accountId) !== undefined, 'accountPartition: not an account id');
  return String(Number(accountId.slice(-DIGITS_THAT_DECIDE)) % ACCOUNT_PARTITIONS) as AccountPartition;
}
