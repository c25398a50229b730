import { BREAKS_SHOWN_MAX, queried } from '../finding.ts';

export const balanceIsSumOfEntries = queried(
  '5a balance = sum of ledger entries',
  true,
  (sql) => sql`select count(*)::text n from accounts`,
  (sql) => sql`
    select 'account ' || a.account_id || ' has a balance of ' || a.balance_e8 || ' e8, its entries sum to ' || coalesce(l.sum, 0) what,
        a.account_id::text account
      from accounts a
      left join (select account_id, sum(amount_e8) sum from ledger_entries where account_id is not null group by account_id) l using (account_id)
      where a.balance_e8 <> coalesce(l.sum, 0) order by a.account_id`,
);

export const journalsSumToZero = queried(
  '5b every journal sums to zero',
  true,
  (sql) => sql`select count(distinct journal_id)::text n from ledger_entries`,
  (sql) => sql`
    select 'journal ' || journal_id || ' sums to ' || sum(amount_e8) || ' e8 ' || currency what
      from ledger_entries group by journal_id, currency having sum(amount_e8) <> 0 limit ${BREAKS_SHOWN_MAX}`,
);

export const houseAndClientsSumToZero = queried(
  '5c all accounts with the house sum to zero',
  true,
  (sql) => sql`select count(distinct currency)::text n from ledger_entries`,
  (sql) => sql`
    select currency || ' sums to ' || sum(amount_e8) || ' e8 over the house and ' || count(distinct account_id) || ' accounts' what
      from ledger_entries group by currency having sum(amount_e8) <> 0`,
);

/** What a deal says it booked is what the ledger holds for it. */
export const dealsAreBooked = queried(
  '5d every deal’s profit and commission are in the ledger',
  true,
  (sql) => sql`select count(*)::text n from deals`,
  (sql) => sql`
    select 'deal ' || d.deal_id || ' says ' || (d.profit_e8 - d.commission_e8) || ' e8, the ledger ' || coalesce(l.sum, 0) what
      from deals d
      left join (select deal_id, sum(amount_e8) sum from ledger_entries where account_id is not null group by deal_id) l using (deal_id)
      where d.profit_e8 - d.commission_e8 <> coalesce(l.sum, 0) limit ${BREAKS_SHOWN_MAX}`,
);
