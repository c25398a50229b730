import type { Connection } from '../connection/connection.ts';

/** What a provider owes an answer for. Ages are since the oldest; zero where there is none. */
export interface ProviderState {
  readonly provider: string;
  /** Requests that were sent to it and are not finished; status requests are not counted. */
  readonly openRequests: number;
  /** Since it was published. */
  readonly openRequestAgeMs: number;
  /** Orders that are unknown, for it is silent. */
  readonly unknownOrders: number;
  /** Since it was placed. */
  readonly unknownOrderAgeMs: number;
}

/** Every provider that is configured, and every other one that something is open at. */
const STATES = `
with open_requests as (
  select r.provider, count(*) as requests, min(m.published_at) as since
    from provider_requests r join outbox m on m.request_id = r.request_id
    where r.ended_at is null and r.kind <> 'status' and m.published_at is not null group by r.provider
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
