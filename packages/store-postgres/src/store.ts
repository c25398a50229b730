import assert from 'node:assert/strict';
import type { Logger, Random } from '@margrave/runtime';
import { createCommits, type Commits } from './commit/commits.ts';
import type { Connection, ConnectionOptions } from './connection/connection.ts';
import { DatabaseClock, readDatabaseNowMs } from './connection/database-clock.ts';
import { Pool, type CallReport } from './connection/pool.ts';
import { inTransaction } from './connection/transaction.ts';
import { failureOf } from './errors.ts';
import { holdAdvisoryLock, type AdvisoryLockOptions, type HeldLock } from './operations/advisory-lock.ts';
import { markPublished, outboxState, takeUnpublished, type UnpublishedRow } from './operations/outbox.ts';
import { checkSafety, checkWritable } from './operations/safety.ts';
import { leaseIds, nextQuoteGeneration } from './operations/sequences.ts';
import { accountBooks } from './reads/account-books.ts';
import { loadAccounts, loadPast } from './reads/accounts.ts';
import { eventsAfter, loadEvents, orderHistory } from './reads/events.ts';
import { findAppliedExecutions, findDecision, findOrder, findOrderByClientKey, findRequests } from './reads/lookups.ts';
import { marginSums } from './reads/margin-sums.ts';
import { pageDeals, pageLedger, pageOpenPositions, pageOperatorActions, pageOrders, pageUnknownOrders } from './reads/pages.ts';
import { providerStates } from './reads/provider-states.ts';
import { loadRegistry } from './reads/registry.ts';
import { silentRequests } from './reads/silent-requests.ts';
import { groupsOf, protectedPositions, restingOrders } from './reads/waiting.ts';
import type { OutboxId } from './rows.ts';

export interface StoreOptions {
  /** Of a login that is a member of `margrave_service`. */
  readonly databaseUrl: string;
  /** Shown by PostgreSQL as the session's name. */
  readonly applicationName: string;
  readonly log: Pick<Logger, 'warn'>;
  /** How many sessions at most. */
  readonly poolSize?: number;
  /** How long any call may take, waiting for a session included. */
  readonly deadlineMs?: number;
  readonly connectTimeoutMs?: number;
  readonly random?: Random;
  /** Told of every call as it ended, for metrics. */
  readonly onCall?: (report: CallReport) => void;
  /** Told each time that a commit is tried again because other transactions were in its way. */
  readonly onRetry?: () => void;
}

/** A read as the store offers it: bound to a session, under the store's deadline. */
type Bound<Read> = Read extends (connection: Connection, ...args: infer Args) => Promise<infer Value>
  ? (...args: Args) => Promise<Value>
  : never;

const DEFAULTS = { poolSize: 8, deadlineMs: 2_000, connectTimeoutMs: 1_500 };
const RELAY_DEADLINE_MS = 30_000;

/**
 * The store that is the truth. Nothing is connected before the first call, and every call has a deadline of its own.
 *
 * Calls reject with StoreUnavailable (which says whether nothing happened or nobody knows), EpochChanged, UnsafeDatabase, or,
 * for a bug, StatementRefused; `failureOf` tells them apart.
 */
export function connectStore(options: StoreOptions): Store {
  const { poolSize, deadlineMs, connectTimeoutMs } = { ...DEFAULTS, ...options };
  const { databaseUrl, applicationName, onCall = () => undefined } = options;
  const session = { databaseUrl, applicationName, connectTimeoutMs };
  const sessionSettings = {
    // The server's own bound, for a call whose client is gone.
    statement_timeout: String(deadlineMs),
    idle_in_transaction_session_timeout: String(deadlineMs),
    // A table that has grown since it was last analysed must not be read from end to end.
    enable_seqscan: 'off',
  };
  const pool = new Pool({ connection: { ...session, sessionSettings }, size: poolSize, deadlineMs, onCall });
  return storeOver(pool, { ...options, deadlineMs, session });
}

interface StoreParts extends Pick<StoreOptions, 'log' | 'random' | 'onRetry'> {
  readonly deadlineMs: number;
  /** Of locks, which have sessions of their own. */
  readonly session: ConnectionOptions;
}

/** The store over a pool of sessions that are as its caller wants them. */
export function storeOver(pool: Pool, { log, random = Math.random, onRetry, deadlineMs, session }: StoreParts): Store {
  const bind =
    <Args extends readonly unknown[], Value>(
      statement: string,
      read: (connection: Connection, ...args: Args) => Promise<Value>,
    ) =>
    (...args: Args): Promise<Value> =>
      pool.run(statement, (lease) => read(lease.connection, ...args));
  const clock = new DatabaseClock(() => performance.now());
  const noteRetry = (error: Error, failures: number): void => {
    log.warn({ error: error.message, failures }, 'A commit is tried again');
    onRetry?.();
  };

  return {
    ...createCommits({ pool, clock, deadlineMs, random, onRetry: noteRetry }),
    failureOf,
    checkSafety: bind('check_safety', checkSafety),
    checkWritable: bind('check_writable', checkWritable),
    askDatabaseTime: bind('database_now', async (session) => clock.take(await readDatabaseNowMs(session))),
    databaseNowMs: () => clock.nowMs() ?? assert.fail('the time is known once the database was asked for it'),
    epoch: bind('epoch', readEpoch),
    loadRegistry: bind('load_registry', loadRegistry),
    loadAccounts: bind('load_accounts', loadAccounts),
    loadPast: bind('load_past', loadPast),
    findAppliedExecutions: bind('find_executions', findAppliedExecutions),
    findRequests: bind('find_requests', findRequests),
    findOrder: bind('find_order', findOrder),
    findOrderByClientKey: bind('find_order_by_client_key', findOrderByClientKey),
    findDecision: bind('find_decision', findDecision),
    pageOrders: bind('page_orders', pageOrders),
    pageOpenPositions: bind('page_positions', pageOpenPositions),
    pageDeals: bind('page_deals', pageDeals),
    pageLedger: bind('page_ledger', pageLedger),
    pageUnknownOrders: bind('page_unknown_orders', pageUnknownOrders),
    pageOperatorActions: bind('page_operator_actions', pageOperatorActions),
    providerStates: bind('provider_states', providerStates),
    marginSums: bind('margin_sums', marginSums),
    accountBooks: bind('account_books', accountBooks),
    eventsAfter: bind('events_after', eventsAfter),
    orderHistory: bind('order_history', orderHistory),
    loadEvents: bind('load_events', loadEvents),
    silentRequests: bind('silent_requests', silentRequests),
    restingOrders: bind('resting_orders', restingOrders),
    protectedPositions: bind('protected_positions', protectedPositions),
    groupsOf: bind('groups_of', groupsOf),
    markPublished: bind('mark_published', markPublished),
    outboxState: bind('outbox_state', outboxState),
    takeUnpublished: (limit, olderThanMs, work) =>
      pool.run(
        'take_unpublished',
        (lease) => inTransaction(lease, (session) => takeUnpublished(session, limit, olderThanMs, work)),
        RELAY_DEADLINE_MS,
      ),
    leaseIds: bind('lease_ids', leaseIds),
    nextQuoteGeneration: bind('next_quote_generation', nextQuoteGeneration),
    holdAdvisoryLock: (name, lockOptions) =>
      holdAdvisoryLock(
        session,
        name,
        (error) => log.warn({ error: String(error), lock: name }, 'The lock could not be tried'),
        lockOptions,
      ),
    close: () => pool.close(),
  };
}

export interface Store extends Commits {
  readonly failureOf: typeof failureOf;
  /** @throws UnsafeDatabase naming the first thing that is wrong. */
  readonly checkSafety: () => Promise<void>;
  /** @throws StoreUnavailable when the server cannot write, such as on a full disk. Leaves nothing behind. */
  readonly checkWritable: () => Promise<void>;
  /** Asks the database for its time; each commit does so by the way. */
  readonly askDatabaseTime: () => Promise<void>;
  /** Database time as far as it is known without asking: epoch milliseconds, at most an answer's way behind. */
  readonly databaseNowMs: () => number;
  readonly epoch: () => Promise<string>;
  readonly loadRegistry: Bound<typeof loadRegistry>;
  readonly loadAccounts: Bound<typeof loadAccounts>;
  readonly loadPast: Bound<typeof loadPast>;
  readonly findAppliedExecutions: Bound<typeof findAppliedExecutions>;
  readonly findRequests: Bound<typeof findRequests>;
  readonly findOrder: Bound<typeof findOrder>;
  readonly findOrderByClientKey: Bound<typeof findOrderByClientKey>;
  readonly findDecision: Bound<typeof findDecision>;
  readonly pageOrders: Bound<typeof pageOrders>;
  readonly pageOpenPositions: Bound<typeof pageOpenPositions>;
  readonly pageDeals: Bound<typeof pageDeals>;
  readonly pageLedger: Bound<typeof pageLedger>;
  readonly pageUnknownOrders: Bound<typeof pageUnknownOrders>;
  readonly pageOperatorActions: Bound<typeof pageOperatorActions>;
  readonly providerStates: Bound<typeof providerStates>;
  readonly marginSums: Bound<typeof marginSums>;
  readonly accountBooks: Bound<typeof accountBooks>;
  readonly eventsAfter: Bound<typeof eventsAfter>;
  readonly orderHistory: Bound<typeof orderHistory>;
  readonly loadEvents: Bound<typeof loadEvents>;
  readonly silentRequests: Bound<typeof silentRequests>;
  readonly restingOrders: Bound<typeof restingOrders>;
  readonly protectedPositions: Bound<typeof protectedPositions>;
  readonly groupsOf: Bound<typeof groupsOf>;
  readonly markPublished: Bound<typeof markPublished>;
  readonly outboxState: Bound<typeof outboxState>;
  /**
   * Gives `work` rows that have waited for longer than `olderThanMs` and that nobody else works on, and marks those it names as
   * published, in one transaction of at most 30 s; the others are offered again later. Returns how many rows it gave.
   */
  readonly takeUnpublished: (
    limit: number,
    olderThanMs: number,
    work: (rows: readonly UnpublishedRow[]) => Promise<readonly OutboxId[]>,
  ) => Promise<number>;
  readonly leaseIds: Bound<typeof leaseIds>;
  readonly nextQuoteGeneration: Bound<typeof nextQuoteGeneration>;
  /** Waits until this process holds the named lock; resolves with nothing when the signal ended the wait. */
  readonly holdAdvisoryLock: (name: string, options?: AdvisoryLockOptions) => Promise<HeldLock | undefined>;
  readonly close: () => Promise<void>;
}

async function readEpoch(connection: Connection): Promise<string> {
  const [row] = await connection.query('select epoch::text as epoch from store_epoch');
  return row?.['epoch'] as string;
}
