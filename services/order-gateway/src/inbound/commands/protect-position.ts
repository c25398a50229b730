import type { ProtectPositionRequestV1 } from '@margrave/contracts';
import type { AccountId, PositionId, PriceE8 } from '@margrave/vocabulary';
import type { Handler } from '../call.ts';
import { decimalE8 } from './decimal.ts';
import { runCommand, type CommandParts } from './run-command.ts';
import { wishedProtection } from './wished-order.ts';

/** `PUT /v1/accounts/{accountId}/positions/{positionId}/protection` */
export const protectPosition =
  (parts: CommandParts): Handler =>
  ({ parameters, body, request }) => {
    const { accountId, positionId } = parameters as { readonly accountId: AccountId; readonly positionId: PositionId };
    const wish = body as ProtectPositionRequestV1;
    const command = {
      kind: 'protect',
      positionId,
      protection: wishedProtection(wish),
      ...(wish.trailingStop === undefined ? {} : { trailingDistanceE8: distanceE8(wish.trailingStop) }),
    } as const;
    return runCommand(parts, { accountId, command, requestHash: null }, request);
  };

const distanceE8 = (stop: (ProtectPositionRequestV1['trailingStop'] & object) | null): PriceE8 | null =>
  stop === null ? null : (decimalE8(stop.distance) as PriceE8);
