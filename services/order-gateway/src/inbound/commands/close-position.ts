import type { CloseByRequestV1, ClosePositionRequestV1 } from '@margrave/contracts';
import type { AccountId, LotsE8, PositionId } from '@margrave/vocabulary';
import type { Handler } from '../call.ts';
import { decimalE8 } from './decimal.ts';
import { requestHash } from './request-hash.ts';
import { runCommand, type CommandParts } from './run-command.ts';

/** `POST /v1/accounts/{accountId}/positions/{positionId}/close` */
export const closePosition =
  (parts: CommandParts): Handler =>
  ({ parameters, body, request }) => {
    const { accountId, positionId } = parameters as { readonly accountId: AccountId; readonly positionId: PositionId };
    const { clientOrderId, volume } = body as ClosePositionRequestV1;
    const volumeE8 = volume === undefined ? null : (decimalE8(volume) as LotsE8);
    return runCommand(
      parts,
      {
        accountId,
        command: { kind: 'close', clientOrderId, positionId, volumeE8 },
        requestHash: requestHash('close', positionId, body as ClosePositionRequestV1),
      },
      request,
    );
  };

/** `POST /v1/accounts/{accountId}/positions/{positionId}/close-by` */
export const closeBy =
  (parts: CommandParts): Handler =>
  ({ parameters, body, request }) => {
    const { accountId, positionId } = parameters as { readonly accountId: AccountId; readonly positionId: PositionId };
    const { clientOrderId, positionId: byPositionId } = body as CloseByRequestV1;
    return runCommand(
      parts,
      {
        accountId,
        command: { kind: 'close_by', clientOrderId, positionId, byPositionId },
        requestHash: requestHash('close_by', positionId, body as CloseByRequestV1),
      },
      request,
    );
  };
