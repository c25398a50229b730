import { BREAKS_SHOWN_MAX, queried } from '../finding.ts';

export const bookedExecutionsAreApplied = queried(
  '2e every execution that is booked is recorded as applied, so that no report of it can be booked again',
  false,
  (sql) => sql`select count(*)::text n from deals where execution_id is not null`,
  (sql) => sql`
    select 'execution ' || d.execution_id || ' of ' || d.provider || ' has deal ' || d.deal_id || ' and is not recorded' what
      from deals d left join applied_executions x on x.provider = d.provider and x.execution_id = d.execution_id
      where d.execution_id is not null and (x.execution_id is null or x.account_id <> d.account_id)
      limit ${BREAKS_SHOWN_MAX}`,
);

/** An order that no provider ended was ended by somebody who gave his name: all three say the same, or nobody knows who it was. */
export const settlementsAreNamed = queried(
  '7c every order that an operator settled has his action and its decision, and every action its order',
  false,
  (sql) => sql`select count(*)::text n from operator_actions where kind = 'settle'`,
  (sql) => sql`
    select 'order ' || o.order_id || ' was settled by an operator, and nobody says that it was him' what
      from orders o
      where (o.reason = 'settled_by_operator' or 'settled_by_operator' = any(o.flags))
        and not exists (select 1 from operator_actions a where a.order_id = o.order_id and a.account_id = o.account_id and a.kind = 'settle')
    union all
    select 'action ' || a.action_id || ' of ' || a.operator || ' has ' || case when o.order_id is null then 'no order' else 'no decision' end
      from operator_actions a
      left join orders o on o.order_id = a.order_id and o.account_id = a.account_id
      left join decisions d on d.decision_id = a.decision_id and d.order_id = a.order_id and d.command = 'operator_settlement'
      where a.kind = 'settle' and (o.order_id is null or d.decision_id is null)
    union all
    select 'decision ' || d.decision_id || ' is of an operator, and nobody says that it was him'
      from decisions d where d.command = 'operator_settlement'
        and not exists (select 1 from operator_actions a where a.decision_id = d.decision_id)
      limit ${BREAKS_SHOWN_MAX}`,
);
