import { BREAKS_SHOWN_MAX, queried, type Invariant } from '../finding.ts';

export const answeredOrdersExist = queried(
  '1 every order that a client was told of exists, with its history',
  true,
  (sql) => sql`select count(*)::text n from command_keys`,
  (sql) => sql`
    select 'key ' || k.key || ' of account ' || k.account_id || ' was answered with order '
        || coalesce(k.answer_body::json #>> '{order,orderId}', k.answer_body::json ->> 'orderId', 'none') || ', which is not there or has no events' what
      from command_keys k
      where not exists (
        select 1 from orders o join account_events e on e.order_id = o.order_id
          where o.order_id = coalesce(k.answer_body::json #>> '{order,orderId}', k.answer_body::json ->> 'orderId')::bigint
            and o.account_id = k.account_id and o.client_order_id = k.key)
      limit ${BREAKS_SHOWN_MAX}`,
);

export const oneOrderPerKey = queried(
  '2a at most one order for each client key',
  true,
  (sql) => sql`select count(*)::text n from orders where client_order_id is not null`,
  (sql) => sql`
    select 'key ' || client_order_id || ' of account ' || account_id || ' has ' || count(*) || ' orders' what
      from orders where client_order_id is not null
      group by account_id, client_order_id having count(*) > 1 limit ${BREAKS_SHOWN_MAX}`,
);

/** One execution closes at most once and opens at most once (a flip on a netting account does both), on one account. */
export const executionsBookedOnce = queried(
  '2b every execution of a provider is booked once',
  false,
  (sql) => sql`select count(distinct (provider, execution_id))::text n from deals where execution_id is not null`,
  (sql) => sql`
    select 'execution ' || execution_id || ' of ' || provider || ' has ' || count(*) || ' deals' what
      from deals where execution_id is not null
      group by provider, execution_id
      having count(*) filter (where entry = 'in') > 1 or count(*) filter (where entry = 'out') > 1 or count(distinct order_id) > 1
      limit ${BREAKS_SHOWN_MAX}`,
);

export const fillsWithinOrders = queried(
  '2c filled volume is the sum of its deals, and no more than ordered unless flagged',
  true,
  (sql) => sql`select count(*)::text n from orders where filled_volume_e8 > 0`,
  (sql) => sql`
    select 'order ' || o.order_id || ' of ' || o.volume_e8 || ' e8 lots shows ' || o.filled_volume_e8 || ' filled, its deals '
        || coalesce(d.sum, 0) what
      from orders o
      left join (select order_id, sum(volume_e8) sum from deals group by order_id) d using (order_id)
      where o.filled_volume_e8 <> coalesce(d.sum, 0)
        or o.filled_volume_e8 > o.volume_e8 and not 'overfill' = any(o.flags)
        or (o.status = 'filled') <> (o.filled_volume_e8 >= o.volume_e8 and o.status <> 'denied')
      limit ${BREAKS_SHOWN_MAX}`,
);

export const positionsAreSumsOfDeals = queried(
  '2d every position is what its deals opened less what they closed',
  true,
  (sql) => sql`select count(*)::text n from positions`,
  (sql) => sql`
    select 'position ' || p.position_id || ' shows ' || p.open_volume_e8 || ' e8 lots open, its deals ' || coalesce(d.sum, 0) what
      from positions p
      left join (select position_id, sum(case entry when 'in' then volume_e8 else -volume_e8 end) sum from deals group by position_id) d
        using (position_id)
      where p.open_volume_e8 <> coalesce(d.sum, 0) limit ${BREAKS_SHOWN_MAX}`,
);

/** Which event of an order may follow which. Written down here once more, apart from the code that makes them. */
const MAY_FOLLOW: Readonly<Record<string, readonly string[]>> = {
  '': ['accepted', 'denied'],
  accepted: ['filled', 'queued'],
  queued: ['working', 'partially_filled', 'filled', 'rejected', 'cancelled', 'expired', 'unknown'],
  working: ['partially_filled', 'filled', 'rejected', 'cancelled', 'expired', 'unknown'],
  partially_filled: ['partially_filled', 'filled', 'cancelled', 'expired', 'unknown'],
  unknown: ['working', 'partially_filled', 'filled', 'rejected', 'cancelled', 'expired'],
  rejected: ['partially_filled', 'filled', 'cancelled', 'expired'],
  expired: ['expired', 'filled', 'cancelled'],
  cancelled: ['cancelled', 'filled'],
  filled: ['filled'],
  denied: [],
};

/** Streams all order events; one pass, one order in memory at a time. */
export const historiesArePaths: Invariant = async (sql) => {
  let checked = 0;
  const breaks: string[] = [];
  let order = '';
  let status = '';
  const rows = sql<{ order_id: string; type: string }[]>`
    select e.order_id::text, e.type::text from account_events e where e.type::text like 'order.%'
      order by e.order_id, e.sequence`.cursor(2_000);
  for await (const batch of rows) {
    for (const row of batch) {
      if (row.order_id !== order) {
        checked += 1;
        [order, status] = [row.order_id, ''];
      }
      const next = row.type.slice('order.'.length);
      if (MAY_FOLLOW[status]?.includes(next) !== true && breaks.length < BREAKS_SHOWN_MAX) {
        breaks.push(`order ${order} went from ${status === '' ? 'nothing' : status} to ${next}`);
      }
      status = next;
    }
  }
  return { invariant: '3a an order’s history is a path in the state table', mustCheckSome: true, checked, breaks };
};

export const lastEventIsStatus = queried(
  '3b an order’s status is that of its last event',
  true,
  (sql) => sql`select count(*)::text n from orders`,
  (sql) => sql`
    select 'order ' || o.order_id || ' is ' || o.status || ', its last event ' || coalesce(e.type::text, 'missing') what
      from orders o
      left join lateral (select type from account_events where order_id = o.order_id and type::text like 'order.%' order by sequence desc limit 1) e on true
      where e.type is null or e.type::text <> 'order.' || o.status limit ${BREAKS_SHOWN_MAX}`,
);

export const sequencesHaveNoGaps = queried(
  '3c an account’s events are numbered without gaps, its versions never go back',
  true,
  (sql) => sql`select count(*)::text n from account_events`,
  (sql) => sql`
    select 'account ' || a.account_id || ': last sequence ' || a.last_sequence || ', version ' || a.version || ', events '
        || e.events || ' up to ' || e.last || ' and version ' || e.version || ', ' || e.backward || ' of them backward' what
      from accounts a
      join (
        select account_id, count(*) events, max(sequence) last, max(version) version, count(*) filter (where version < before) backward
          from (select account_id, sequence, version, lag(version) over (partition by account_id order by sequence) before from account_events) s
          group by account_id) e using (account_id)
      where e.events <> e.last or e.last <> a.last_sequence or e.version > a.version or e.backward > 0 limit ${BREAKS_SHOWN_MAX}`,
);
