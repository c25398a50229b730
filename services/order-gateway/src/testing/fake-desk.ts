import type { AccountId, OrderId } from '@margrave/vocabulary';
import assert from 'node:assert/strict';
import type { RecordedAction, StaffRecords } from '../app/staff-records.ts';
import type { AdminNeeds } from '../inbound/admin/admin-gateway.ts';
import { findOrder } from '../outbound/find-order.ts';
import { pageOf, type FakeBroker } from './fake-broker.ts';

type Settle = AdminNeeds['settle'];

/** What stands behind the face for staff, in memory: the accounts of a broker, and the executions that were applied. */
export class FakeDesk implements AdminNeeds {
  readonly broker: FakeBroker;
  readonly applied = new Set<string>();
  readonly settled: Parameters<Settle>[] = [];

  constructor(broker: FakeBroker) {
    this.broker = broker;
  }

  reset(): void {
    this.applied.clear();
    this.settled.length = 0;
  }

  /** The provider says nothing of the order for too long. */
  silence(accountId: AccountId, orderId: OrderId): void {
    assert.equal(this.broker.decided(accountId, { kind: 'silence', orderId }, null).kind, 'committed');
  }

  settle: Settle = async (accountId, command, provider, client, patienceMs) => {
    this.settled.push([accountId, command, provider, client, patienceMs]);
    await Promise.resolve();
    const executions = command.executions.map(({ executionId }) => `${provider} ${executionId}`);
    const used = executions.findIndex((execution) => this.applied.has(execution));
    if (used >= 0 && !this.broker.keys.has(`${accountId} ${client.key}`)) {
      return { kind: 'already_applied', executionId: command.executions[used]?.executionId ?? '' };
    }
    const outcome = this.broker.nextOutcome ?? this.broker.decided(accountId, command, client);
    this.broker.nextOutcome = undefined;
    assert(!(outcome instanceof Error));
    if (outcome.kind === 'committed') for (const execution of executions) this.applied.add(execution);
    return outcome;
  };

  staffRecords: StaffRecords = {
    unknownOrders: (page) => {
      const unknown = [...this.broker.accounts.values()].flatMap(({ accountId, orders }) =>
        orders.filter(({ status }) => status === 'unknown').map((order) => ({ accountId, order })),
      );
      return Promise.resolve(pageOf(unknown, page, ({ order }) => `${order.createdAtMs}-${order.orderId}`));
    },
    operatorActions: (accountId, page) => {
      const actions = this.broker.changes.flatMap((change): RecordedAction[] =>
        change.operatorAction === null || (accountId !== undefined && change.accountId !== accountId)
          ? []
          : [
              {
                ...change.operatorAction,
                accountId: change.accountId,
                accountVersion: change.account.version,
                atMs: change.atMs,
              },
            ],
      );
      return Promise.resolve(pageOf(actions.toReversed(), page, ({ atMs, actionId }) => `${atMs}-${actionId}`));
    },
  };

  view: AdminNeeds['view'] = (accountId) => this.broker.view(accountId);
  market: AdminNeeds['market'] = () => this.broker.market();
  dealing: AdminNeeds['dealing'] = (account) => this.broker.dealing(account);
  findOrder: AdminNeeds['findOrder'] = (accountId, orderId) =>
    findOrder(this.broker.records, this.isUnavailable)(accountId, orderId);

  isUnavailable: AdminNeeds['isUnavailable'] = (error) => this.broker.isUnavailable(error);
}
