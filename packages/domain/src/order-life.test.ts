import { ORDER_STATUSES, type OrderStatus } from '@margrave/vocabulary';
import { isOver, LIVE_ORDER_STATUSES, nextOrderStatus, ORDER_EVENTS, type OrderEvent } from './order-life.ts';

/** Every pair of status and event; a dot says that nothing changes. Columns in the order of ORDER_EVENTS. */
const TABLE = `
                 acknowledge  partial_fill      fill    reject    cancel     expire   silence    trigger
denied           .            .                 .       .         .          .        .  .
queued           working      partially_filled  filled  rejected  cancelled  expired  unknown  .
working          .            partially_filled  filled  rejected  cancelled  expired  unknown  queued
partially_filled .            partially_filled  filled  .         cancelled  expired  unknown  .
filled           .            .                 filled  .         .          .        .  .
rejected         .            partially_filled  filled  .         cancelled  expired  .  .
cancelled        .            cancelled         filled  .         .          .        .  .
expired          .            expired           filled  .         cancelled  .        .  .
unknown          working      partially_filled  filled  rejected  cancelled  expired  .  .
`;

const [header = [], ...rows] = TABLE.trim()
  .split('\n')
  .map((line) => line.trim().split(/\s+/));
const pairs = rows.flatMap(([from = '', ...nexts]) => nexts.map((next, index) => [from, header[index] ?? '', next] as const));

describe('the life of an order', () => {
  it('names every status and every event', () => {
    expect(header).toEqual(ORDER_EVENTS);
    expect(rows.map(([from]) => from)).toEqual(ORDER_STATUSES);
    expect(pairs).toHaveLength(ORDER_STATUSES.length * ORDER_EVENTS.length);
  });

  it.each(pairs)('takes %s through %s to %s', (from, event, next) =>
    expect(nextOrderStatus(from as OrderStatus, event as OrderEvent) ?? '.').toBe(next),
  );

  it('is over when nothing but a late word can still come', () =>
    expect(ORDER_STATUSES.filter(isOver)).toEqual(['denied', 'filled', 'rejected', 'cancelled', 'expired']));

  it('is live while the provider owes an answer', () =>
    expect(LIVE_ORDER_STATUSES).toEqual(['queued', 'working', 'partially_filled', 'unknown']));

  it('never leaves a whole fill', () =>
    expect(ORDER_EVENTS.map((event) => nextOrderStatus('filled', event) ?? 'filled').every((next) => next === 'filled')).toBe(
      true,
    ));
});
