import {
  type Account,
  type Change,
  type decide,
  type DecisionContext,
  type Group,
  type IdSource,
  type Market,
} from '@margrave/domain';
import { asError } from '@margrave/runtime';
import type { CommandResult, CommandRows, MessageRow } from '@margrave/store-postgres';
import type { AccountId } from '@margrave/vocabulary';
import assert from 'node:assert/strict';
import { accountsAtHand, type AccountFound } from './accounts-at-hand.ts';
import type { Answer, Outcome, StageTimes, Submission } from './api.ts';
import { commandIds, idShares } from './command-ids.ts';
import { earlierOutcomes } from './earlier-outcomes.ts';
import { accountFromRows } from './from-rows.ts';
import { loadPast, type KnownPast } from './known-past.ts';
import { takeQuotes } from './market-view.ts';
import type { AccountStore, AggregateCache, CommitBatch, CommitOutcome } from './ports.ts';
import type { RecentAccounts } from './recent-accounts.ts';
import { commandRows } from './to-rows.ts';

export interface ExecutorParts {
  readonly decide: typeof decide;
  readonly store: AccountStore;
  readonly cache: AggregateCache;
  readonly recent: RecentAccounts;
  readonly market: () => Market;
  readonly group: (account: Account) => Group;
  /** Ids for a batch of so many commands, fetched ahead: `next` never waits. */
  readonly takeIds: (commands: number) => Promise<IdSource>;
  /** What the change's instructions to providers read like on the wire. */
  readonly providerMessages: (change: Change) => readonly MessageRow[];
  readonly monotonicMs: () => number;
  readonly crash: { readonly beforeCommit: () => void; readonly afterCommit: () => void };
  readonly onCommitted: (committed: readonly Committed[]) => void;
  readonly onConflicts: (conflicts: number) => void;
  readonly onAccountFound: (found: AccountFound) => void;
}

/** A change that is in the store now, with the rows it was written as. */
export interface Committed {
  readonly change: Change;
  readonly rows: CommandRows;
  readonly outbox: Extract<CommandResult, { readonly outcome: 'committed' }>;
}

/** A submission on its way. */
export interface Task {
  readonly submission: Submission;
  /** Monotonic. */
  readonly deadlineMs: number;
  /** How often it lost against another writer. */
  conflicts: number;
  /** Its id may be in the store already: look it up before deciding. */
  lookUp: boolean;
  /** A commit of it was sent and never answered. */
  uncertain: boolean;
  /** It changes nothing on the account at hand, which may be too old: it is decided on the one in the store. */
  doubted: boolean;
}

/** After so many conflicts a command locks its account before it decides. */
const OPTIMISTIC_ATTEMPTS = 2;

/** `again`: not settled, to be run in another batch. `bug`: deciding this one task failed, which is nobody else's matter. */
export type Settlement = Outcome | 'again' | { readonly kind: 'bug'; readonly error: unknown };

/**
 * Runs one batch of tasks: decides each on the newest known state of its account, the account's commands one after the other
 * (a chain v → v+n), and commits them together. What lost the compare-and-set comes back as `again`.
 */
export class Executor {
  readonly #parts: ExecutorParts;
  #epoch: string | undefined;
  constructor(parts: ExecutorParts) {
    this.#parts = parts;
  }

  async run(tasks: readonly Task[]): Promise<readonly Settlement[]> {
    const settlements = new Map<Task, Settlement>();
    const live: Task[] = [];
    for (const task of tasks) {
      if (task.deadlineMs > this.#parts.monotonicMs()) live.push(task);
      else settlements.set(task, { kind: task.uncertain ? 'unknown' : 'busy' });
    }
    const sent = new Set<Task>();
    try {
      await this.#lookUp(live, settlements);
      await this.#decideAndCommit(
        live.filter((task) => !settlements.has(task)),
        settlements,
        sent,
      );
    } catch (error) {
      const failure = this.#parts.store.failureOf(error);
      this.#forget(live);
      if (failure === 'bug') return this.#runAlone(tasks, error);
      for (const task of live) {
        if (settlements.has(task)) continue;
        if (failure === 'unknown' && sent.has(task)) task.lookUp = task.uncertain = true;
        settlements.set(task, failure === 'unavailable' ? unavailable(task, error) : 'again');
      }
    }
    return tasks.map((task) => settlements.get(task) ?? 'again');
  }

  /** A bug in one command must not cost the others of its batch: nothing of it was committed, so each is run by itself. */
  async #runAlone(tasks: readonly Task[], error: unknown): Promise<readonly Settlement[]> {
    if (tasks.length === 1) return [{ kind: 'bug', error }];
    const settlements: Settlement[] = [];
    for (const task of tasks) settlements.push(...(await this.run([task])));
    return settlements;
  }

  /** After an unknown outcome, or when the store knew the command's id, its first outcome is looked up before anything is decided. */
  async #lookUp(tasks: readonly Task[], settlements: Map<Task, Settlement>): Promise<void> {
    const doubtful = tasks.filter((task) => task.lookUp);
    const submissions = doubtful.map((task) => task.submission);
    for (const [index, earlier] of (await earlierOutcomes(submissions, this.#parts.store)).entries()) {
      if (earlier !== undefined) settlements.set(doubtful[index]!, earlier);
    }
  }

  async #decideAndCommit(tasks: readonly Task[], settlements: Map<Task, Settlement>, sent: Set<Task>): Promise<void> {
    if (tasks.length === 0) return;
    const { store, monotonicMs } = this.#parts;
    const startedMs = monotonicMs();
    // Held through the batch: a line of history that is entered meanwhile is not the one that its accounts are of.
    const epoch = await this.epoch();
    const accountIds = [...new Set(tasks.map((task) => task.submission.accountId))];
    let run: BatchRun | undefined;
    if (tasks.every((task) => task.conflicts < OPTIMISTIC_ATTEMPTS)) {
      const doubted = new Set(tasks.filter((task) => task.doubted).map((task) => task.submission.accountId));
      const accounts = await accountsAtHand({ accountIds, doubted, epoch }, this.#parts);
      run = await this.#runBatch({ tasks, accounts, epoch, settlements, sent, startedMs }, store.commitBatch);
    } else {
      run = await store.withLockedAccounts(accountIds, (rows, commitBatch) => {
        const accounts = new Map(rows.map((row) => [row.account.accountId, accountFromRows(row)]));
        return this.#runBatch({ tasks, accounts, epoch, settlements, sent, startedMs }, commitBatch);
      });
    }
    // Only now, with the transaction behind us, is anything told.
    if (run === undefined) return;
    this.#parts.crash.afterCommit();
    this.#settle(run, settlements);
  }

  /** The line of history that the store is on, asked for once, and again after a failure. */
  async epoch(): Promise<string> {
    return this.#epoch ?? this.enterEpoch();
  }

  /** Asks the store for it, whatever was known. */
  async enterEpoch(): Promise<string> {
    const epoch = await this.#parts.store.epoch();
    this.#parts.recent.enterEpoch(epoch);
    this.#epoch = epoch;
    return epoch;
  }

  async #runBatch(batch: Batch, commitBatch: CommitBatch): Promise<BatchRun | undefined> {
    const { monotonicMs, crash } = this.#parts;
    const submissions = batch.tasks.map((task) => task.submission);
    const past = await loadPast(submissions, batch.accounts, this.#parts.store);
    const ids = await this.#parts.takeIds(idShares(submissions));
    const loadMs = monotonicMs() - batch.startedMs;
    const decided = this.#decideAll(batch, past, ids);
    if (decided.length === 0) return undefined;
    const commitFromMs = monotonicMs();
    crash.beforeCommit();
    for (const { task } of decided) batch.sent.add(task);
    const rows = decided.map((each) => each.rows);
    const outcome = await commitBatch(batch.epoch, rows);
    return { decided, outcome, epoch: batch.epoch, loadMs, commitFromMs };
  }

  #settle({ decided, outcome: { results }, epoch, loadMs, commitFromMs }: BatchRun, settlements: Map<Task, Settlement>): void {
    const commitMs = this.#parts.monotonicMs() - commitFromMs;
    const committed: Committed[] = [];
    const lostBy = new Map<AccountId, 'conflict' | 'duplicate'>();
    for (const [index, { task, change, rows, answer, priceMs, decideMs }] of decided.entries()) {
      const result = results[index];
      assert(result !== undefined, 'commitBatch gives one result for each command');
      if (result.outcome === 'committed') {
        committed.push({ change, rows, outbox: result });
        settlements.set(task, { kind: 'committed', change, answer, times: { loadMs, priceMs, decideMs, commitMs } });
        continue;
      }
      // Whatever follows a dropped command in its account's chain was decided on a state that never came to be.
      if (!lostBy.has(change.accountId)) lostBy.set(change.accountId, result.outcome);
      if (result.outcome === 'duplicate') task.lookUp = true;
      else if (lostBy.get(change.accountId) === 'conflict') task.conflicts += 1;
      settlements.set(task, 'again');
    }
    const { recent, onConflicts, onCommitted } = this.#parts;
    for (const accountId of lostBy.keys()) recent.forget(accountId);
    for (const { change } of committed) if (!lostBy.has(change.accountId)) recent.put(change.account, epoch);
    onConflicts(lostBy.size);
    if (committed.length > 0) onCommitted(committed);
  }

  #decideAll({ tasks, accounts, settlements }: Batch, past: KnownPast, ids: IdSource): readonly Decided[] {
    const decided: Decided[] = [];
    const usedIds = new Set<string>();
    const { monotonicMs } = this.#parts;
    const takenFromMs = monotonicMs();
    const market = this.#parts.market();
    const viewMs = monotonicMs() - takenFromMs;
    for (const task of tasks) {
      const { submission } = task;
      const account = accounts.get(submission.accountId);
      const own = commandIds(submission);
      if (account === undefined) settlements.set(task, { kind: 'no_such_account' });
      // The same command twice in one batch: the next batch finds its id used, and gives the stored answer.
      else if (own.some((id) => usedIds.has(id))) {
        // Of a report it is cheap to ask first, and many times the same one would else be a batch each.
        if (submission.client === null) task.lookUp = true;
        settlements.set(task, 'again');
      } else {
        const settled = this.#decideOne(task, account, past, { market, ids, viewMs });
        if (settled === 'again' || 'kind' in settled) settlements.set(task, settled);
        else {
          decided.push(settled);
          accounts.set(account.accountId, settled.change.account);
          past.note(settled.change);
          for (const id of own) usedIds.add(id);
        }
      }
    }
    return decided;
  }

  #decideOne(task: Task, account: Account, past: KnownPast, given: Given): Decided | Settlement {
    const { submission } = task;
    const { market, ids, viewMs } = given;
    const { decide: decideNow, group, providerMessages, monotonicMs } = this.#parts;
    try {
      const pricedFromMs = monotonicMs();
      takeQuotes(market, account, submission.command);
      const decidedFromMs = monotonicMs();
      const context: DecisionContext = { market, ids, group: group(account) };
      const decision = decideNow(account, submission.command, context, past.of(account.accountId, submission.command));
      if (!decision.ok) {
        // Nothing is committed, so nothing would say that the account was too old.
        if (task.doubted) return { kind: 'no_change', refusal: decision.refusal };
        task.doubted = true;
        // What it asks for may be done already: by itself, when it was sent before.
        if (submission.client !== null) task.lookUp = true;
        return 'again';
      }
      const change = decision.value;
      const rows = commandRows(change, submission, providerMessages(change));
      const { commandKey } = rows;
      const answer = commandKey && { status: commandKey.answerStatus, body: commandKey.answerBody };
      const priceMs = viewMs + decidedFromMs - pricedFromMs;
      return { task, change, rows, answer, priceMs, decideMs: monotonicMs() - decidedFromMs };
    } catch (error) {
      return { kind: 'bug', error };
    }
  }

  #forget(tasks: readonly Task[]): void {
    this.#epoch = undefined;
    for (const { submission } of tasks) this.#parts.recent.forget(submission.accountId);
  }
}

interface Batch {
  readonly tasks: readonly Task[];
  /** The newest known state of each account; moves on with each decision. */
  readonly accounts: Map<AccountId, Account>;
  /** The line of history that the accounts are of. */
  readonly epoch: string;
  readonly settlements: Map<Task, Settlement>;
  /** Those whose commit was sent. */
  readonly sent: Set<Task>;
  /** Monotonic. */
  readonly startedMs: number;
}

/** A batch that was sent to the store, and what came back. */
interface BatchRun {
  readonly decided: readonly Decided[];
  readonly outcome: CommitOutcome;
  readonly epoch: string;
  readonly loadMs: number;
  readonly commitFromMs: number;
}

/** What the decisions of a batch have in common. */
interface Given {
  readonly market: Market;
  readonly ids: IdSource;
  /** How long it took to have the market. */
  readonly viewMs: number;
}

interface Decided extends Pick<StageTimes, 'priceMs' | 'decideMs'> {
  readonly task: Task;
  readonly change: Change;
  readonly rows: CommandRows;
  readonly answer: Answer | null;
}

const unavailable = (task: Task, error: unknown): Outcome =>
  task.uncertain ? { kind: 'unknown' } : { kind: 'unavailable', why: asError(error).message };
