import {
  NO_PROTECTION,
  type Account,
  type CommissionTerms,
  type Order,
  type Position,
  type ProtectionLevel,
  type WantedProtection,
} from '@margrave/domain';
import type { AccountAggregateRows, OrderRow, PositionRow } from '@margrave/store-postgres';
import type { MoneyE8, OrderFlag, PriceE8 } from '@margrave/vocabulary';
import assert from 'node:assert/strict';

/** An account with its live orders and open positions, from the store's rows. */
export const accountFromRows = ({ account, orders, positions }: AccountAggregateRows): Account => ({
  ...account,
  orders: orders.map(orderFromRow),
  positions: positions.map(positionFromRow),
});

export function orderFromRow(row: OrderRow): Order {
  const {
    accountId: _accountId,
    protectionJson,
    reservedPriceE8,
    reservedRateNumerator,
    reservedRateDenominator,
    flags,
    ...rest
  } = row;
  const reserved = reservedPriceE8 !== null && reservedRateNumerator !== null && reservedRateDenominator !== null;
  return {
    ...rest,
    flags: flags as readonly OrderFlag[],
    protection: protectionJson === null ? NO_PROTECTION : protectionFromJson(protectionJson),
    reservation: reserved
      ? { priceE8: reservedPriceE8, unitBasis: { numerator: reservedRateNumerator, denominator: reservedRateDenominator } }
      : null,
  };
}

type LevelJson =
  { readonly kind: 'price'; readonly priceE8: string } | { readonly kind: 'distance'; readonly distanceE8: string };

function protectionFromJson(json: string): WantedProtection {
  const { stopLoss, takeProfit } = JSON.parse(json) as {
    readonly stopLoss: LevelJson | null;
    readonly takeProfit: LevelJson | null;
  };
  return { stopLoss: stopLoss && levelFromJson(stopLoss), takeProfit: takeProfit && levelFromJson(takeProfit) };
}

const levelFromJson = (level: LevelJson): ProtectionLevel =>
  level.kind === 'price'
    ? { kind: 'price', priceE8: BigInt(level.priceE8) as PriceE8 }
    : { kind: 'distance', distanceE8: BigInt(level.distanceE8) as PriceE8 };

export function positionFromRow(row: PositionRow): Position {
  const { accountId: _accountId, marginBasisNumerator, marginBasisDenominator, commissionJson, ...rest } = row;
  return {
    ...rest,
    marginBasis: { numerator: marginBasisNumerator, denominator: marginBasisDenominator },
    commission: commissionFromJson(commissionJson),
  };
}

interface CommissionJson {
  readonly kind: string;
  readonly on?: 'entry' | 'exit' | 'both';
  readonly perLotE8?: string;
  readonly minimumE8?: string;
}

/** Terms as configuration and positions keep them: amounts are strings of digits. */
export function commissionFromJson(json: string): CommissionTerms {
  const terms = JSON.parse(json) as CommissionJson;
  if (terms.kind === 'none') return { kind: 'none' };
  assert(
    terms.kind === 'per_lot' && terms.on !== undefined && terms.perLotE8 !== undefined,
    `commission terms that this build does not know: ${json}`,
  );
  return {
    kind: 'per_lot',
    on: terms.on,
    perLotE8: BigInt(terms.perLotE8) as MoneyE8,
    minimumE8: BigInt(terms.minimumE8 ?? '0') as MoneyE8,
  };
}
