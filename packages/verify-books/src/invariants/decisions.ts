import { BREAKS_SHOWN_MAX, queried } from '../finding.ts';

/**
 * Every accepted opening order passes the margin check on the numbers of its own decision record. "offset 0" keeps PostgreSQL from
 * parsing a record again for each of its numbers.
 */
export const acceptedOrdersPassTheCheck = queried(
  '6a every accepted order satisfies the check on its own decision record',
  true,
  (sql) => sql`select count(*)::text n from decisions where outcome = 'accepted' and command = 'place'`,
  (sql) => sql`
    select 'order ' || order_id || ' was accepted with free margin ' || coalesce(free_after::text, 'not reckoned') || ' e8 after it' what
      from (
        select order_id, (c ->> 'freeAfterE8')::numeric free_after, (c ->> 'freeBeforeE8')::numeric free_before,
            (c ->> 'equityE8')::numeric equity, (c ->> 'commissionE8')::numeric commission,
            (c ->> 'marginTotalBeforeE8')::numeric before, (c ->> 'marginTotalAfterE8')::numeric after
          from decisions, lateral (select record::json -> 'check' c offset 0) r where outcome = 'accepted' and command = 'place'
      ) d
      where after is null or before is null
        or after > before and (free_after is null or free_after < 0
          or free_before <> equity - before or free_after <> free_before - commission - (after - before))
      limit ${BREAKS_SHOWN_MAX}`,
);

export const ordersHaveDecisions = queried(
  '6b every order has the decision that accepted or denied it',
  true,
  (sql) => sql`select count(*)::text n from orders`,
  (sql) => sql`
    select 'order ' || o.order_id || ' is ' || o.status || ', its decision ' || coalesce(d.outcome, 'missing') what
      from orders o left join decisions d using (decision_id)
      where d.decision_id is null or (d.outcome = 'denied') <> (o.status = 'denied')
        -- Two orders of one decision close two positions by each other.
        or d.order_id <> o.order_id and not exists (
          select 1 from orders p where p.order_id = d.order_id and p.account_id = o.account_id and p.created_at = o.created_at
            and p.symbol = o.symbol and p.side <> o.side and p.closes_position_id is not null and o.closes_position_id is not null)
      limit ${BREAKS_SHOWN_MAX}`,
);
