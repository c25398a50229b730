import type { PlaceOrderRequestV1 } from '@margrave/contracts';
import type { PlaceOrder } from '@margrave/domain';
import { type AccountId, type LotsE8, type PriceE8 } from '@margrave/vocabulary';
import type { Handler } from '../call.ts';
import { decimalE8 } from './decimal.ts';
import { requestHash } from './request-hash.ts';
import { runCommand, type CommandParts } from './run-command.ts';

/** `POST /v1/accounts/{accountId}/orders` */
export const placeOrder =
  (parts: CommandParts): Handler =>
  ({ parameters, body, request }) => {
    const { accountId } = parameters as { readonly accountId: AccountId };
    const order = body as PlaceOrderRequestV1;
    return runCommand(
      parts,
      { operation: 'place', accountId, command: commandOf(order), requestHash: requestHash('place', accountId, order) },
      request,
    );
  };

const commandOf = ({ clientOrderId, symbol, side, volume, maxDeviation }: PlaceOrderRequestV1): PlaceOrder => ({
  kind: 'place',
  clientOrderId,
  symbol,
  side,
  volumeE8: decimalE8(volume) as LotsE8,
  maxDeviationE8: maxDeviation === undefined ? null : (decimalE8(maxDeviation) as PriceE8),
});
