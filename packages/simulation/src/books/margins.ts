import type { AccountAggregateRows } from '@margrave/store-postgres';
import { rational, symbolMargins, times, type SymbolHolding } from '@margrave/verify-books';
import { REGISTRY } from '../world/setting.ts';

interface Policies {
  readonly hedgingMargin: { readonly hedgedRate?: { readonly numerator: string; readonly denominator: string } };
  readonly leverageTiers: readonly { readonly upToLotsE8: string | null; readonly leverage: string }[];
}

const POLICIES = new Map(
  REGISTRY.groups.map(({ groupId, policiesJson }) => {
    const { hedgingMargin, leverageTiers } = JSON.parse(policiesJson) as Policies;
    const rate = hedgingMargin.hedgedRate;
    return [
      groupId,
      {
        hedgedRate: rate === undefined ? null : rational(BigInt(rate.numerator), BigInt(rate.denominator)),
        tiers: leverageTiers.map(({ upToLotsE8, leverage }) => ({
          upToLotsE8: upToLotsE8 === null ? null : BigInt(upToLotsE8),
          leverage: BigInt(leverage),
        })),
      },
    ];
  }),
);

/** Both margin figures of an account from its rows alone, by the arithmetic of `packages/verify-books`. */
export function reckonMargins({ account, positions, orders }: AccountAggregateRows): {
  readonly executedE8: bigint;
  readonly totalE8: bigint;
} {
  const policies = POLICIES.get(account.groupId);
  let [executedE8, totalE8] = [0n, 0n];
  for (const { symbol, contractSize, leverageCap } of REGISTRY.instruments) {
    const held = positions.filter((each) => each.symbol === symbol);
    const inFlight = orders.filter((each) => each.symbol === symbol);
    if (policies === undefined || held.length + inFlight.length === 0) continue;
    const margins = symbolMargins({
      mode: account.mode,
      leverage: account.leverage,
      contractSize,
      leverageCap,
      ...policies,
      positions: held.map(({ positionId, side, openVolumeE8, marginBasisNumerator, marginBasisDenominator }) => ({
        id: positionId,
        side,
        lotsE8: openVolumeE8,
        weight: rational(marginBasisNumerator, marginBasisDenominator),
      })),
      inFlight: inFlight.flatMap((order): SymbolHolding['inFlight'] => {
        const { orderId: id, side, closesPositionId: closes } = order;
        const lotsE8 = order.volumeE8 - order.filledVolumeE8;
        // What waits with us for its price may reserve nothing.
        const rests = order.status === 'working' && order.requestId === null;
        if (lotsE8 <= 0n || (rests && order.reservedRateNumerator === null)) return [];
        const weight = times(rational(lotsE8), rational(order.reservedRateNumerator ?? 0n, order.reservedRateDenominator ?? 1n));
        return [{ id, side, lotsE8, weight, closes }];
      }),
    });
    executedE8 += margins.executedE8;
    totalE8 += margins.totalE8;
  }
  return { executedE8, totalE8 };
}
