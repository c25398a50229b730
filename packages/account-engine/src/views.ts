import type { DealV1, LedgerEntryV1, OrderV1, PositionV1 } from '@margrave/contracts';
import {
  isResting,
  trailingLevelE8,
  trailingOf,
  type Deal,
  type LedgerEntry,
  type Order,
  type Position,
  type ProtectionLevel,
} from '@margrave/domain';
import { currencyDecimals, divide, formatE8, type AccountId, type Currency, type PriceE8 } from '@margrave/vocabulary';

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

const priceText = (priceE8: PriceE8 | null): string | null => (priceE8 === null ? null : formatE8(priceE8));

const levelView = (level: ProtectionLevel | null): OrderV1['stopLoss'] => {
  if (level === null) return null;
  return level.kind === 'price' ? { price: formatE8(level.priceE8) } : { distance: formatE8(level.distanceE8) };
};

export const orderView = (accountId: AccountId, order: Order): OrderV1 => ({
  orderId: order.orderId,
  clientOrderId: order.clientOrderId,
  accountId,
  symbol: order.symbol,
  side: order.side,
  type: order.type,
  timeInForce: order.timeInForce,
  price: priceText(order.limitPriceE8),
  stopPrice: priceText(order.stopPriceE8),
  expiresAt: order.expiresAtMs === null ? null : timeText(order.expiresAtMs),
  triggeredAt: order.triggeredAtMs === null ? null : timeText(order.triggeredAtMs),
  isResting: isResting(order),
  reduceOnly: order.reduceOnly,
  stopLoss: levelView(order.protection.stopLoss),
  takeProfit: levelView(order.protection.takeProfit),
  origin: order.origin,
  volume: formatE8(order.volumeE8, 2),
  filledVolume: formatE8(order.filledVolumeE8, 2),
  averagePrice: averagePriceText(order.filledNotionalE16, order.filledVolumeE8),
  status: order.status,
  flow: order.flow,
  closesPositionId: order.closesPositionId,
  maxDeviation: priceText(order.maxDeviationE8),
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
  stopLoss: priceText(position.stopLossE8),
  takeProfit: priceText(position.takeProfitE8),
  trailingStop: trailingView(position),
  closingOrderId: position.closingOrderId,
  openedAt: timeText(position.openedAtMs),
  closedAt: position.closedAtMs === null ? null : timeText(position.closedAtMs),
  version: `${position.version}`,
});

function trailingView(position: Position): PositionV1['trailingStop'] {
  const trailing = trailingOf(position);
  if (trailing === undefined) return null;
  return { distance: formatE8(trailing.distanceE8), price: formatE8(trailingLevelE8(position.side, trailing)) };
}

/** How much worse than the level that was waited for; negative where it was better. */
const slippageE8 = ({ side, priceE8 }: Deal, levelE8: PriceE8): bigint =>
  side === 'buy' ? priceE8 - levelE8 : levelE8 - priceE8;

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
  level: priceText(deal.levelE8),
  slippage: deal.levelE8 === null ? null : formatE8(slippageE8(deal, deal.levelE8)),
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
