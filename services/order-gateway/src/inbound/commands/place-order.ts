import type { PlaceOrderRequestV1 } from '@margrave/contracts';
import type { PlaceOrder } from '@margrave/domain';
import { parseE8, type AccountId, type LotsE8, type PriceE8 } from '@margrave/vocabulary';
import assert from 'node:assert/strict';
import type { Handler } from '../call.ts';
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

/** The contract's pattern lets nothing through that is no amount. */
function decimalE8(text: string): bigint {
  const amountE8 = parseE8(text);
  assert(amountE8 !== undefined, 'the contract lets plain decimals through and nothing else');
  return amountE8;
}
