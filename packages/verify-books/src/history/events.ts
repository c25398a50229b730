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

const EVENTS_A_PAGE = 2_000;

/**
 * Every event there is, account by account, in the order of its sequence; a page of them in memory. Nothing else here reads the
 * event log: how it is stored is known in this file only.
 */
export async function* readEvents(sql: Sql): AsyncGenerator<LoggedEvent> {
  let [account, sequence] = ['0', '0'];
  for (;;) {
    const page = await sql<EventRow[]>`
      select e.account_id::text, e.sequence::text, e.version::text, e.type::text, e.at, e.by::text, e.data, e.order_id::text
        from account_events e where (e.account_id, e.sequence) > (${account}::bigint, ${sequence}::bigint)
        order by e.account_id, e.sequence limit ${EVENTS_A_PAGE}`;
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
