import { BREAKS_SHOWN_MAX, queried } from '../finding.ts';

/** That each order has its history is seen by the replay. */
export const answeredOrdersExist = queried(
  '1 every order that a client was told of exists',
  true,
  (sql) => sql`select count(*)::text n from command_keys`,
  (sql) => sql`
    select 'key ' || k.key || ' of account ' || k.account_id || ' was answered with order '
        || coalesce(k.answer_body::json #>> '{order,orderId}', k.answer_body::json ->> 'orderId', 'none') || ', which is not there' what
      from command_keys k
      where not exists (
        select 1 from orders o
          where o.order_id = coalesce(k.answer_body::json #>> '{order,orderId}', k.answer_body::json ->> 'orderId')::bigint
            and o.account_id = k.account_id
            -- The key of an operator's command has a sign that no client's has.
            and (o.client_order_id = k.key or k.key like 'operator/%' and exists (
              select 1 from operator_actions a where a.order_id = o.order_id and a.account_id = o.account_id)))
        -- The legs of a basket have keys of their own; one that was refused as a whole has no order.
        and k.key not like 'batch/%'
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

export const realisedProfitIsSumOfDeals = queried(
  '2f what a position has realised is the sum of its deals’ profit, but for less than a unit of its currency',
  true,
  (sql) => sql`select count(*)::text n from positions`,
  (sql) => sql`
    select 'position ' || p.position_id || ' has realised ' || p.realised_profit_e8 || ' e8 and ' || p.profit_remainder_e16
        || ' e16 more, its deals ' || coalesce(d.sum, 0) what
      from positions p
      left join (select position_id, sum(profit_e8) sum from deals group by position_id) d using (position_id)
      where p.realised_profit_e8 <> coalesce(d.sum, 0) or abs(p.profit_remainder_e16) >= 10000000000000000
      limit ${BREAKS_SHOWN_MAX}`,
);

export const clientsPayTheMarkupTheyWereTold = queried(
  '2g what a client deals at is the provider’s price and the markup of its order',
  false,
  (sql) => sql`select count(*)::text n from deals where provider_price_e8 is not null`,
  (sql) => sql`
    select 'deal ' || d.deal_id || ' at ' || d.price_e8 || ' e8 was had at ' || d.provider_price_e8 || ' by order ' || o.order_id
        || ' with a markup of ' || o.markup_e8 what
      from deals d join orders o using (order_id)
      where d.price_e8 <> d.provider_price_e8 + case o.side when 'buy' then o.markup_e8 else -o.markup_e8 end
      limit ${BREAKS_SHOWN_MAX}`,
);
