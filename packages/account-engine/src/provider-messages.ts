import { ProviderOrderCloseV1, ProviderOrderNewV1, ProviderOrderStatusV1 } from '@margrave/contracts';
import type { Change, ProviderInstruction } from '@margrave/domain';
import type { MessageRow } from '@margrave/store-postgres';
import { formatE8, type ProviderName, type SymbolName } from '@margrave/vocabulary';
import assert from 'node:assert/strict';
import { timeText } from './views.ts';

/** How a provider calls an instrument of ours, and its lot. */
export interface ProviderInstrument {
  readonly providerSymbol: string;
  /** Units per lot at the provider. */
  readonly contractSize: bigint;
}

export type FindProviderInstrument = (provider: ProviderName, symbol: SymbolName) => ProviderInstrument | undefined;

/** What a change tells providers, as messages that leave with its commit. */
export const providerMessages = (change: Change, find: FindProviderInstrument): readonly MessageRow[] =>
  change.instructions.map((instruction) => providerMessage(change, instruction, find));

function providerMessage(change: Change, instruction: ProviderInstruction, find: FindProviderInstrument): MessageRow {
  const { order, requestId } = instruction;
  const { provider } = order;
  assert(provider !== null, `order ${order.orderId} instructs a provider and has none`);
  const listed = find(provider, order.symbol);
  const shared = {
    requestId,
    orderId: order.orderId,
    accountRef: change.accountId,
    // The provider knows the order by its request: it is asked about also when nobody knows any more how it calls the symbol.
    symbol: listed?.providerSymbol ?? order.symbol,
    side: order.side,
    sentAt: timeText(change.atMs),
  };
  if (instruction.kind === 'status') {
    const body: ProviderOrderStatusV1 = { ...shared, originalRequestId: instruction.originalRequestId };
    return messageRow(requestId, ProviderOrderStatusV1.subject({ provider }), body, null);
  }
  assert(listed, `${order.symbol} is not listed at ${provider}`);
  const trade = {
    ...shared,
    volume: formatE8(order.volumeE8, 2),
    contractSize: listed.contractSize.toString(),
    maxDeviation: order.maxDeviationE8 === null ? null : formatE8(order.maxDeviationE8),
    referencePrice: formatE8(instruction.referencePriceE8),
    sendBefore: timeText(instruction.sendBeforeMs),
  };
  if (instruction.kind === 'new') {
    const { limitPriceE8 } = instruction;
    const body: ProviderOrderNewV1 = {
      ...trade,
      type: limitPriceE8 === undefined ? 'market' : 'limit',
      price: limitPriceE8 === undefined ? null : formatE8(limitPriceE8),
      stopPrice: null,
      // What waits for its price waits here, so that it is sent to be executed at once or given up.
      timeInForce: order.timeInForce === 'fok' ? 'fok' : 'ioc',
    };
    return messageRow(requestId, ProviderOrderNewV1.subject({ provider }), body, instruction.sendBeforeMs);
  }
  assert(instruction.originalRequestId !== null, `the close of order ${order.orderId} names no request that opened its position`);
  const body: ProviderOrderCloseV1 = {
    ...trade,
    originalRequestId: instruction.originalRequestId,
    price: instruction.limitPriceE8 === undefined ? null : formatE8(instruction.limitPriceE8),
  };
  return messageRow(requestId, ProviderOrderCloseV1.subject({ provider }), body, instruction.sendBeforeMs);
}

const messageRow = (
  requestId: MessageRow['requestId'],
  subject: string,
  body: object,
  sendBeforeMs: number | null,
): MessageRow => ({
  messageId: requestId,
  subject,
  bodyJson: JSON.stringify(body),
  requestId,
  sendBeforeMs,
});
