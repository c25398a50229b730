import type {
  AccountAggregateRows,
  CommandKeyRow,
  CommandResult,
  CommandRows,
  OutboxId,
  OrderRow,
  PositionRow,
} from '@margrave/store-postgres';
import type { AccountId } from '@margrave/vocabulary';
import assert from 'node:assert/strict';
import type { AccountStore, CommitOutcome, StoreFailure } from '../ports.ts';

/** An error whose meaning to the engine is its own name. */
export class StoreError extends Error {
  readonly failure: StoreFailure;

  constructor(failure: StoreFailure) {
    super(`the store failed: ${failure}`);
    this.failure = failure;
  }
}

/**
 * The commit protocol in memory: compare-and-set per account, chains, used keys. `beforeCommit` and `afterCommit` let a test
 * put another writer, or a failure, into the windows between.
 */
export class MemoryStore implements AccountStore {
  readonly accounts = new Map<AccountId, AccountAggregateRows>();
  readonly orders = new Map<string, OrderRow>();
  readonly positions = new Map<string, PositionRow>();
  readonly keys = new Map<string, CommandKeyRow>();
  readonly executions = new Map<string, string>();
  readonly batches: (readonly CommandRows[])[] = [];
  readonly lockedBatches: (readonly CommandRows[])[] = [];
  epochNow = '00000000-0000-0000-0000-000000000001';
  beforeCommit: () => Promise<void> | void = () => undefined;
  afterCommit: () => Promise<void> | void = () => undefined;
  #outboxId = 0n;
  #isLocked = false;

  epoch = (): Promise<string> => Promise.resolve(this.epochNow);

  loadAccounts = (accountIds: readonly AccountId[]): Promise<readonly AccountAggregateRows[]> =>
    Promise.resolve(accountIds.flatMap((accountId) => this.accounts.get(accountId) ?? []));

  loadPast: AccountStore['loadPast'] = ({ orderIds, positionIds }) =>
    Promise.resolve({
      orders: orderIds.flatMap((id) => this.orders.get(id) ?? []),
      positions: positionIds.flatMap((id) => this.positions.get(id) ?? []),
    });

  commitBatch = async (epoch: string, commands: readonly CommandRows[]): Promise<CommitOutcome> => {
    await this.beforeCommit();
    if (epoch !== this.epochNow) throw new StoreError('epoch');
    this.batches.push(commands);
    const outcome = this.#commit(commands);
    await this.afterCommit();
    return outcome;
  };

  withLockedAccounts: AccountStore['withLockedAccounts'] = async (accountIds, work) => {
    const rows = await this.loadAccounts(accountIds);
    this.#isLocked = true;
    try {
      return await work(rows, (_epoch, commands) => {
        this.lockedBatches.push(commands);
        return Promise.resolve(this.#commit(commands));
      });
    } finally {
      this.#isLocked = false;
    }
  };

  findCommandKeys: AccountStore['findCommandKeys'] = (accountId, keys) => {
    assert(!this.#isLocked, 'PostgreSQL would wait for the lock that its caller holds');
    return Promise.resolve(keys.flatMap((key) => this.keys.get(`${accountId} ${key}`) ?? []));
  };

  findAppliedExecutions: AccountStore['findAppliedExecutions'] = (executions) =>
    Promise.resolve(
      executions.flatMap(({ provider, executionId }) => {
        const contentHash = this.executions.get(`${provider} ${executionId}`);
        return contentHash === undefined ? [] : { provider, executionId, contentHash };
      }),
    );

  failureOf = (error: unknown): StoreFailure => (error instanceof StoreError ? error.failure : 'bug');

  #commit(commands: readonly CommandRows[]): CommitOutcome {
    const lost = new Set<AccountId>();
    const results: CommandResult[] = [];
    for (const command of commands) {
      const outcome = lost.has(command.accountId) ? 'conflict' : this.#judge(command);
      if (outcome === 'committed') results.push(this.#write(command));
      else {
        lost.add(command.accountId);
        results.push({ outcome });
      }
    }
    return { results };
  }

  #nextOutboxId(): OutboxId {
    this.#outboxId += 1n;
    return `${this.#outboxId}`;
  }

  #judge(command: CommandRows): CommandResult['outcome'] {
    const { accountId, commandKeys, appliedExecutions } = command;
    if (commandKeys.some(({ key }) => this.keys.has(`${accountId} ${key}`))) return 'duplicate';
    const isApplied = appliedExecutions.some(({ provider, executionId }) => this.executions.has(`${provider} ${executionId}`));
    if (isApplied) return 'duplicate';
    return this.accounts.get(accountId)?.account.version === command.expectedVersion ? 'committed' : 'conflict';
  }

  #write({
    accountId,
    account,
    commandKeys,
    appliedExecutions,
    newOrders,
    newPositions,
    orders,
    positions,
    messages,
  }: CommandRows): CommandResult {
    // As the statements do: a row replaces one that is there and older, or is new.
    for (const { orderId } of newOrders) assert(!this.orders.has(orderId), `order ${orderId} is there already`);
    for (const { orderId, version } of orders) {
      const before = this.orders.get(orderId) ?? newOrders.find((order) => order.orderId === orderId);
      assert(before !== undefined && before.version < version, `order ${orderId} replaces none that is there and older`);
    }
    for (const { positionId } of newPositions) assert(!this.positions.has(positionId), `position ${positionId} is there already`);
    for (const { positionId, version } of positions) {
      const before = this.positions.get(positionId);
      assert(before !== undefined && before.version < version, `position ${positionId} replaces none that is there and older`);
    }
    for (const order of [...newOrders, ...orders]) this.orders.set(order.orderId, order);
    for (const position of [...newPositions, ...positions]) this.positions.set(position.positionId, position);
    for (const kept of commandKeys) this.keys.set(`${accountId} ${kept.key}`, kept);
    for (const { provider, executionId, contentHash } of appliedExecutions) {
      this.executions.set(`${provider} ${executionId}`, contentHash);
    }
    const live = new Set<string>(['queued', 'working', 'partially_filled', 'unknown']);
    this.accounts.set(accountId, {
      account,
      orders: [...this.orders.values()].filter((order) => order.accountId === accountId && live.has(order.status)),
      positions: [...this.positions.values()].filter((held) => held.accountId === accountId && held.openVolumeE8 > 0n),
    });
    return {
      outcome: 'committed',
      messageOutboxIds: messages.map(() => this.#nextOutboxId()),
      pointerOutboxId: this.#nextOutboxId(),
    };
  }
}
