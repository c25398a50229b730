import { dealView, orderView } from '@margrave/account-engine';
import { ADMIN_ROUTES, type SettledAnswerV1, type SettleOrderRequestV1 } from '@margrave/contracts';
import type { Account, Change, Dealing, Operator, SettleOrder } from '@margrave/domain';
import type { Logger } from '@margrave/runtime';
import type { AccountId, LotsE8, OrderId, PriceE8 } from '@margrave/vocabulary';
import assert from 'node:assert/strict';
import { accountFigures } from '../../app/account-figures.ts';
import type { SettleOutcome, SettleUnknownOrder } from '../../app/settle-order.ts';
import type { KeptAnswer } from '../../app/submit-command.ts';
import type { GatewayMetrics } from '../../metrics.ts';
import type { Identity } from '../access/identity.ts';
import { figuresView } from '../account-view.ts';
import type { Handler } from '../call.ts';
import { numbersText } from '../commands/denial-problem.ts';
import { decimalE8 } from '../commands/decimal.ts';
import { requestHash } from '../commands/request-hash.ts';
import { kept, unansweredReply } from '../commands/run-command.ts';
import { problemReply } from '../problem.ts';
import type { Reply } from '../reply.ts';
import { actionView } from './views.ts';

export interface SettleParts {
  readonly settleOrder: SettleUnknownOrder;
  readonly dealing: (account: Account) => Dealing;
  readonly metrics: Pick<GatewayMetrics, 'settlements'>;
  readonly log: Logger;
}

/** No key of a client has this sign: the two never meet. */
const KEY_PREFIX = 'operator/';
const CREATED = 201;

interface Target {
  readonly accountId: AccountId;
  readonly orderId: OrderId;
}

/** `POST /admin/v1/accounts/{accountId}/orders/{orderId}/settle` */
export const settleOrder =
  ({ settleOrder: settle, dealing, metrics, log }: SettleParts): Handler =>
  async ({ parameters, headers, body, request }) => {
    const target = parameters as Target;
    const { 'idempotency-key': key } = headers as { readonly 'idempotency-key': string };
    const operator = operatorOf(request.identity);
    const command = commandOf(target.orderId, operator, body as SettleOrderRequestV1);
    const outcome = await settle(target.accountId, command, {
      key: `${KEY_PREFIX}${key}`,
      // Somebody else under the same key is not the same command.
      requestHash: requestHash('settle', `${target.orderId} ${operator.name}`, body as SettleOrderRequestV1),
      answer: (change) => settledAnswer(change, dealing(change.account)),
    });
    metrics.settlements.inc({ outcome: outcomeName(outcome) });
    const entry = { ...target, operator: operator.name, requestId: request.id, outcome: outcomeName(outcome) };
    if (outcome.kind === 'committed') log.warn(entry, 'An operator settled an unknown order');
    else log.info(entry, 'The settlement of an order was answered');
    return replyTo(outcome, target);
  };

/** The gate let nobody in who is none. */
function operatorOf(identity: Identity | null): Operator {
  const role = ADMIN_ROUTES.settleOrder.roles?.find((each) => identity?.roles.has(each));
  assert(identity !== null && role !== undefined, 'an operator has the role that the route asks for');
  return { name: identity.subject, role };
}

const commandOf = (orderId: OrderId, operator: Operator, body: SettleOrderRequestV1): SettleOrder => ({
  kind: 'settle',
  orderId,
  orderVersion: BigInt(body.orderVersion),
  operator,
  reason: body.reason,
  executions: body.executions.map(({ executionId, volume, price, executedAt }) => ({
    executionId,
    volumeE8: decimalE8(volume) as LotsE8,
    priceE8: decimalE8(price) as PriceE8,
    executedAt,
  })),
  confirmed: body.confirmed ?? [],
});

/** All that the settlement caused; what is stored with it, for the same request again. */
function settledAnswer(change: Change, dealing: Dealing): KeptAnswer {
  const { accountId, account, atMs, deals, orders, operatorAction: action } = change;
  const order = orders.find(({ orderId }) => orderId === action?.orderId);
  assert(action !== null && order !== undefined, 'a settlement is an action on an order of its change');
  const answer: SettledAnswerV1 = {
    action: actionView({ ...action, accountId, accountVersion: account.version, atMs }),
    order: orderView(accountId, order),
    deals: deals.map((deal) => dealView(accountId, deal)),
    account: figuresView(account, accountFigures(account, dealing)),
    lastEventSequence: `${account.lastSequence}`,
  };
  return { status: CREATED, body: JSON.stringify(answer) };
}

function outcomeName(outcome: SettleOutcome): string {
  if (outcome.kind === 'refused') return outcome.code;
  if (outcome.kind !== 'committed') return outcome.kind;
  return outcome.change.deals.length === 0 ? 'nothing_executed' : 'executed';
}

function replyTo(outcome: SettleOutcome, { accountId, orderId }: Target): Reply {
  const statusUrl = `${ADMIN_ROUTES.listOperatorActions.path}?accountId=${accountId}`;
  switch (outcome.kind) {
    case 'committed':
      return kept(outcome.answer, {});
    case 'replayed':
      return kept(outcome.answer, { 'idempotent-replayed': 'true' });
    case 'refused':
      return problemReply(outcome.code, true, { orderId, numbers: numbersText(outcome.numbers) });
    case 'key_reused':
      return problemReply('IDEMPOTENCY_KEY_REUSED', true, { statusUrl });
    default:
      return unansweredReply(outcome.kind, statusUrl);
  }
}
