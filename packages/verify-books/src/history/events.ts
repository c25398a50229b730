import type { Sql } from 'postgres';

/** An event of an account as its log keeps it; `data` as docs/reference/messages.md describes it for the type. */
export interface LoggedEvent {
  readonly accountId: string;
  readonly sequence: bigint;
  readonly version: bigint;
  readonly type: string;
  readonly at: Date;
  readonly by: string;
  readonly data: unknown;
  readonly orderId: string | null;
}

interface EventRow {
  readonly account_id: string;
  readonly sequence: string;
  readonly version: string;
  readonly type: string;
  readonly at: Date;
  readonly by: string;
  readonly data: unknown;
  readonly order_id: string | null;
}

/** Rows of the log, each with the few events of one commit about one order. */
const CHANGES_A_PAGE = 500;

/**
 * Every event there is, account by account, in the order of its sequence; a page of them in memory. Nothing else here reads the
 * event log: how it is stored is known in this file only.
 */
export async function* readEvents(sql: Sql): AsyncGenerator<LoggedEvent> {
  let [account, sequence] = ['0', '0'];
  for (;;) {
    const page = await sql<EventRow[]>`
      select c.account_id::text, (c.first_sequence + e.place - 1)::text as sequence, c.version::text, e.event ->> 'type' as type,
          c.at, c.by::text, e.event -> 'data' as data, case when e.event ->> 'ofOrder' = 'true' then c.order_id::text end as order_id
        from (
          select * from account_changes where (account_id, last_sequence) > (${account}::bigint, ${sequence}::bigint)
            order by account_id, last_sequence limit ${CHANGES_A_PAGE}
        ) c cross join lateral json_array_elements(c.events::json) with ordinality e (event, place)
        order by c.account_id, c.last_sequence, e.place`;
    for (const row of page) {
      yield {
        accountId: row.account_id,
        sequence: BigInt(row.sequence),
        version: BigInt(row.version),
        type: row.type,
        at: row.at,
        by: row.by,
        data: row.data,
        orderId: row.order_id,
      };
    }
    const last = page.at(-1);
    if (last === undefined) return;
    [account, sequence] = [last.account_id, last.sequence];
  }
}
