import type { OrderId } from '@margrave/vocabulary';
import type { AccountRow, EventRow } from '../rows.ts';
import { createRowMaker, eventRow } from '../testing/command-rows.ts';
import { changesOf } from './changes.ts';

const account = { accountId: '1000000001', version: 3n, lastSequence: 7n } as AccountRow;
const maker = createRowMaker();

/** Events of these orders, in this order. */
const eventsOf = (orders: readonly (string | null)[]): EventRow[] =>
  orders.map((orderId, index) => ({
    ...eventRow(maker, account, index, orderId === null ? 'margin.changed' : 'order.filled', orderId as OrderId | null),
    dataJson: `{"n":${index}}`,
  }));

const rangesOf = (orders: readonly (string | null)[]) =>
  changesOf(eventsOf(orders)).map(({ firstSequence, lastSequence, orderId }) => [firstSequence, lastSequence, orderId]);

describe('the events of a command', () => {
  it('are no row when there are none', () => expect(changesOf([])).toEqual([]));

  it('stand in one row when they tell of one order, or of none', () => {
    expect(rangesOf(['1', '1', null])).toEqual([[8n, 10n, '1']]);
    expect(rangesOf([null, '1'])).toEqual([[8n, 9n, '1']]);
    expect(rangesOf([null])).toEqual([[8n, 8n, null]]);
  });

  it('begin a row with each other order, so that each is found by its order', () =>
    expect(rangesOf(['1', '1', '2', null, '1'])).toEqual([
      [8n, 9n, '1'],
      [10n, 11n, '2'],
      [12n, 12n, '1'],
    ]));

  it('say of each whether it tells of the order', () => {
    const [change] = changesOf(eventsOf(['1', null]));
    expect(change).toMatchObject({ accountId: '1000000001', version: 4n, by: 'client', atMs: maker.nowMs });
    expect(JSON.parse(change!.eventsJson)).toEqual([
      { type: 'order.filled', ofOrder: true, data: { n: 0 } },
      { type: 'margin.changed', data: { n: 1 } },
    ]);
  });
});
