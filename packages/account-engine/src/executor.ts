import type { Account, DecisionContext, IdSource } from '@margrave/domain';
import { asError } from '@margrave/runtime';
import type { AccountId } from '@margrave/vocabulary';
import assert from 'node:assert/strict';
import { accountsAtHand } from './accounts-at-hand.ts';
import type { Basket, Leg, LegOutcome, Outcome, Submission } from './api.ts';
import { decideBasket } from './basket.ts';
import { isDecided, submissionOf, type Batch, type BatchRun, type Decided, type Given } from './batch.ts';
import { commandIds, idShares } from './command-ids.ts';
import { earlierOutcomes } from './earlier-outcomes.ts';
import type { Committed, ExecutorParts } from './executor-parts.ts';
import { accountFromRows } from './from-rows.ts';
import { loadPast, type KnownPast } from './known-past.ts';
import { takeQuotes } from './market-view.ts';
import type { CommitBatch } from './ports.ts';
import { isBasket, type Settlement, type Task } from './task.ts';
import { commandRows } from './to-rows.ts';

/** After so many conflicts a command locks its account before it decides. */
const OPTIMISTIC_ATTEMPTS = 2;
/** A batch of many baskets would else keep the others waiting, and its transaction open, for seconds. */
const COMMANDS_MAX = 1_000;

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

  /**
   * After an unknown outcome, or when the store knew the command's id, its first outcome is looked up before anything is decided; of
   * a basket that was not decided yet, those of its legs.
   */
  async #lookUp(tasks: readonly Task[], settlements: Map<Task, Settlement>): Promise<void> {
    const doubtful = tasks.filter((task) => task.lookUp);
    const named = doubtful.map((task) => task.named);
    for (const [index, earlier] of (await earlierOutcomes(named, this.#parts.store)).entries()) {
      if (earlier !== undefined) settlements.set(doubtful[index]!, earlier);
    }
    for (const task of doubtful) {
      if (settlements.has(task) || !isBasket(task.work) || typeof task.work.legs === 'function') continue;
      const legs = task.work.legs.map((leg) => submissionOf(task, leg));
      const earlier = await earlierOutcomes(legs, this.#parts.store);
      task.known = new Map(earlier.flatMap((outcome, place) => (outcome === undefined ? [] : [[place, outcome as LegOutcome]])));
    }
  }

  async #decideAndCommit(tasks: readonly Task[], settlements: Map<Task, Settlement>, sent: Set<Task>): Promise<void> {
    if (tasks.length === 0) return;
    const { store, monotonicMs } = this.#parts;
    const startedMs = monotonicMs();
    // Held through the batch: a line of history that is entered meanwhile is not the one that its accounts are of.
    const epoch = await this.epoch();
    const accountIds = [...new Set(tasks.map((task) => task.named.accountId))];
    let run: BatchRun | undefined;
    if (tasks.every((task) => task.conflicts < OPTIMISTIC_ATTEMPTS)) {
      const doubted = new Set(tasks.filter((task) => task.doubted).map((task) => task.named.accountId));
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
    const legs = takeLegs(batch);
    const tasks = batch.tasks.filter((task) => !batch.settlements.has(task));
    const every = tasks.flatMap((task) =>
      isBasket(task.work) ? (legs.get(task) ?? []).map((leg) => submissionOf(task, leg)) : [task.work],
    );
    const past = await loadPast(every, batch.accounts, this.#parts.store);
    const ids = await this.#parts.takeIds(idShares(every) + legs.size);
    const loadMs = monotonicMs() - batch.startedMs;
    const decided = this.#decideAll({ ...batch, tasks }, legs, past, ids);
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
    const conflicting = new Set<Task>();
    for (const [index, { task, change, rows, answer, whole, priceMs, decideMs }] of decided.entries()) {
      const result = results[index];
      assert(result !== undefined, 'commitBatch gives one result for each command');
      if (result.outcome === 'committed') {
        committed.push({ change, rows, outbox: result });
        const times = { loadMs, priceMs, decideMs, commitMs };
        if (whole !== undefined) settlements.set(task, { kind: 'committed_basket', ...whole, times });
        else if (!isBasket(task.work)) settlements.set(task, { kind: 'committed', change, answer, times });
        continue;
      }
      // Whatever follows a dropped command in its account's chain was decided on a state that never came to be.
      if (!lostBy.has(change.accountId)) lostBy.set(change.accountId, result.outcome);
      if (result.outcome === 'duplicate') task.lookUp = true;
      else if (lostBy.get(change.accountId) === 'conflict') conflicting.add(task);
      settlements.set(task, 'again');
    }
    for (const task of conflicting) task.conflicts += 1;
    const { recent, onConflicts, onCommitted } = this.#parts;
    for (const accountId of lostBy.keys()) recent.forget(accountId);
    for (const { change } of committed) if (!lostBy.has(change.accountId)) recent.put(change.account, epoch);
    onConflicts(lostBy.size);
    if (committed.length > 0) onCommitted(committed);
  }

  #decideAll(
    { tasks, accounts, settlements }: Batch,
    legs: ReadonlyMap<Task, readonly Leg[]>,
    past: KnownPast,
    ids: IdSource,
  ): readonly Decided[] {
    const decided: Decided[] = [];
    const usedIds = new Set<string>();
    const changed = new Set<AccountId>();
    const { monotonicMs } = this.#parts;
    const takenFromMs = monotonicMs();
    const market = this.#parts.market();
    const viewMs = monotonicMs() - takenFromMs;
    for (const task of tasks) {
      const { named } = task;
      const account = accounts.get(named.accountId);
      const own = [named, ...(legs.get(task) ?? []).map((leg) => submissionOf(task, leg))].flatMap(commandIds);
      if (account === undefined) settlements.set(task, { kind: 'no_such_account' });
      // Its legs were taken of what the account was: the next batch takes those of what it is by then.
      else if (changed.has(named.accountId) && isBasket(task.work) && typeof task.work.legs === 'function') {
        settlements.set(task, 'again');
      }
      // The same command twice in one batch: the next batch finds its id used, and gives the stored answer.
      else if (own.some((id) => usedIds.has(id))) {
        // Of a report it is cheap to ask first, and many times the same one would else be a batch each.
        if (named.client === null) task.lookUp = true;
        settlements.set(task, 'again');
      } else {
        const given = { market, ids, viewMs };
        const settled = this.#decideTask(task, legs.get(task) ?? [], account, past, given);
        if (!Array.isArray(settled)) settlements.set(task, settled as Settlement);
        for (const each of Array.isArray(settled) ? (settled as readonly Decided[]) : []) {
          decided.push(each);
          accounts.set(account.accountId, each.change.account);
          changed.add(account.accountId);
          past.note(each.change);
          for (const id of own) usedIds.add(id);
        }
      }
    }
    return decided;
  }

  #decideTask(
    task: Task,
    legs: readonly Leg[],
    account: Account,
    past: KnownPast,
    given: Given,
  ): readonly Decided[] | Settlement {
    const { work, known } = task;
    if (!isBasket(work)) {
      const settled = this.#decideOne(task, work, account, past, given);
      return isDecided(settled) ? [settled] : settled;
    }
    const whole = decideBasket<Decided, Settlement>({
      basket: work,
      legs,
      known,
      account,
      decide: (leg, state) => {
        const settled = this.#decideOne(task, leg, state, past, given);
        if (isDecided(settled)) past.note(settled.change);
        return settled;
      },
      isDecided,
      asLeg: (settled) => (settled !== 'again' && settled.kind === 'no_change' ? settled : undefined),
    });
    if (whole === 'again' || 'kind' in whole) return whole;
    const { decided, basket: decidedBasket, answer } = whole;
    const last = decided.at(-1);
    assert(last !== undefined, 'a basket commits something, if only that nothing was done');
    return [...decided.slice(0, -1), { ...last, whole: { basket: decidedBasket, answer } }];
  }

  #decideOne(task: Task, submission: Submission, account: Account, past: KnownPast, given: Given): Decided | Settlement {
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
      const [kept] = rows.commandKeys;
      const answer = kept === undefined ? null : { status: kept.answerStatus, body: kept.answerBody };
      const priceMs = viewMs + decidedFromMs - pricedFromMs;
      return { task, change, rows, answer, priceMs, decideMs: monotonicMs() - decidedFromMs };
    } catch (error) {
      return { kind: 'bug', error };
    }
  }

  #forget(tasks: readonly Task[]): void {
    this.#epoch = undefined;
    for (const { named } of tasks) this.#parts.recent.forget(named.accountId);
  }
}

/** The legs of the batch's baskets, of their accounts as they are now. What would make the batch too long is for the next. */
function takeLegs({ tasks, accounts, settlements }: Batch): ReadonlyMap<Task, readonly Leg[]> {
  const legs = new Map<Task, readonly Leg[]>();
  let commands = 0;
  for (const task of tasks) {
    const account = accounts.get(task.named.accountId);
    const some = isBasket(task.work) && account !== undefined ? legsOf(task.work, account) : undefined;
    const isFirst = commands === 0;
    commands += some?.length ?? 1;
    if (!isFirst && commands > COMMANDS_MAX) settlements.set(task, 'again');
    else if (some !== undefined) legs.set(task, some);
  }
  return legs;
}

const legsOf = ({ legs }: Basket, account: Account): readonly Leg[] => (typeof legs === 'function' ? legs(account) : legs);

const unavailable = (task: Task, error: unknown): Outcome =>
  task.uncertain ? { kind: 'unknown' } : { kind: 'unavailable', why: asError(error).message };
