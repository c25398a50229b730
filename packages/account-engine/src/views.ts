import type { DealV1, LedgerEntryV1, OrderV1, PositionV1 } from '@margrave/contracts';
import type { Deal, LedgerEntry, Order, Position } from '@margrave/domain';
import { currencyDecimals, divide, formatE8, type AccountId, type Currency } from '@margrave/vocabulary';

/** How the domain's values read on a wire: one place for events and for HTTP. */

/** Nearly all times of a change are the same one, and writing it out takes longer than anything else of an event. */
let lastWritten = { epochMs: NaN, text: '' };

export function timeText(epochMs: number): string {
  if (epochMs !== lastWritten.epochMs) lastWritten = { epochMs, text: new Date(epochMs).toISOString() };
  return lastWritten.text;
}

/** Money at its currency's minor unit; amounts beyond it are shown in full, never rounded away. */
export const moneyText = (amountE8: bigint, currency: Currency): string => formatE8(amountE8, currencyDecimals(currency));

/** Volume-weighted price, rounded half away from zero at 1e-8; null where there is no volume. */
const averagePriceText = (notionalE16: bigint, volumeE8: bigint): string | null =>
  volumeE8 === 0n ? null : formatE8(divide(notionalE16, volumeE8, 'half_away'));

export const orderView = (accountId: AccountId, order: Order): OrderV1 => ({
  orderId: order.orderId,
  clientOrderId: order.clientOrderId,
  accountId,
  symbol: order.symbol,
  side: order.side,
  type: 'market',
  timeInForce: 'ioc',
  volume: formatE8(order.volumeE8, 2),
  filledVolume: formatE8(order.filledVolumeE8, 2),
  averagePrice: averagePriceText(order.filledNotionalE16, order.filledVolumeE8),
  status: order.status,
  flow: order.flow,
  closesPositionId: order.closesPositionId,
  maxDeviation: order.maxDeviationE8 === null ? null : formatE8(order.maxDeviationE8),
  reason: order.reason,
  flags: [...order.flags],
  decisionId: order.decisionId,
  createdAt: timeText(order.createdAtMs),
  updatedAt: timeText(order.updatedAtMs),
  version: `${order.version}`,
});

/** `lastOpen` is the position before it was closed: a closed one shows the price that it was last open at. */
export const positionView = (
  accountId: AccountId,
  position: Position,
  lastOpen: Position | undefined = position,
): PositionV1 => ({
  positionId: position.positionId,
  accountId,
  symbol: position.symbol,
  side: position.side,
  openVolume: formatE8(position.openVolumeE8, 2),
  openPrice: averagePriceText(lastOpen.openNotionalE16, lastOpen.openVolumeE8) ?? '0',
  flow: position.flow,
  closingOrderId: position.closingOrderId,
  openedAt: timeText(position.openedAtMs),
  closedAt: position.closedAtMs === null ? null : timeText(position.closedAtMs),
  version: `${position.version}`,
});

export const dealView = (accountId: AccountId, deal: Deal): DealV1 => ({
  dealId: deal.dealId,
  orderId: deal.orderId,
  positionId: deal.positionId,
  accountId,
  symbol: deal.symbol,
  side: deal.side,
  entry: deal.entry,
  volume: formatE8(deal.volumeE8, 2),
  price: formatE8(deal.priceE8),
  profit: moneyText(deal.profitE8, deal.currency),
  commission: moneyText(-deal.commissionE8, deal.currency),
  currency: deal.currency,
  flags: [...deal.flags],
  executedAt: timeText(deal.executedAtMs),
});

/** The client's side of a booking; the house's is nobody else's business. */
export const ledgerEntryView = (accountId: AccountId, entry: Omit<LedgerEntry, 'house' | 'houseEntryId'>): LedgerEntryV1 => ({
  entryId: entry.entryId,
  journalId: entry.journalId,
  accountId,
  kind: entry.kind,
  amount: moneyText(entry.amountE8, entry.currency),
  currency: entry.currency,
  dealId: entry.dealId,
  sequence: `${entry.sequence}`,
  bookedAt: timeText(entry.bookedAtMs),
});
