import type { OrderStatus } from '@margrave/vocabulary';
import type { Order } from './account.ts';
import { Books } from './testing/books.ts';
import {
  account,
  close,
  contextOf,
  decimal,
  lotsE8,
  market,
  moneyE8,
  order,
  position,
  priceE8,
  settle,
} from './testing/build.ts';
import { BUY, fill, ID, LIVE, oneInFlight, QUOTES, say, type Given } from './testing/in-flight.ts';
import { withMargin } from './testing/laws.ts';

const WHOLE = ['desk-1', '1', '1.08454'] as const;

/** The order of `oneInFlight`, of which its provider has said nothing for too long. */
const silent = (given: Given = {}): Books => oneInFlight({ ...given, order: { status: 'unknown', ...given.order } });

/** Why the operator's word was not taken. */
function refusalOf(books: Books, told: Parameters<typeof settle>[1], more: Parameters<typeof settle>[2] = {}) {
  const decided = books.try(settle(books.order(ID), told, more));
  return decided.ok ? 'settled' : decided.refusal;
}

describe('an order that an operator settles', () => {
  it('as nothing is over, and what it held back is free', () => {
    const books = silent();
    const change = books.run(settle(books.order(ID)));
    expect(books.order(ID)).toMatchObject({ status: 'cancelled', reason: 'settled_by_operator', flags: [], filledVolumeE8: 0n });
    expect(change.events.map(({ type }) => type)).toEqual(['order.cancelled', 'margin.changed']);
    expect(change.requestNotes).toMatchObject([{ requestId: books.order(ID).requestId, kind: 'new', note: 'ended' }]);
    expect(books.account).toMatchObject({ marginTotalE8: 0n, orders: [], balanceE8: moneyE8('10000') });
  });

  it('as executed is filled at the stated price and the markup, flagged as what it is', () => {
    const books = silent({ order: { markupE8: priceE8('0.00005') } });
    const change = books.run(settle(books.order(ID), [WHOLE]));
    expect(books.order(ID)).toMatchObject({ status: 'filled', reason: null, flags: ['late_fill', 'settled_by_operator'] });
    expect(change.deals).toMatchObject([
      {
        executionId: 'desk-1',
        provider: 'lp-a',
        priceE8: priceE8('1.08459'),
        providerPriceE8: priceE8('1.08454'),
        flags: ['late_fill', 'settled_by_operator'],
      },
    ]);
    expect(change.requestNotes).toMatchObject([{ kind: 'new', note: 'ended' }]);
    expect(books.account.marginTotalE8).toBe(books.account.marginExecutedE8);
  });

  it.each([[[]], [[WHOLE]]])('is asked about no more by who noticed the silence before: executed %j', (executed) => {
    const books = silent();
    books.run(settle(books.order(ID), executed));
    expect(books.try({ kind: 'silence', orderId: books.order(ID).orderId })).toEqual({
      ok: false,
      refusal: { refusedAs: 'nothing_to_do' },
    });
  });

  it('as executed in part is booked part by part in one change, and the rest is at an end', () => {
    const books = silent();
    const change = books.run(
      settle(books.order(ID), [
        ['desk-1', '0.25', '1.08450'],
        ['desk-2', '0.5', '1.08460'],
      ]),
    );
    expect(change.events.map(({ type }) => type)).toEqual([
      'order.partially_filled',
      'position.opened',
      'order.partially_filled',
      'position.changed',
      'order.cancelled',
      'margin.changed',
    ]);
    expect(change.deals.map(({ flags }) => flags)).toEqual(Array(2).fill(['late_fill', 'settled_by_operator']));
    expect(books.order(ID)).toMatchObject({
      status: 'cancelled',
      reason: 'settled_by_operator',
      filledVolumeE8: lotsE8('0.75'),
    });
    expect(books.account).toMatchObject({ orders: [], positions: [{ openVolumeE8: lotsE8('0.75') }] });
  });

  it('was filled in part by its provider before it fell silent: the rest is at an end', () => {
    const books = oneInFlight();
    fill(books, '0.25');
    books.run({ kind: 'silence', orderId: books.order(ID).orderId });
    books.run(settle(books.order(ID)));
    expect(books.order(ID)).toMatchObject({ status: 'cancelled', filledVolumeE8: lotsE8('0.25') });
    expect(books.account.marginTotalE8).toBe(moneyE8('271.135'));
  });

  it('was closing a position, which can be closed again when nothing was executed', () => {
    const context = contextOf(QUOTES, LIVE);
    const open = { symbol: 'EURUSD', side: 'buy', lots: '1', price: '1.08454' } as const;
    const held = position('3000000001', open, { flow: 'provider', provider: order(ID, BUY).provider });
    const books = new Books(withMargin(account({ positions: [held] }), context), context);
    const [closing] = books.run(close('3000000001')).orders;
    books.run({ kind: 'silence', orderId: (closing as Order).orderId });
    const change = books.run(settle(books.order((closing as Order).orderId)));
    expect(change.requestNotes).toMatchObject([{ kind: 'close', note: 'ended' }]);
    expect(books.account.positions).toMatchObject([{ openVolumeE8: lotsE8('1'), closingOrderId: null }]);
  });

  it('has who did it and why in its action, what was decided on in its decision, and neither in what is told', () => {
    const books = silent();
    const change = books.run(settle(books.order(ID), [WHOLE]));
    const { decision, operatorAction } = change;
    expect(operatorAction).toMatchObject({
      kind: 'settle',
      orderId: ID,
      operator: { name: 'dealer-3', role: 'dealer' },
      reason: 'By telephone with the desk of lp-a',
      executions: [{ executionId: 'desk-1' }],
      decisionId: decision?.decisionId,
    });
    expect(decision).toMatchObject({ command: 'operator_settlement', orderId: ID, denial: null });
    expect(books.order(ID).decisionId).not.toBe(decision?.decisionId);
    expect(change.by).toBe('operator');
    const told = JSON.stringify([change.events, decision], (_key, value: unknown) =>
      typeof value === 'bigint' ? `${value}` : value,
    );
    expect(told).not.toMatch(/dealer-3|telephone/);
  });
});

describe('an operator’s word is not taken', () => {
  it('of an order that is not there', () => {
    const books = silent();
    const other = settle({ ...books.order(ID), orderId: '4000000009' as never });
    expect(books.try(other)).toMatchObject({ ok: false, refusal: { refusedAs: 'no_such_order' } });
  });

  it.each<OrderStatus>(['queued', 'working', 'partially_filled', 'filled', 'cancelled', 'rejected', 'expired'])(
    'of an order that is %s',
    (status) =>
      expect(refusalOf(oneInFlight({ order: { status } }), [])).toMatchObject({
        code: 'ORDER_NOT_UNKNOWN',
        numbers: { status: { value: status } },
      }),
  );

  it('of an order whose provider has answered', () => {
    const books = silent();
    say(books, 'rejected');
    expect(refusalOf(books, [WHOLE])).toMatchObject({ code: 'ORDER_NOT_UNKNOWN' });
  });

  it('of an order of which more is known than he looked at', () => {
    const books = oneInFlight();
    const seen = books.order(ID).version;
    fill(books, '0.25');
    books.run({ kind: 'silence', orderId: books.order(ID).orderId });
    expect(refusalOf(books, [], { orderVersion: seen })).toMatchObject({ code: 'ORDER_CHANGED' });
  });

  it('when it names an execution twice', () =>
    expect(
      refusalOf(silent(), [
        ['desk-1', '0.1', '1.0845'],
        ['desk-1', '0.2', '1.0845'],
      ]),
    ).toMatchObject({ code: 'EXECUTION_ALREADY_BOOKED', numbers: { executionId: { value: 'desk-1' } } }));

  it.each([
    ['desk-1', '0', '1.0845'],
    ['desk-1', '0.1', '0'],
  ] as const)('when it states %s of %s at %s', (...execution) =>
    expect(refusalOf(silent(), [execution])).toMatchObject({ code: 'EXECUTION_NOT_BOOKABLE' }),
  );

  it('when it states more than is left, unless he says that he means it: then it is flagged as of a provider', () => {
    const books = silent();
    const more = ['desk-1', '1.01', '1.08454'] as const;
    expect(refusalOf(books, [more])).toMatchObject({
      code: 'OVERFILL_NOT_CONFIRMED',
      numbers: { left: { valueE8: lotsE8('1') }, executed: { valueE8: lotsE8('1.01') } },
    });
    expect(refusalOf(books, [more], { confirmed: ['price'] })).toMatchObject({ code: 'OVERFILL_NOT_CONFIRMED' });
    books.run(settle(books.order(ID), [more], { confirmed: ['overfill'] }));
    expect(books.order(ID).flags).toEqual(['late_fill', 'overfill', 'settled_by_operator']);
  });

  it('when it states more than is left of what its provider filled before', () => {
    const books = oneInFlight();
    fill(books, '0.25');
    books.run({ kind: 'silence', orderId: books.order(ID).orderId });
    expect(refusalOf(books, [['desk-1', '0.76', '1.08454']])).toMatchObject({
      code: 'OVERFILL_NOT_CONFIRMED',
      numbers: { left: { valueE8: lotsE8('0.75') } },
    });
    expect(refusalOf(books, [['desk-1', '0.75', '1.08454']])).toBe('settled');
  });

  it('when its price is far from every price at hand, unless he says that he means it', () => {
    const books = silent();
    const stray = ['desk-1', '1', '10.8454'] as const;
    expect(refusalOf(books, [stray])).toMatchObject({
      code: 'PRICE_NOT_CONFIRMED',
      numbers: { executionId: { value: 'desk-1' }, price: { valueE8: priceE8('10.8454') } },
    });
    expect(refusalOf(books, [stray], { confirmed: ['overfill'] })).toMatchObject({ code: 'PRICE_NOT_CONFIRMED' });
    expect(refusalOf(books, [stray], { confirmed: ['price'] })).toBe('settled');
  });

  it('when nothing converts its money', () => {
    const quotes = market({ EURGBP: ['0.86', '0.8601'] });
    const told = { symbol: 'EURGBP' as never, reservation: { priceE8: priceE8('0.8602'), unitBasis: decimal('0.8602') } };
    const context = contextOf(quotes, LIVE);
    const sent = order(ID, { ...BUY, symbol: 'EURGBP' }, { ...told, status: 'unknown' });
    const books = new Books(withMargin(account({ orders: [sent] }), context), context);
    expect(refusalOf(books, [['desk-1', '1', '0.8601']])).toMatchObject({ code: 'RATE_NOT_KNOWN' });
  });

  it('and then nothing of it stays', () => {
    const books = silent();
    const before = books.account;
    refusalOf(books, [
      ['desk-1', '0.5', '1.0845'],
      ['desk-2', '0.6', '1.0845'],
    ]);
    expect(books.account).toBe(before);
  });
});
