import type { PlaceOrderRequestV1 } from '@margrave/contracts';
import type { AccountId } from '@margrave/vocabulary';
import type { Handler } from '../call.ts';
import { malformed } from '../malformed.ts';
import { requestHash } from './request-hash.ts';
import { runCommand, type CommandParts } from './run-command.ts';
import { wishedOrder } from './wished-order.ts';

/** `POST /v1/accounts/{accountId}/orders` */
export const placeOrder =
  (parts: CommandParts): Handler =>
  ({ parameters, body, request }) => {
    const { accountId } = parameters as { readonly accountId: AccountId };
    const order = body as PlaceOrderRequestV1;
    const wished = wishedOrder(order);
    if (!wished.ok) return malformed(wished.refusal, true);
    return runCommand(
      parts,
      {
        accountId,
        command: { kind: 'place', ...wished.value },
        requestHash: requestHash('place', accountId, order),
      },
      request,
    );
  };
