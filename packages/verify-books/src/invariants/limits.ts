import { BREAKS_SHOWN_MAX, queried } from '../finding.ts';

/** Every accepted opening order keeps within the limits of its group, by the numbers of its own decision record. */
export const acceptedOrdersKeepWithinLimits = queried(
  '6c every accepted order keeps within its group’s limits on its own decision record',
  true,
  (sql) => sql`select count(*)::text n from decisions where outcome = 'accepted' and command = 'place'`,
  (sql) => sql`
    select 'order ' || order_id || ' was accepted with ' || coalesce(orders_after::text, 'an unknown number of')
        || ' orders and positions of ' || coalesce(orders_max::text, '?') || ' and ' || coalesce((exposure + volume)::text, '?')
        || ' e8 lots of ' || coalesce(exposure_max::text, 'any') what
      from (
        select order_id, (l ->> 'orders')::numeric orders, (l ->> 'ordersAfter')::numeric orders_after,
            (l ->> 'ordersMax')::numeric orders_max, (l ->> 'exposureE8')::numeric exposure,
            (l ->> 'exposureMaxE8')::numeric exposure_max, (r ->> 'volumeE8')::numeric volume
          from decisions, lateral (select record::json r offset 0) r, lateral (select r -> 'limits' l offset 0) l
          where outcome = 'accepted' and command = 'place'
      ) d
      where orders is null or orders_after is null or orders_max is null or exposure is null or volume is null
        or orders_after not between orders and orders + 1
        or orders_after > orders_max and orders_after > orders
        or exposure + volume > exposure_max
      limit ${BREAKS_SHOWN_MAX}`,
);
