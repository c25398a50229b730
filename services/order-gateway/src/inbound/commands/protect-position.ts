import type { ProtectPositionRequestV1 } from '@margrave/contracts';
import type { AccountId, PositionId } from '@margrave/vocabulary';
import type { Handler } from '../call.ts';
import { runCommand, type CommandParts } from './run-command.ts';
import { wishedProtection } from './wished-order.ts';

/** `PUT /v1/accounts/{accountId}/positions/{positionId}/protection` */
export const protectPosition =
  (parts: CommandParts): Handler =>
  ({ parameters, body, request }) => {
    const { accountId, positionId } = parameters as { readonly accountId: AccountId; readonly positionId: PositionId };
    const protection = wishedProtection(body as ProtectPositionRequestV1);
    return runCommand(parts, { accountId, command: { kind: 'protect', positionId, protection }, requestHash: null }, request);
  };
