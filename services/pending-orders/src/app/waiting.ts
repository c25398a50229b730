import {
  keptAnewE8,
  trailingLevelE8,
  trailingOf,
  waitOf,
  watchOf,
  type Order,
  type Position,
  type ProtectionReached,
  type Watch,
} from '@margrave/domain';
import type { AccountId, OrderId, PositionId, PriceE8, Side, SymbolName } from '@margrave/vocabulary';

/** What is asked of the engine when a price, or a time, is reached. */
export type Aim =
  | { readonly kind: 'trigger'; readonly orderId: OrderId }
  | ({ readonly kind: 'trigger_protection'; readonly positionId: PositionId } & ProtectionReached)
  /** With the best price as far as it is known here. */
  | { readonly kind: 'trail'; readonly positionId: PositionId; readonly bestE8: PriceE8 }
  | { readonly kind: 'expire'; readonly orderId: OrderId };

/** A price at which something is to happen to an order or a position, or a distance at which a stop follows the price. */
export type Level = {
  /** `{order}`, or `{position}:{which}`. */
  readonly triggerId: string;
  readonly aim: Aim;
} & (FixedLevel | TrailingLevel);

interface FixedLevel {
  readonly watch: Watch;
  readonly priceE8: PriceE8;
}

export interface TrailingLevel {
  /** Of the position. */
  readonly side: Side;
  readonly distanceE8: PriceE8;
  readonly bestE8: PriceE8;
}

/** An order or a position as it was at one version, with the prices that it waits for; none when it is over, or needs none. */
export interface Waiting {
  /** Of an order or of a position: the two share their ids. */
  readonly key: string;
  readonly accountId: AccountId;
  readonly symbol: SymbolName;
  /** The account's version that made it so: what was armed at one is nobody's business at another. */
  readonly version: bigint;
  /** Of the event that told of it; null where it is as the version left it. One version may tell of the same order twice. */
  readonly sequence: bigint | null;
  readonly levels: readonly Level[];
  /** From this moment on, in database time, it waits no more. */
  readonly expiresAtMs: number | null;
}

export type WaitingOrder = Pick<
  Order,
  'orderId' | 'symbol' | 'side' | 'type' | 'limitPriceE8' | 'stopPriceE8' | 'triggeredAtMs' | 'expiresAtMs' | 'version'
> & { readonly accountId: AccountId; readonly isResting: boolean };

export function waitingOfOrder(order: WaitingOrder, sequence: bigint | null = null): Waiting {
  const { orderId, accountId, symbol, version, isResting, expiresAtMs } = order;
  const aim: Aim = { kind: 'trigger', orderId };
  return {
    key: `order:${orderId}`,
    accountId,
    symbol,
    version,
    sequence,
    levels: isResting ? [{ triggerId: orderId, ...waitOf(order), aim }] : [],
    expiresAtMs: isResting ? expiresAtMs : null,
  };
}

export type ProtectedPosition = Pick<
  Position,
  'positionId' | 'symbol' | 'side' | 'stopLossE8' | 'takeProfitE8' | 'trailingDistanceE8' | 'trailingBestE8' | 'version'
> & {
  readonly accountId: AccountId;
  /** It has something left to close, and nothing closes it yet. */
  readonly isFree: boolean;
};

/** The stop loss stands first: where one price reaches both, it is the one that closes. */
export function waitingOfPosition(position: ProtectedPosition, sequence: bigint | null = null): Waiting {
  const { positionId, accountId, symbol, side, version, isFree, stopLossE8, takeProfitE8 } = position;
  const level = (kind: 'stop_loss' | 'take_profit', priceE8: PriceE8 | null): readonly Level[] =>
    priceE8 === null
      ? []
      : [
          {
            triggerId: `${positionId}:${kind}`,
            watch: watchOf(kind, side),
            priceE8,
            aim: { kind: 'trigger_protection', positionId, level: kind },
          },
        ];
  return {
    key: `position:${positionId}`,
    accountId,
    symbol,
    version,
    sequence,
    levels: isFree ? [...level('stop_loss', stopLossE8), ...level('take_profit', takeProfitE8), ...trailingLevels(position)] : [],
    expiresAtMs: null,
  };
}

/** The stop that follows, and the price at which what it follows is to be kept anew. */
function trailingLevels(position: ProtectedPosition): readonly Level[] {
  const { positionId, side } = position;
  const trailing = trailingOf(position);
  if (trailing === undefined) return [];
  const levelE8 = trailingLevelE8(side, trailing);
  return [
    {
      triggerId: trailingStopOf(positionId),
      side,
      ...trailing,
      aim: { kind: 'trigger_protection', positionId, level: 'trailing_stop', levelE8 },
    },
    {
      triggerId: `${positionId}:trail`,
      watch: watchOf('take_profit', side),
      priceE8: keptAnewE8(side, trailing),
      aim: { kind: 'trail', positionId, bestE8: trailing.bestE8 },
    },
  ];
}

export const trailingStopOf = (positionId: PositionId): string => `${positionId}:trailing_stop`;

/** Whether the one was so later than the other. Of one version the stored state is the last. */
export function isLater(one: Waiting, other: Waiting): boolean {
  if (one.version !== other.version) return one.version > other.version;
  if (other.sequence === null) return false;
  return one.sequence === null || one.sequence > other.sequence;
}
