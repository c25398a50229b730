import { BREAKS_SHOWN_MAX, queried } from '../finding.ts';

/** Longer than any provider's silence limit and the relay's delay together: by now somebody has asked. */
const QUEUED_SECONDS_MAX = 60;

export const sentOrdersMoveOn = queried(
  '7a every order sent is over, working, or listed as unknown',
  false,
  (sql) => sql`select count(*)::text n from orders where request_id is not null`,
  (sql) => sql`
    select 'order ' || order_id || ' has been ' || status || ' since ' || updated_at what
      from orders where status in ('queued', 'working', 'partially_filled') and request_id is not null
        and updated_at < clock_timestamp() - make_interval(secs => ${QUEUED_SECONDS_MAX}) limit ${BREAKS_SHOWN_MAX}`,
);

export const closingOrdersAreLive = queried(
  '7b a position says that it is being closed exactly while a live order closes it',
  true,
  (sql) => sql`select count(*)::text n from positions`,
  (sql) => sql`
    select 'position ' || p.position_id || ' waits for order ' || p.closing_order_id || ', which is ' || coalesce(o.status::text, 'missing') what
      from positions p left join orders o on o.order_id = p.closing_order_id
      where p.closing_order_id is not null
        and (o.order_id is null or o.status not in ('queued', 'working', 'partially_filled', 'unknown') or o.closes_position_id <> p.position_id)
    union all
    select 'order ' || o.order_id || ' is ' || o.status || ' and closes position ' || o.closes_position_id || ', which does not say so'
      from orders o join positions p on p.position_id = o.closes_position_id
      where o.status in ('queued', 'working', 'partially_filled', 'unknown') and p.open_volume_e8 > 0
        and p.closing_order_id is distinct from o.order_id
      limit ${BREAKS_SHOWN_MAX}`,
);

export const everyRequestWasSaidOnce = queried(
  '8a every request to a provider is one message, with an id of its own',
  false,
  (sql) => sql`select count(*)::text n from provider_requests`,
  (sql) => sql`
    select 'request ' || r.request_id || ' stands in ' || count(b.outbox_id) || ' messages' what
      from provider_requests r left join outbox b on b.request_id = r.request_id
      group by r.request_id having count(b.outbox_id) <> 1 limit ${BREAKS_SHOWN_MAX}`,
);

/** The relay takes what is older than two seconds; with the bus there nothing is older than this. */
const OUTBOX_SECONDS_MAX = 30;

export const outboxIsDrained = queried(
  '8b the outbox is drained',
  true,
  (sql) => sql`select count(*)::text n from outbox`,
  (sql) => sql`
    select 'outbox row ' || outbox_id || ' has waited since ' || created_at what
      from outbox where published_at is null and created_at < clock_timestamp() - make_interval(secs => ${OUTBOX_SECONDS_MAX})
      limit ${BREAKS_SHOWN_MAX}`,
);
