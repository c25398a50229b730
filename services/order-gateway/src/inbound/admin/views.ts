import { timeText } from '@margrave/account-engine';
import type { OperatorActionV1 } from '@margrave/contracts';
import { formatE8 } from '@margrave/vocabulary';
import type { RecordedAction } from '../../app/staff-records.ts';

/** An operator's action as staff read it. */
export const actionView = (action: RecordedAction): OperatorActionV1 => ({
  actionId: action.actionId,
  at: timeText(action.atMs),
  operator: action.operator.name,
  role: action.operator.role,
  kind: action.kind,
  reason: action.reason,
  accountId: action.accountId,
  orderId: action.orderId,
  accountVersion: `${action.accountVersion}`,
  decisionId: action.decisionId,
  executions: action.executions.map(({ executionId, volumeE8, priceE8, executedAt }) => ({
    executionId,
    volume: formatE8(volumeE8, 2),
    price: formatE8(priceE8),
    executedAt,
  })),
  confirmed: [...action.confirmed],
});
