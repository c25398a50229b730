import type { AccountStore, CommitBatch, CommitOutcome, StoreFailure } from '@margrave/account-engine';
import type {
  CommandResult,
  CommandRows,
  EventRange,
  EventRow,
  OutboxId,
  RequestRow,
  UnpublishedRow,
} from '@margrave/store-postgres';
import type { AccountId, RequestId } from '@margrave/vocabulary';
import type { Faults } from '../world/faults.ts';
import type { Process, Reply } from '../world/process.ts';
import type { Scheduler } from '../world/scheduler.ts';
import { SILENCE_LIMIT_MS, START_MS } from '../world/setting.ts';
import { Locks } from './locks.ts';
import { executionOf, keyOf, type OutboxRow, type Tables } from './tables.ts';

/** An error whose meaning to the engine is its own name. */
export class SimulatedFailure extends Error {
  readonly failure: StoreFailure;

  constructor(failure: StoreFailure) {
    super(`simulated: ${failure}`);
    this.failure = failure;
  }
}

/** How long a call may take, as its caller and the store see it. */
const DEADLINE_MS = 2_000;
const LATE_MS = 1_500;
/** As `ask_again_at` of the store has it. */
const askAgainAtMs = (createdAtMs: number, askedAtMs: number): number =>
  askedAtMs + Math.max(30_000, Math.min(3_600_000, (askedAtMs - createdAtMs) / 2));

/** What one store has, whoever is connected to it. */
export class StoreServer {
  readonly tables: Tables;
  readonly locks = new Locks();
  readonly held = new Set<OutboxRow>();
  epoch = 1;
  nextBlock = 2_000_000_000n;

  constructor(tables: Tables) {
    this.tables = tables;
  }

  get epochName(): string {
    return `epoch ${this.epoch}`;
  }

  /** The one commit, with its locks already held. */
  commit(commands: readonly CommandRows[], nowMs: number): CommitOutcome {
    const outcomes = this.tables.judge(commands);
    return {
      results: commands.map((command, index): CommandResult => {
        const outcome = outcomes[index];
        if (outcome === 'committed') return this.tables.write(command, nowMs);
        return { outcome: outcome ?? 'conflict' };
      }),
    };
  }
}

/** The store as one process is connected to it: calls are lost, late, refused, and answered to nobody. */
export class SimStore implements AccountStore {
  readonly #server: StoreServer;
  readonly #process: Process;
  readonly #scheduler: Scheduler;
  readonly #faults: Faults;
  #unsettledUntilMs = 0;

  constructor(server: StoreServer, process: Process, faults: Faults) {
    this.#server = server;
    this.#process = process;
    this.#scheduler = process.scheduler;
    this.#faults = faults;
  }

  databaseNowMs = (): number => START_MS + this.#scheduler.nowMs;

  failureOf = (error: unknown): StoreFailure => (error instanceof SimulatedFailure ? error.failure : 'bug');

  epoch = (): Promise<string> => this.#read('epoch', () => this.#server.epochName);

  loadAccounts: AccountStore['loadAccounts'] = (accountIds) =>
    this.#read('accounts', () => accountIds.flatMap((id) => this.#server.tables.aggregate(id) ?? []));

  loadPast: AccountStore['loadPast'] = ({ orderIds, positionIds }) =>
    this.#read('past', () => ({
      orders: orderIds.flatMap((id) => this.#server.tables.orders.get(id) ?? []),
      positions: positionIds.flatMap((id) => this.#server.tables.positions.get(id) ?? []),
    }));

  findAppliedExecutions: AccountStore['findAppliedExecutions'] = (executions) =>
    this.#read('applied executions', () =>
      executions.flatMap(({ provider, executionId }) => {
        const applied = this.#server.tables.executions.get(executionOf({ provider, executionId }));
        return applied === undefined ? [] : { provider, executionId, contentHash: applied.contentHash };
      }),
    );

  /** Not found is final only when no commit can bring a key any more. */
  findCommandKeys: AccountStore['findCommandKeys'] = async (accountId, keys) => {
    const find = () => keys.flatMap((key) => this.#server.tables.keys.get(keyOf(accountId, key)) ?? []);
    const found = await this.#read('command keys', find);
    if (found.length === keys.length) return found;
    const waitMs = this.#unsettledUntilMs - this.#scheduler.nowMs;
    if (waitMs > 0) await this.#process.sleep(waitMs);
    return this.#call('command keys, locked', 'unavailable', (reply) => {
      const holder = {};
      this.#server.locks.take(holder, [accountId], () => {
        reply.with(find());
        this.#server.locks.release(holder);
      });
    });
  };

  commitBatch: CommitBatch = (epoch, commands) => {
    const refusedAfterMs = this.#scheduler.nowMs + DEADLINE_MS;
    return this.#unknown(refusedAfterMs, () =>
      this.#call('commit', 'unknown', (reply: Reply<CommitOutcome>) => {
        const holder = {};
        this.#server.locks.take(holder, accountsOf(commands), () => {
          this.#commitInTime(reply, epoch, commands, refusedAfterMs);
          this.#server.locks.release(holder);
        });
      }),
    );
  };

  withLockedAccounts: AccountStore['withLockedAccounts'] = async (accountIds, work) => {
    const { locks, tables } = this.#server;
    const refusedAfterMs = this.#scheduler.nowMs + DEADLINE_MS;
    const holder = {};
    let isOver = false;
    const rollBack = () => {
      isOver = true;
      locks.release(holder);
    };
    this.#process.onDeath(rollBack);
    try {
      const accounts = await this.#call('lock', 'unavailable', (reply: Reply<ReturnType<typeof tables.aggregate>[]>) => {
        // Of a connection that is broken, or given up, by now.
        if (!isOver) locks.take(holder, accountIds, () => reply.with(accountIds.map((id) => tables.aggregate(id))));
      });
      const staged: { readonly command: CommandRows; readonly result: CommandResult }[] = [];
      const value = await work(
        accounts.filter((found) => found !== undefined),
        (epoch, commands) =>
          this.#call('commit, staged', 'unavailable', (reply: Reply<CommitOutcome>) => {
            if (epoch !== this.#server.epochName) return reply.failure(new SimulatedFailure('epoch'));
            if (this.#scheduler.nowMs > refusedAfterMs) return reply.failure(new SimulatedFailure('unavailable'));
            const outcomes = tables.judge(commands);
            // Nobody looks at the numbers of outbox rows before the transaction has ended: they are put in at its end.
            const results = outcomes.map((outcome): CommandResult =>
              outcome === 'committed' ? { outcome, pointerOutboxId: null, messageOutboxIds: [] } : { outcome },
            );
            for (const [index, command] of commands.entries()) {
              const result = results[index];
              if (result?.outcome === 'committed') staged.push({ command, result });
            }
            reply.with({ results });
          }),
      );
      await this.#unknown(refusedAfterMs, () =>
        this.#call('commit, locked', 'unknown', (reply: Reply<undefined>) => {
          if (isOver || this.#scheduler.nowMs > refusedAfterMs) return reply.failure(new SimulatedFailure('unavailable'));
          for (const { command, result } of staged) Object.assign(result, tables.write(command, this.databaseNowMs()));
          reply.with(undefined);
          rollBack();
        }),
      );
      return value;
    } finally {
      // The connection is closed or given back: either way the locks are gone by then.
      this.#scheduler.after(DEADLINE_MS, `locks of ${this.#process.name} let go`, rollBack);
    }
  };

  leaseIds = (blocks: number): Promise<readonly bigint[]> =>
    this.#read('id block', () => {
      const first = this.#server.nextBlock;
      this.#server.nextBlock += BigInt(blocks * ID_BLOCK);
      return Array.from({ length: blocks }, (_, index) => first + BigInt(index * ID_BLOCK));
    });

  findRequests = (requestIds: readonly RequestId[]): Promise<RequestRow[]> =>
    this.#read('requests', () => requestIds.flatMap((id) => this.#server.tables.requests.get(id) ?? []));

  silentRequests = (limit: number): Promise<RequestRow[]> =>
    this.#read('silent requests', () => {
      const { openRequests, requests, messageOf } = this.#server.tables;
      const nowMs = this.databaseNowMs();
      const silent: RequestRow[] = [];
      for (const id of openRequests) {
        const request = requests.get(id);
        const publishedAtMs = messageOf.get(id)?.publishedAtMs ?? null;
        if (request === undefined || publishedAtMs === null || publishedAtMs >= nowMs - SILENCE_LIMIT_MS) continue;
        if (request.askedAtMs === null || askAgainAtMs(request.createdAtMs, request.askedAtMs) < nowMs) silent.push(request);
      }
      return silent.slice(0, limit);
    });

  loadEvents = (ranges: readonly EventRange[]): Promise<EventRow[]> =>
    this.#read('events', () =>
      ranges.flatMap(({ accountId, firstSequence, lastSequence }) =>
        (this.#server.tables.events.get(accountId) ?? []).slice(Number(firstSequence) - 1, Number(lastSequence)),
      ),
    );

  markPublished = (outboxIds: readonly OutboxId[]): Promise<void> =>
    this.#read('mark published', () => {
      for (const id of outboxIds) {
        const row = this.#server.tables.outbox.get(id);
        if (row !== undefined && !this.#server.held.has(row)) this.#server.tables.publish(row, this.databaseNowMs());
      }
    });

  takeUnpublished = async (
    limit: number,
    olderThanMs: number,
    work: (rows: readonly UnpublishedRow[]) => Promise<readonly OutboxId[]>,
  ): Promise<number> => {
    const { tables, held } = this.#server;
    const taken: OutboxRow[] = [];
    let isOver = false;
    const letGo = () => {
      isOver = true;
      for (const row of taken.splice(0)) held.delete(row);
    };
    this.#process.onDeath(letGo);
    const take = (): readonly UnpublishedRow[] => {
      // Of a transaction that its caller has given up.
      if (isOver) return [];
      const nowMs = this.databaseNowMs();
      const waited = ({ attemptedAtMs, createdAtMs }: OutboxRow): number => attemptedAtMs ?? createdAtMs;
      const due = [...tables.unpublished].filter((row) => !held.has(row) && waited(row) < nowMs - olderThanMs);
      taken.push(...due.sort((a, b) => waited(a) - waited(b)).slice(0, limit));
      for (const row of taken) held.add(row);
      return taken.map((row) => this.#unpublishedRow(row, nowMs));
    };
    try {
      const rows = await this.#read('outbox', take);
      if (rows.length === 0) return 0;
      const published = new Set(await work(rows));
      await this.#read('note attempts', () => {
        for (const row of taken) {
          row.attemptedAtMs = this.databaseNowMs();
          if (published.has(row.outboxId)) tables.publish(row, this.databaseNowMs());
        }
      });
      return rows.length;
    } finally {
      letGo();
    }
  };

  #unpublishedRow(
    { outboxId, accountId, message, firstSequence, lastSequence, createdAtMs }: OutboxRow,
    nowMs: number,
  ): UnpublishedRow {
    const request = message === null ? undefined : this.#server.tables.requests.get(message.requestId);
    if (message === null || request === undefined) {
      return { kind: 'events', outboxId, accountId, range: { accountId, firstSequence, lastSequence } };
    }
    const isExpired = message.sendBeforeMs !== null && message.sendBeforeMs < nowMs;
    return { kind: 'message', outboxId, accountId, message, request, isExpired, ageMs: nowMs - createdAtMs };
  }

  #commitInTime(reply: Reply<CommitOutcome>, epoch: string, commands: readonly CommandRows[], refusedAfterMs: number): void {
    if (epoch !== this.#server.epochName) reply.failure(new SimulatedFailure('epoch'));
    else if (this.#scheduler.nowMs > refusedAfterMs) reply.failure(new SimulatedFailure('unavailable'));
    else reply.with(this.#server.commit(commands, this.databaseNowMs()));
  }

  async #unknown<Value>(refusedAfterMs: number, call: () => Promise<Value>): Promise<Value> {
    try {
      return await call();
    } catch (error) {
      if (this.failureOf(error) === 'unknown') this.#unsettledUntilMs = Math.max(this.#unsettledUntilMs, refusedAfterMs + 1);
      throw error;
    }
  }

  #read<Value>(what: string, effect: () => Value): Promise<Value> {
    return this.#call(what, 'unavailable', (reply: Reply<Value>) => reply.with(effect()));
  }

  #call<Value>(what: string, lostAs: StoreFailure, arrive: (reply: Reply<Value>) => void): Promise<Value> {
    const call = `${this.#process.name}, ${what}`;
    if (this.#faults.strikes('store: it cannot be reached', call)) {
      arrive = (reply) => reply.failure(new SimulatedFailure('unavailable'));
    }
    return this.#process.call<Value>({
      what: `store, ${what}`,
      arrive,
      isRequestLost: this.#faults.strikes('store: the request is lost', call),
      isAnswerLost: this.#faults.strikes('store: the answer is lost', call),
      slowMs: this.#faults.strikes('store: it answers late', call) ? this.#process.draws.between(10, LATE_MS) : 0,
      deadline: { ms: DEADLINE_MS, error: () => new SimulatedFailure(lostAs) },
    });
  }
}

export const ID_BLOCK = 1_000;

const accountsOf = (commands: readonly CommandRows[]): readonly AccountId[] => [
  ...new Set(commands.map(({ accountId }) => accountId)),
];
