import { subscribe, type BusConnection } from '@margrave/bus-nats';
import { AccountEventV1, type OrderV1, type PositionV1 } from '@margrave/contracts';
import type { Position } from '@margrave/domain';
import type { Logger } from '@margrave/runtime';
import { parseE8, type PriceE8 } from '@margrave/vocabulary';
import assert from 'node:assert/strict';
import { waitingOfOrder, waitingOfPosition, type Waiting } from '../app/waiting.ts';

export interface AccountEventsInput {
  readonly bus: BusConnection;
  readonly onWaiting: (waiting: Waiting) => void;
  readonly onUnreadable: () => void;
  readonly onBug: (error: Error) => void;
  readonly log: Logger;
}

/** Hears what becomes of orders and positions, whoever changes them. What this service changes itself it does not hear. */
export const listenForAccountEvents = ({ bus, onWaiting, onUnreadable, onBug, log }: AccountEventsInput): (() => void) =>
  subscribe(bus, {
    contract: AccountEventV1,
    onMessage: ({ body }) => {
      const waiting = readWaiting(body);
      if (waiting !== undefined) onWaiting(waiting);
    },
    onUndecodable: onUnreadable,
    onBug,
    log,
  });

/** What an event says of an order or of a position; undefined of one that tells of neither. */
export function readWaiting({ sequence, data }: AccountEventV1): Waiting | undefined {
  if ('order' in data) return readOrder(data.order, BigInt(sequence));
  return 'position' in data ? readPosition(data.position, BigInt(sequence)) : undefined;
}

const readOrder = (order: OrderV1, sequence: bigint): Waiting =>
  waitingOfOrder(
    {
      orderId: order.orderId,
      accountId: order.accountId,
      symbol: order.symbol,
      side: order.side,
      type: order.type,
      limitPriceE8: priceOf(order.price),
      stopPriceE8: priceOf(order.stopPrice),
      triggeredAtMs: timeOf(order.triggeredAt),
      expiresAtMs: timeOf(order.expiresAt),
      version: BigInt(order.version),
      isResting: order.isResting,
    },
    sequence,
  );

const readPosition = (position: PositionV1, sequence: bigint): Waiting =>
  waitingOfPosition(
    {
      positionId: position.positionId,
      accountId: position.accountId,
      symbol: position.symbol,
      side: position.side,
      stopLossE8: priceOf(position.stopLoss),
      takeProfitE8: priceOf(position.takeProfit),
      ...trailingIn(position),
      version: BigInt(position.version),
      isFree: position.closedAt === null && position.closingOrderId === null,
    },
    sequence,
  );

/** An event tells where the stop stood, and how far that is behind the best price. */
function trailingIn({ side, trailingStop }: PositionV1): Pick<Position, 'trailingDistanceE8' | 'trailingBestE8'> {
  if (trailingStop === null) return { trailingDistanceE8: null, trailingBestE8: null };
  const distanceE8 = priceOf(trailingStop.distance);
  const levelE8 = priceOf(trailingStop.price);
  assert(distanceE8 !== null && levelE8 !== null, 'a trailing stop has a distance and a price');
  return {
    trailingDistanceE8: distanceE8,
    trailingBestE8: (side === 'buy' ? levelE8 + distanceE8 : levelE8 - distanceE8) as PriceE8,
  };
}

function priceOf(text: string | null): PriceE8 | null {
  if (text === null) return null;
  const priceE8 = parseE8(text);
  assert(priceE8 !== undefined, 'the contract lets nothing pass for a price that is none');
  return priceE8 as PriceE8;
}

const timeOf = (text: string | null): number | null => (text === null ? null : Date.parse(text));
