import type { ReplaceOrderRequestV1 } from '@margrave/contracts';
import type { OrderId } from '@margrave/vocabulary';
import type { Records } from '../../app/records.ts';
import type { KeylessCommand } from '../../app/submit-command.ts';
import type { Call, Handler } from '../call.ts';
import { malformed } from '../malformed.ts';
import { orderAddress, type OfOrder } from '../order-address.ts';
import { problemReply } from '../problem.ts';
import type { Reply } from '../reply.ts';
import { runCommand, unansweredReply, type CommandParts } from './run-command.ts';
import { wishedReplacement } from './wished-order.ts';

export interface ChangeParts extends CommandParts {
  readonly records: Pick<Records, 'order'>;
  /** Whether the books could not be read; anything else that a read fails with is a bug. */
  readonly isUnavailable: (error: unknown) => boolean;
}

/** `DELETE /v1/accounts/{accountId}/orders/{orderId}` */
export const cancelOrder =
  (parts: ChangeParts): Handler =>
  (call) =>
    changeOrder(parts, call, (orderId) => ({ command: { kind: 'cancel', orderId }, requestHash: null }));

/** `PUT /v1/accounts/{accountId}/orders/{orderId}` */
export const replaceOrder =
  (parts: ChangeParts): Handler =>
  (call) => {
    const wished = wishedReplacement(call.body as ReplaceOrderRequestV1);
    if (!wished.ok) return malformed(wished.refusal, true);
    return changeOrder(parts, call, (orderId) => ({
      command: { kind: 'replace', orderId, ...wished.value },
      requestHash: null,
    }));
  };

/** An order that is named by its key is looked up first: what is decided names it by its id. */
async function changeOrder(
  parts: ChangeParts,
  { parameters, request }: Call,
  wanted: (orderId: OrderId) => KeylessCommand,
): Promise<Reply> {
  const { accountId, orderId: text } = parameters as OfOrder;
  const address = orderAddress(text);
  if (address === undefined) return problemReply('NOT_FOUND', true);
  let orderId = 'orderId' in address ? address.orderId : undefined;
  try {
    orderId ??= (await parts.records.order(accountId, address))?.orderId;
  } catch (error) {
    if (parts.isUnavailable(error)) return unansweredReply('unavailable', '');
    throw error;
  }
  if (orderId === undefined) return problemReply('NOT_FOUND', true);
  return runCommand(parts, { accountId, ...wanted(orderId) }, request);
}
