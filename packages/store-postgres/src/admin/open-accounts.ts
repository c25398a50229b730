import {
  currencyDecimals,
  formatE8,
  type AccountId,
  type AccountMode,
  type AccountType,
  type Currency,
  type EntryId,
  type GroupId,
  type JournalId,
  type MoneyE8,
} from '@margrave/vocabulary';
import type { Connection } from '../connection/connection.ts';
import { inTransaction } from '../connection/transaction.ts';
import { readDatabaseNowMs } from '../connection/database-clock.ts';
import { withAdminConnection } from '../migrate.ts';
import { ID_BLOCK_SIZE, leaseIds } from '../operations/sequences.ts';
import { idArray } from '../reads/sql.ts';
import type { AccountRow, EventRow, LedgerRow } from '../rows.ts';
import { changesOf } from '../rows/changes.ts';
import { joinPacked } from '../rows/table.ts';
import { ACCOUNTS, CHANGES, LEDGER } from '../rows/tables.ts';

/** What a new account is to be. */
export interface NewAccount {
  readonly accountId: AccountId;
  readonly ownerId: string;
  readonly type: AccountType;
  readonly groupId: GroupId;
  readonly currency: Currency;
  readonly leverage: bigint;
  readonly mode: AccountMode;
  /** More than nothing. */
  readonly depositE8: MoneyE8;
}

/** The ids that an opening takes besides the account's own. */
const IDS_AN_ACCOUNT = 3;

// Accounts that are there already are left as they are.
const OPEN = `
with opened as (
  insert into accounts (account_id, owner_id, type, group_id, currency, leverage, mode, status, balance_e8, credit_e8,
      margin_executed_e8, margin_total_e8, version, last_sequence)
    select f[2]::bigint, f[3], f[4], f[5], f[6], f[7]::bigint, f[8], f[9], f[10]::bigint, f[11]::bigint, f[12]::bigint,
        f[13]::bigint, f[14]::bigint, f[15]::bigint
      from packed_rows($1) f
    on conflict (account_id) do nothing
    returning account_id
)
select account_id from opened`;

/**
 * Opens accounts, each with its deposit through the ledger, the house on the other side, and an event, at version 1; those that
 * exist already are left alone. Returns the ids of those it opened. To be called in a transaction.
 */
async function openAccounts(connection: Connection, accounts: readonly NewAccount[]): Promise<AccountId[]> {
  const nowMs = await readDatabaseNowMs(connection);
  const packed = joinPacked(accounts.map((account, index) => ACCOUNTS.pack(index + 1, accountRow(account))));
  const rows = await connection.query(OPEN, [packed]);
  const opened = new Set(rows.map((row) => String(row['account_id'])));
  const fresh = accounts.filter(({ accountId }) => opened.has(accountId));
  if (fresh.length === 0) return [];
  const blocks = await leaseIds(connection, Math.ceil((fresh.length * IDS_AN_ACCOUNT) / ID_BLOCK_SIZE));
  const ids = blocks.flatMap((first) => Array.from({ length: ID_BLOCK_SIZE }, (_, offset) => String(first + BigInt(offset))));
  const deposits = fresh.map((account, index) => depositRows(account, ids.slice(index * IDS_AN_ACCOUNT), nowMs));
  const ledger = joinPacked(deposits.flatMap(({ ledger: entries }, index) => entries.map((row) => LEDGER.pack(index + 1, row))));
  const changes = joinPacked(
    deposits.flatMap(({ event }, index) => changesOf([event]).map((row) => CHANGES.pack(index + 1, row))),
  );
  await connection.query('select write_openings($1, $2, $3::bigint[])', [
    ledger,
    changes,
    idArray(fresh.map(({ accountId }) => accountId)),
  ]);
  return fresh.map(({ accountId }) => accountId);
}

const accountRow = ({ depositE8, ...account }: NewAccount): AccountRow => ({
  ...account,
  status: 'active',
  balanceE8: depositE8,
  creditE8: 0n as MoneyE8,
  marginExecutedE8: 0n as MoneyE8,
  marginTotalE8: 0n as MoneyE8,
  version: 1n,
  lastSequence: 1n,
});

function depositRows(
  account: NewAccount,
  ids: readonly string[],
  nowMs: number,
): { readonly ledger: LedgerRow[]; readonly event: EventRow } {
  const [journalId, entryId, houseEntryId] = ids as [JournalId, EntryId, EntryId];
  const { accountId, currency, depositE8 } = account;
  const common = { journalId, currency, kind: 'deposit', dealId: null, bookedAtMs: nowMs } as const;
  const entry = {
    entryId,
    journalId,
    accountId,
    kind: 'deposit',
    amount: formatE8(depositE8, currencyDecimals(currency)),
    currency,
    dealId: null,
    sequence: '1',
    bookedAt: new Date(nowMs).toISOString(),
  };
  return {
    ledger: [
      { ...common, entryId, accountId, house: null, amountE8: depositE8, sequence: 1n },
      { ...common, entryId: houseEntryId, accountId: null, house: 'deposits', amountE8: -depositE8 as MoneyE8, sequence: null },
    ],
    event: {
      accountId,
      sequence: 1n,
      version: 1n,
      type: 'ledger.entry',
      atMs: nowMs,
      by: 'operator',
      dataJson: JSON.stringify({ entry }),
      orderId: null,
    },
  };
}

/** Opens accounts of given ids on one administrator's session; see `createAccounts` for accounts of new ids. */
export const openAccountsAs = (connection: Connection, accounts: readonly NewAccount[]): Promise<AccountId[]> =>
  inTransaction({ connection, commits: () => undefined, leftMs: () => OPEN_TIMEOUT_MS }, (session) =>
    openAccounts(session, accounts),
  );

const OPEN_TIMEOUT_MS = 120_000;
const ACCOUNTS_AT_ONCE = 1_000;

/**
 * Opens so many accounts that are all alike, with new ids, for tests, the demo and measurements. Returns their ids.
 *
 * @param adminDatabaseUrl of the database's administrator.
 */
export async function createAccounts(
  adminDatabaseUrl: string,
  count: number,
  account: Omit<NewAccount, 'accountId'>,
): Promise<AccountId[]> {
  return withAdminConnection(adminDatabaseUrl, async (connection) => {
    const created: AccountId[] = [];
    while (created.length < count) {
      const [first = 0n] = await leaseIds(connection, 1);
      const length = Math.min(ACCOUNTS_AT_ONCE, count - created.length);
      const accounts = Array.from({ length }, (_, offset) => ({
        ...account,
        accountId: String(first + BigInt(offset)) as AccountId,
      }));
      created.push(...(await openAccountsAs(connection, accounts)));
    }
    return created;
  });
}
