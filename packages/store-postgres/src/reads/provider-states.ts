import type { Connection } from '../connection/connection.ts';

/** What a provider owes an answer for. Ages are since the oldest; zero where there is none. */
export interface ProviderState {
  readonly provider: string;
  /** Requests that were sent to it and are not finished; status requests are not counted. */
  readonly openRequests: number;
  /** Since it was made; of those that were sent. */
  readonly openRequestAgeMs: number;
  /** Orders that are unknown, for it is silent. */
  readonly unknownOrders: number;
  /** Since it was placed. */
  readonly unknownOrderAgeMs: number;
}

/**
 * Every provider that is configured, and every other one that something is open at. Asked for every second, so it reads the
 * partial indexes alone: what is over, and what was published, costs nothing however much there is of it.
 */
const STATES = `
with unsent as (
  select request_id from outbox where published_at is null and request_id is not null
), open_requests as (
  select provider, sum(requests) as requests, min(since) as since from (
    select u.provider, count(*) as requests, min(u.created_at) as since from provider_requests u
      where u.ended_at is null and u.asked_at is null and u.kind <> 'status'
        and not exists (select from unsent where unsent.request_id = u.request_id) group by u.provider
    union all
    select provider, count(*), min(created_at) from provider_requests
      where ended_at is null and asked_at is not null and kind <> 'status' group by provider
  ) each group by provider
), unknown_orders as (
  select provider, count(*) as orders, min(created_at) as since from orders where status = 'unknown' group by provider
)
select provider, coalesce(r.requests, 0)::integer as open_requests, coalesce(u.orders, 0)::integer as unknown_orders,
    coalesce(epoch_ms(clock_timestamp()) - epoch_ms(r.since), 0)::text as open_request_age_ms,
    coalesce(epoch_ms(clock_timestamp()) - epoch_ms(u.since), 0)::text as unknown_order_age_ms
  from providers p full join open_requests r using (provider) full join unknown_orders u using (provider) order by provider`;

export async function providerStates(connection: Connection): Promise<readonly ProviderState[]> {
  return (await connection.query(STATES)).map((row) => ({
    provider: row['provider'] as string,
    openRequests: row['open_requests'] as number,
    openRequestAgeMs: Number(row['open_request_age_ms']),
    unknownOrders: row['unknown_orders'] as number,
    unknownOrderAgeMs: Number(row['unknown_order_age_ms']),
  }));
}
