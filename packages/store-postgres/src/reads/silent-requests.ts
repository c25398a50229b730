import type { Connection } from '../connection/connection.ts';
import type { RequestRow } from '../rows.ts';
import { REQUESTS } from '../rows/tables.ts';
import { jsonOfEach } from './sql.ts';

// The moment of the statement, and not clock_timestamp(), which changes within it and so cannot be looked up in an index.
// A request that was asked about did leave the house; of the others the outbox says when.
const SILENT_REQUESTS = `
select silent.row
  from providers p cross join lateral (
    select ${REQUESTS.selected('r')} as row, row_number() over (order by r.asked_at is not null, r.since) as turn from (
      (select u.*, u.created_at as since from provider_requests u
          cross join lateral (select from outbox m where m.request_id = u.request_id
            and m.published_at < statement_timestamp() - p.silence_limit_ms * interval '1 ms' limit 1) sent
        where u.provider = p.provider and u.ended_at is null and u.asked_at is null and u.kind <> 'status'
          and u.created_at < statement_timestamp() - p.silence_limit_ms * interval '1 ms'
        order by u.created_at limit $1)
      union all
      (select a.*, ask_again_at(a.created_at, a.asked_at) as since from provider_requests a
        where a.provider = p.provider and a.ended_at is null and a.asked_at is not null and a.kind <> 'status'
          and ask_again_at(a.created_at, a.asked_at) < statement_timestamp()
        order by ask_again_at(a.created_at, a.asked_at) limit $1)
    ) r
  ) silent
  order by silent.turn, p.provider limit $1`;

/**
 * Requests that were sent and not finished, whose provider's silence limit has passed since they were sent, in database time;
 * one that was asked about comes again after 30 s, then later and later (`ask_again_at`). Of every provider the same number
 * while there are so many; of one the never asked ones first, the oldest of them in front. Status requests are not counted:
 * the request they ask about is.
 */
export async function silentRequests(connection: Connection, limit: number): Promise<RequestRow[]> {
  return jsonOfEach(await connection.query(SILENT_REQUESTS, [limit]), 'row').map(REQUESTS.decode);
}
