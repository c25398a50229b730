import {
  AT_MARKET,
  type CancelOrder,
  type CloseBy,
  type ClosePosition,
  type PlaceOrder,
  type ProtectionLevel,
  type ProtectPosition,
  type ReplaceOrder,
  type WantedProtection,
} from '@margrave/domain';
import type { AccountId, ClientOrderId, LotsE8, OrderType, PriceE8, Side, SymbolName } from '@margrave/vocabulary';
import { createDraws, type Draws } from '../world/draws.ts';
import { REGISTRY, START_MS, SYMBOLS } from '../world/setting.ts';
import type { Surroundings } from '../world/surroundings.ts';

/** What a client asks for. What makes an order has a key; what changes one that is there has none. */
export type Wish = PlaceOrder | ClosePosition | CloseBy | CancelOrder | ReplaceOrder | ProtectPosition;

export const hasKey = (wish: Wish): wish is PlaceOrder | ClosePosition | CloseBy =>
  wish.kind === 'place' || wish.kind === 'close' || wish.kind === 'close_by';

/** An order waits no longer than this, so that the world comes to rest. */
const WAITS_MS_MAX = 60_000;

interface Wisher {
  readonly accountId: AccountId;
  readonly key: ClientOrderId;
  /** The side that it is on for a while, so that positions grow. */
  readonly side: Side;
}

type World = Pick<Surroundings, 'positionsOf' | 'ordersOf' | 'pointsOf' | 'scheduler'>;

/** What a client wishes for next, by its draws. */
export function wishOf(world: World, { accountId, key, side }: Wisher, draws: Draws): Wish {
  const volumeE8 = lots(draws);
  const [position, order] = [pick(world.positionsOf(accountId), draws), pick(world.ordersOf(accountId), draws)];
  const other = pick(world.positionsOf(accountId), draws);
  if (draws.onceIn(8) && position !== undefined && other !== undefined) {
    return { kind: 'close_by', clientOrderId: key, positionId: position, byPositionId: other };
  }
  if (draws.onceIn(3) && position !== undefined) {
    return { kind: 'close', clientOrderId: key, positionId: position, volumeE8: draws.onceIn(2) ? null : volumeE8 };
  }
  const symbol = draws.oneOf(SYMBOLS);
  if (draws.onceIn(6) && position !== undefined) {
    const protect = { kind: 'protect', positionId: position } as const;
    if (draws.onceIn(3)) return { ...protect, protection: {}, trailingDistanceE8: followedAt(symbol, draws) };
    return { ...protect, protection: protectionNear(world, symbol, side, draws) };
  }
  if (draws.onceIn(6) && order !== undefined) return { kind: 'cancel', orderId: order };
  if (draws.onceIn(6) && order !== undefined) {
    const limitPriceE8 = draws.onceIn(2) ? near(world, symbol, draws) : null;
    return { kind: 'replace', orderId: order, volumeE8, limitPriceE8, stopPriceE8: null, lifetime: null, protection: {} };
  }
  const type: OrderType = draws.oneOf(['market', 'market', 'limit', 'stop', 'stop_limit'] as const);
  const protection = draws.onceIn(3) ? distances(symbol, draws) : AT_MARKET.protection;
  const shared = { kind: 'place', clientOrderId: key, symbol, side, volumeE8, maxDeviationE8: null } as const;
  const reduceOnly = draws.onceIn(5);
  if (type === 'market') return { ...AT_MARKET, ...shared, ...(reduceOnly ? { reduceOnly } : { protection }) };
  return {
    ...shared,
    reduceOnly,
    type,
    timeInForce: type === 'limit' && draws.onceIn(4) ? 'ioc' : 'gtd',
    limitPriceE8: type === 'stop' ? null : near(world, symbol, draws),
    stopPriceE8: type === 'limit' ? null : near(world, symbol, draws),
    expiresAtMs: START_MS + world.scheduler.nowMs + draws.between(1_000, WAITS_MS_MAX),
    protection: reduceOnly ? AT_MARKET.protection : protection,
  };
}

const lots = (draws: Draws): LotsE8 => (BigInt(draws.between(1, 150)) * 1_000_000n) as LotsE8;

const pick = <Id>(ids: readonly Id[], draws: Draws): Id | undefined => ids[draws.between(0, 1_000) % Math.max(1, ids.length)];

const tickOf = (symbol: SymbolName): bigint => REGISTRY.instruments.find((each) => each.symbol === symbol)?.tickE8 ?? 1n;

/** A price that the market may come to soon. */
const near = (world: World, symbol: SymbolName, draws: Draws): PriceE8 =>
  ((world.pointsOf(symbol) + BigInt(draws.between(-60, 60))) * tickOf(symbol)) as PriceE8;

function distances(symbol: SymbolName, draws: Draws): WantedProtection {
  const some = (): ProtectionLevel => ({
    kind: 'distance',
    distanceE8: (BigInt(draws.between(20, 120)) * tickOf(symbol)) as PriceE8,
  });
  return { stopLoss: some(), takeProfit: draws.onceIn(2) ? some() : null };
}

const followedAt = (symbol: SymbolName, draws: Draws): PriceE8 | null =>
  draws.onceIn(6) ? null : ((BigInt(draws.between(5, 60)) * tickOf(symbol)) as PriceE8);

/** Levels that may be on the wrong side: then they are refused. */
function protectionNear(world: World, symbol: SymbolName, side: Side, draws: Draws): Partial<WantedProtection> {
  if (draws.onceIn(5)) return { stopLoss: null };
  if (draws.onceIn(2)) return distances(symbol, draws);
  const level = { kind: 'price', priceE8: near(world, symbol, draws) } as const;
  return side === 'buy' ? { stopLoss: level } : { takeProfit: level };
}

/** Some in a row on one side. */
export const sideOf = (seed: number, name: string, wishes: number): Side =>
  createDraws(seed, `${name}, wishes ${wishes >> 2} and on`).onceIn(2) ? 'buy' : 'sell';
