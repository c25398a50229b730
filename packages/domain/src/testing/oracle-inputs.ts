import { SCALE_E8, type Fraction, type SymbolName } from '@margrave/vocabulary';
import type { Account, Order, Position } from '../account.ts';
import type { Group } from '../group.ts';
import type { Instrument } from '../instrument.ts';
import type { InFlight } from '../margin/account-margin.ts';
import { pointE8, quoteState, type Market } from '../market.ts';
import type { OracleOrder, OraclePosition, OracleTerms } from './oracle.ts';
import { per, ratio, type Rational } from './rational.ts';

/** The domain's values in the oracle's words; nothing is computed here but the change of units. */

export const fromE8 = (amountE8: bigint): Rational => ratio(amountE8, SCALE_E8);
export const fromFraction = ({ numerator, denominator }: Fraction): Rational => ratio(numerator, denominator);

/** Throws where it is not a whole number of e8. */
export function toE8(amount: Rational): bigint {
  const scaled = ratio(amount.over * SCALE_E8, amount.under);
  if (scaled.under !== 1n) throw new Error(`${amount.over}/${amount.under} is no e8 amount`);
  return scaled.over;
}

export function oracleTerms(account: Account, group: Group, market: Market, instruments: readonly Instrument[]): OracleTerms {
  const { policies } = group;
  return {
    instruments: instruments.map((each) => ({
      symbol: each.symbol,
      isFx: each.class === 'fx',
      base: each.baseCurrency,
      quote: each.quoteCurrency,
      contractSize: ratio(each.contractSize),
      leverageCap: each.leverageCap === null ? null : ratio(each.leverageCap),
      tick: fromE8(each.tickE8),
      point: fromE8(pointE8(each)),
    })),
    prices: (symbol) => {
      const instrument = market.instrument(symbol as SymbolName);
      const quote = market.quote(symbol as SymbolName);
      if (instrument === undefined || quote === undefined || quoteState(market, instrument) === 'stale') return null;
      return { bid: fromE8(quote.bidE8), ask: fromE8(quote.askE8) };
    },
    accountCurrency: account.currency,
    leverage: ratio(account.leverage),
    mode: account.mode,
    hedgedRate: policies.hedgingMargin.kind === 'hedged_rate' ? fromFraction(policies.hedgingMargin.hedgedRate) : null,
    tiers: policies.leverageTiers.map((tier) => ({
      upTo: tier.upToLotsE8 === null ? null : fromE8(tier.upToLotsE8),
      leverage: ratio(tier.leverage),
    })),
    conversion: policies.conversion,
    floating: policies.floating,
    markupPoints: (symbol) => ratio(group.symbols.get(symbol as SymbolName)?.markupPoints ?? 0n),
  };
}

export function oraclePosition(position: Position): OraclePosition {
  const lots = fromE8(position.openVolumeE8);
  return {
    id: position.positionId,
    symbol: position.symbol,
    side: position.side,
    lots,
    unit: per(fromFraction(position.marginBasis), ratio(position.openVolumeE8)),
    openPrice: per(ratio(position.openNotionalE16, SCALE_E8 * SCALE_E8), lots),
  };
}

export const oracleOrder = (order: InFlight & Partial<Pick<Order, 'orderId'>>): OracleOrder => ({
  id: order.orderId ?? 'asked for',
  symbol: order.symbol,
  side: order.side,
  lots: fromE8(order.volumeE8 - order.filledVolumeE8),
  unit: order.reservation === null ? ratio(0n) : fromFraction(order.reservation.unitBasis),
  closes: order.closesPositionId,
});
