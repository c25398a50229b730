import type { Sql } from 'postgres';
import { ChainWalk, type ChainRow, type KnownHead } from '../chain/chain-walk.ts';
import type { Heads } from '../chain/heads.ts';
import { BREAKS_SHOWN_MAX, type Finding } from '../finding.ts';

const ROWS_A_PAGE = 500;

interface StoredRow extends Omit<ChainRow, 'place'> {
  readonly accountId: string;
  /** No row of an account whose chain is empty. */
  readonly place: string | null;
  readonly length: string | null;
  readonly head: string | null;
}

/** Milliseconds since 1970, as text; not a bigint, which what a tamperer wrote need not fit. */
const columnsOf = {
  decisions: `decision_id::text, account_id::text, order_id::text, command, outcome, code, account_version::text, engine_version,
    configuration_version::text, record, trim_scale(extract(epoch from decided_at) * 1000)::text`,
  ledger_entries: `entry_id::text, journal_id::text, account_id::text, house, currency, amount_e8::text, kind, deal_id::text,
    sequence::text, trim_scale(extract(epoch from booked_at) * 1000)::text`,
};

const READ_CHAINS = `
  select coalesce(a.account_id, r.account_id)::text "accountId", a.chain_length::text length, encode(a.chain_head, 'hex') head,
      r.place::text, encode(r.link, 'hex') link, r."table", r.id::text, array_to_string(r.columns, E'\\x1f', E'\\x1a') columns,
      array_to_string(r.columns, '') ~ E'[\\x1a\\x1f]' "isAmbiguous"
    from (
      select 'decisions' "table", decision_id::bigint id, account_id::bigint, chain_place::bigint place, chain_link link,
          array[${columnsOf.decisions}] columns from decisions
      union all
      select 'ledger_entries', entry_id, chain_account_id, chain_place, chain_link, array[${columnsOf.ledger_entries}] from ledger_entries
    ) r full join accounts a on a.account_id = r.account_id
    order by coalesce(a.account_id, r.account_id), r.place, r."table", r.id`;

/** Heads that were written down before, if any were, and where those found now go. */
export interface KeptHeads {
  readonly known?: Heads;
  readonly found?: Map<string, KnownHead>;
}
const NO_HEADS: KeptHeads = {};

/**
 * Every ledger entry, the house's side too, and every decision continues the chain of its account, which ends where the account says:
 * one pass, a page of rows in memory. Of each account the first row that does not is named.
 */
export async function rowsContinueChains(sql: Sql, { known, found }: KeptHeads = NO_HEADS): Promise<Finding> {
  const breaks: string[] = [];
  const accounts: string[] = [];
  let checked = 0;
  let walk: { readonly accountId: string; readonly chain: ChainWalk } | undefined;
  const unseen = new Set(known?.keys());
  const tell = (accountId: string, broken: string): void => {
    accounts.push(accountId);
    if (breaks.length < BREAKS_SHOWN_MAX) breaks.push(broken);
  };
  const finish = (): void => {
    if (walk === undefined) return;
    const broken = walk.chain.finish();
    if (broken === undefined) found?.set(walk.accountId, walk.chain.head);
    else tell(walk.accountId, broken);
  };
  for await (const page of sql.unsafe<StoredRow[]>(READ_CHAINS).cursor(ROWS_A_PAGE)) {
    for (const { accountId, length, head, place, ...row } of page) {
      if (walk?.accountId !== accountId) {
        finish();
        const end = length === null || head === null ? undefined : { length: BigInt(length), head };
        walk = { accountId, chain: new ChainWalk(accountId, end, known?.get(accountId)) };
        unseen.delete(accountId);
      }
      if (place === null) continue;
      checked += 1;
      walk.chain.take({ ...row, place: BigInt(place) });
    }
  }
  finish();
  for (const accountId of unseen) tell(accountId, `account ${accountId}: it had a chain, and is not there`);
  return {
    invariant: '13 every ledger entry and decision continues the chain of its account',
    mustCheckSome: true,
    checked,
    breaks,
    accounts,
  };
}
