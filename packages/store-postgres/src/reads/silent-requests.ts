import type { Connection } from '../connection/connection.ts';
import type { RequestRow } from '../rows.ts';
import { REQUESTS } from '../rows/tables.ts';
import { jsonOfEach } from './sql.ts';

/** A provider that stays silent is asked again after so long. */
const ASK_AGAIN_SECONDS = 30;

const SILENT_REQUESTS = `
select ${REQUESTS.selected('r')} as row
  from provider_requests r join providers p on p.provider = r.provider
  where r.ended_at is null and r.kind <> 'status'
    and (r.asked_at is null or r.asked_at < clock_timestamp() - interval '${ASK_AGAIN_SECONDS} s')
    and exists (select from outbox m where m.request_id = r.request_id
      and m.published_at < clock_timestamp() - p.silence_limit_ms * interval '1 ms')
  order by r.created_at limit $1`;

/**
 * Requests that were sent and not finished, whose provider's silence limit has passed since they were sent and which were not
 * asked about in the last 30 s, in database time; the oldest first. Status requests are not counted: the request they ask
 * about is.
 */
export async function silentRequests(connection: Connection, limit: number): Promise<RequestRow[]> {
  return jsonOfEach(await connection.query(SILENT_REQUESTS, [limit]), 'row').map(REQUESTS.decode);
}
