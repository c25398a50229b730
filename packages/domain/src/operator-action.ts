import type { ActionId, DecisionId } from '@margrave/vocabulary';
import type { SettleOrder } from './command.ts';

/** What a named operator did, for those who look into it later; clients are not shown it. */
export interface OperatorAction extends Omit<SettleOrder, 'kind'> {
  readonly actionId: ActionId;
  readonly kind: 'settle';
  readonly decisionId: DecisionId;
}
