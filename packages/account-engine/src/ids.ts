import type { IdSource } from '@margrave/domain';
import type { IdLease } from '@margrave/runtime';
import assert from 'node:assert/strict';

/** More than any one command takes today: an order, its decision, a request, and three entries for each of its bookings. */
const IDS_A_COMMAND_MAX = 20;

/** Ids for whole batches: taken ahead from the lease, and what a batch does not use stays for the next. */
export function createIdPool(lease: IdLease): (commands: number) => Promise<IdSource> {
  let pool: bigint[] = [];
  const source: IdSource = {
    next: () => {
      const id = pool.pop();
      assert(id !== undefined, 'a batch took more ids than were fetched for it');
      return id.toString();
    },
  };
  return async (commands) => {
    const missing = commands * IDS_A_COMMAND_MAX - pool.length;
    // The rest of a batch of one covers many more of them; the next ids are taken in one go.
    if (missing > 0) pool = [...(await lease.take(missing)).toReversed(), ...pool];
    return source;
  };
}
