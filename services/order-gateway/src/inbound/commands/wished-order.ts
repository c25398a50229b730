import type {
  PlaceOrderRequestV1,
  ProtectionLevelV1,
  ProtectPositionRequestV1,
  ReplaceOrderRequestV1,
} from '@margrave/contracts';
import type { PlaceOrder, ProtectionLevel, ReplaceOrder, WantedProtection } from '@margrave/domain';
import { ok, refuse, type LotsE8, type OrderType, type PriceE8, type Result, type TimeInForce } from '@margrave/vocabulary';
import type { Fault, Faults } from '../requests/faults.ts';
import { decimalE8 } from './decimal.ts';

/** What an order of each type must name and may, besides what every order does. */
interface TypeRules {
  readonly price: boolean;
  readonly stopPrice: boolean;
  readonly maxDeviation: boolean;
  /** The first is what it is where nothing is said. */
  readonly timesInForce: readonly [TimeInForce, ...TimeInForce[]];
}

const RULES: { readonly [Type in OrderType]: TypeRules } = {
  market: { price: false, stopPrice: false, maxDeviation: true, timesInForce: ['ioc', 'fok'] },
  limit: { price: true, stopPrice: false, maxDeviation: false, timesInForce: ['gtc', 'day', 'gtd', 'ioc', 'fok'] },
  stop: { price: false, stopPrice: true, maxDeviation: false, timesInForce: ['gtc', 'day', 'gtd'] },
  stop_limit: { price: true, stopPrice: true, maxDeviation: false, timesInForce: ['gtc', 'day', 'gtd'] },
};

type WishedOrder = Omit<PlaceOrder, 'kind'> & Pick<PlaceOrderRequestV1, 'clientOrderId'>;

/** The order that a client asks for, or what of its request does not go together. */
export function wishedOrder(order: PlaceOrderRequestV1): Result<WishedOrder, Faults> {
  const rules = RULES[order.type];
  const { reduceOnly = false } = order;
  const timeInForce = order.timeInForce ?? rules.timesInForce[0];
  const [first, ...more] = [
    ...required(order, 'price', rules.price),
    ...required(order, 'stopPrice', rules.stopPrice),
    ...(order.maxDeviation === undefined || rules.maxDeviation ? [] : [unwanted('maxDeviation', `a ${order.type} order`)]),
    ...(rules.timesInForce.includes(timeInForce)
      ? []
      : [fault('timeInForce', `must be one of ${rules.timesInForce.join(', ')} for a ${order.type} order`, timeInForce)]),
    ...lifetimeFaults(timeInForce, order.expiresAt),
    ...(reduceOnly ? reducingFaults(order) : []),
  ];
  if (first !== undefined) return refuse([first, ...more]);
  const { clientOrderId, symbol, side, type } = order;
  return ok({
    clientOrderId,
    symbol,
    side,
    type,
    timeInForce,
    limitPriceE8: priceE8(order.price),
    stopPriceE8: priceE8(order.stopPrice),
    expiresAtMs: order.expiresAt === undefined ? null : Date.parse(order.expiresAt),
    protection: { stopLoss: levelOf(order.stopLoss), takeProfit: levelOf(order.takeProfit) },
    volumeE8: decimalE8(order.volume) as LotsE8,
    maxDeviationE8: priceE8(order.maxDeviation),
    reduceOnly,
  });
}

const RESTING_TIMES: readonly TimeInForce[] = ['gtc', 'day', 'gtd'];

/** What of a resting order a client wants to be another. */
export function wishedReplacement(wish: ReplaceOrderRequestV1): Result<Omit<ReplaceOrder, 'kind' | 'orderId'>, Faults> {
  const { timeInForce, expiresAt } = wish;
  const [first, ...more] = [
    ...(timeInForce === undefined || RESTING_TIMES.includes(timeInForce)
      ? []
      : [fault('timeInForce', `must be one of ${RESTING_TIMES.join(', ')} for an order that rests`, timeInForce)]),
    ...(timeInForce === undefined && expiresAt !== undefined
      ? [fault('timeInForce', 'must be "gtd" where expiresAt is given', undefined)]
      : lifetimeFaults(timeInForce, expiresAt)),
  ];
  if (first !== undefined) return refuse([first, ...more]);
  return ok({
    volumeE8: wish.volume === undefined ? null : (decimalE8(wish.volume) as LotsE8),
    limitPriceE8: priceE8(wish.price),
    stopPriceE8: priceE8(wish.stopPrice),
    lifetime:
      timeInForce === undefined ? null : { timeInForce, expiresAtMs: expiresAt === undefined ? null : Date.parse(expiresAt) },
    protection: wishedProtection(wish),
  });
}

/** The parts of a protection that are to be others: null for none. */
export const wishedProtection = ({ stopLoss, takeProfit }: ProtectPositionRequestV1): Partial<WantedProtection> => ({
  ...(stopLoss === undefined ? {} : { stopLoss: levelOf(stopLoss ?? undefined) }),
  ...(takeProfit === undefined ? {} : { takeProfit: levelOf(takeProfit ?? undefined) }),
});

const priceE8 = (text: string | undefined): PriceE8 | null => (text === undefined ? null : (decimalE8(text) as PriceE8));

/** The contract lets one of the two through, and not both. */
function levelOf(level: ProtectionLevelV1 | undefined): ProtectionLevel | null {
  if (level?.price !== undefined) return { kind: 'price', priceE8: decimalE8(level.price) as PriceE8 };
  return level?.distance === undefined ? null : { kind: 'distance', distanceE8: decimalE8(level.distance) as PriceE8 };
}

function required(order: PlaceOrderRequestV1, field: 'price' | 'stopPrice', isWanted: boolean): readonly Fault[] {
  const found = order[field];
  if (isWanted && found === undefined) return [fault(field, `must be given for a ${order.type} order`, undefined)];
  return !isWanted && found !== undefined ? [unwanted(field, `a ${order.type} order`)] : [];
}

function lifetimeFaults(timeInForce: TimeInForce | undefined, expiresAt: string | undefined): readonly Fault[] {
  if (timeInForce === 'gtd' && expiresAt === undefined) return [fault('expiresAt', 'must be given with "gtd"', undefined)];
  if (timeInForce !== 'gtd' && expiresAt !== undefined) return [unwanted('expiresAt', `an order that is not "gtd"`)];
  // A leap second is a time to RFC 3339, and none to a clock that counts milliseconds.
  if (expiresAt !== undefined && Number.isNaN(Date.parse(expiresAt))) {
    return [fault('expiresAt', 'must be a time without a leap second', expiresAt)];
  }
  return [];
}

/** It opens nothing that could be protected, and a provider that closes takes what it can have. */
const reducingFaults = (order: PlaceOrderRequestV1): readonly Fault[] => [
  ...(['stopLoss', 'takeProfit'] as const).flatMap((field) =>
    order[field] === undefined ? [] : [unwanted(field, 'an order that only reduces')],
  ),
  ...(order.timeInForce === 'fok' ? [fault('timeInForce', 'must not be fok for an order that only reduces', 'fok')] : []),
];

const unwanted = (field: string, of: string): Fault => ({
  place: `/${field}`,
  rule: `must not be given for ${of}`,
  sentence: `${field} must not be given for ${of}.`,
});

const fault = (field: string, rule: string, found: string | undefined): Fault => ({
  place: `/${field}`,
  rule,
  sentence: `${field} is ${found === undefined ? 'missing' : `"${found}"`}; it ${rule}.`,
});
