import type { ExecutionType, OrderId, ProviderName, RequestId } from '@margrave/vocabulary';
import { Books } from './testing/books.ts';
import {
  account,
  close,
  contextOf,
  decimal,
  instrument,
  LIMIT,
  LP_A,
  lotsE8,
  market,
  moneyE8,
  order,
  place,
  position,
  priceE8,
  report,
  symbolName,
} from './testing/build.ts';
import { BUY, fill, type Given, ID, LIVE, oneInFlight, QUOTES, say } from './testing/in-flight.ts';
import { withMargin } from './testing/laws.ts';

describe('a provider’s report', () => {
  it('of an acknowledgement moves the order on and holds its margin', () => {
    const books = oneInFlight();
    const change = say(books, 'new');
    expect(change.events.map(({ type }) => type)).toEqual(['order.working']);
    expect(change.by).toBe('provider:lp-a');
    expect(books.account).toMatchObject({ marginExecutedE8: 0n, marginTotalE8: moneyE8('1084.74') });
  });

  it('of a fill opens the position and replaces what was reserved by the exact figure', () => {
    const books = oneInFlight();
    const change = fill(books, '1', '1.08450');
    expect(change.events.map(({ type }) => type)).toEqual(['order.filled', 'position.opened', 'margin.changed']);
    expect(change.deals).toMatchObject([
      {
        entry: 'in',
        priceE8: priceE8('1.0845'),
        providerPriceE8: priceE8('1.0845'),
        provider: 'lp-a',
        executionId: 'partial_fill-1-1.08450',
        flags: [],
      },
    ]);
    expect(books.account.positions).toMatchObject([
      { positionId: ID, side: 'buy', flow: 'provider', provider: 'lp-a', openingRequestId: books.order(ID).requestId },
    ]);
    expect(books.account).toMatchObject({ marginExecutedE8: moneyE8('1084.5'), marginTotalE8: moneyE8('1084.5'), orders: [] });
    expect(change.requestNotes).toMatchObject([{ kind: 'new', note: 'ended' }]);
  });

  it('of a fill in parts grows one position at the exact cost, and reserves what is left', () => {
    const books = oneInFlight();
    expect(fill(books, '0.25', '1.08450').events.map(({ type }) => type)).toEqual([
      'order.partially_filled',
      'position.opened',
      'margin.changed',
    ]);
    expect(books.account).toMatchObject({ marginExecutedE8: moneyE8('271.125'), marginTotalE8: moneyE8('1084.68') });
    expect(fill(books, '0.75', '1.08460').events.map(({ type }) => type)).toEqual([
      'order.filled',
      'position.changed',
      'margin.changed',
    ]);
    expect(books.account.positions).toMatchObject([
      { openVolumeE8: lotsE8('1'), openNotionalE16: lotsE8('0.25') * priceE8('1.0845') + lotsE8('0.75') * priceE8('1.0846') },
    ]);
  });

  it.each([
    ['buy', '1.08459'],
    ['sell', '1.08449'],
  ] as const)('of a %s at 1.08454 is the client’s at %s where the group keeps half of ten points', (side, price) => {
    const books = oneInFlight({ order: { side, markupE8: priceE8('0.00005') } });
    const [deal] = fill(books, '1').deals;
    expect([deal?.priceE8, deal?.providerPriceE8]).toEqual([priceE8(price), priceE8('1.08454')]);
  });

  it.each([
    ['rejected', 'rejected'],
    ['cancelled', 'cancelled'],
    ['expired', 'expired'],
  ] as const)('of an order that is %s ends it and frees its margin', (type, status) => {
    const books = oneInFlight();
    const change = say(books, type, { reason: 'off market' });
    expect(change.events.map((event) => event.type)).toEqual([`order.${status}`, 'margin.changed']);
    expect(change.requestNotes).toMatchObject([{ requestId: books.order(ID).requestId, kind: 'new', note: 'ended' }]);
    expect(books.order(ID)).toMatchObject({ status, reason: 'off market' });
    expect(books.account).toMatchObject({ marginTotalE8: 0n, orders: [] });
  });

  it('that says nothing new moves the version alone, so that it is known as applied', () => {
    const books = oneInFlight({ order: { status: 'working' } });
    const change = say(books, 'new');
    expect([change.events, change.orders, change.positions]).toEqual([[], [], []]);
    expect(change.account.version).toBe(change.before.version + 1n);
  });
});

describe('a fill is a fact', () => {
  it.each(['unknown', 'cancelled', 'rejected', 'expired'] as const)('after %s it is booked, and flagged late', (status) => {
    const books = oneInFlight({ order: { status } });
    const change = fill(books, '1');
    expect(books.order(ID)).toMatchObject({ status: 'filled', flags: ['late_fill'] });
    expect(change.deals).toMatchObject([{ flags: ['late_fill'], volumeE8: lotsE8('1') }]);
    expect(books.account.positions).toHaveLength(1);
  });

  it('is booked on an account that has no margin left for it', () => {
    const context = contextOf(QUOTES, LIVE);
    const books = new Books(
      withMargin(account({ balance: '0', orders: [order(ID, BUY, { status: 'cancelled' })] }), context),
      context,
    );
    fill(books, '1');
    expect(books.account.marginTotalE8).toBe(moneyE8('1084.54'));
  });

  it('of more than was ordered is booked whole, and flagged', () => {
    const books = oneInFlight();
    const change = fill(books, '1.5');
    expect(change.deals).toMatchObject([{ volumeE8: lotsE8('1.5'), flags: ['overfill'] }]);
    expect(books.order(ID)).toMatchObject({ status: 'filled', filledVolumeE8: lotsE8('1.5'), flags: ['overfill'] });
    expect(fill(books, '0.5').deals).toMatchObject([{ flags: ['late_fill', 'overfill'] }]);
    expect(books.account.positions).toMatchObject([{ openVolumeE8: lotsE8('2') }]);
  });

  it('to a position that was closed meanwhile opens a new one; the closed one stays closed', () => {
    const books = oneInFlight();
    fill(books, '0.4');
    books.run(close(ID));
    const [closing] = books.account.orders.filter(({ closesPositionId }) => closesPositionId === ID);
    expect(closing).toBeDefined();
    if (closing !== undefined) books.run(report(closing, 'fill', { lots: '0.4', price: '1.08446' }));
    expect(books.positions.get(ID)?.openVolumeE8).toBe(0n);
    fill(books, '0.6');
    expect(books.positions.get(ID)?.openVolumeE8).toBe(0n);
    expect(books.account.positions.map(({ positionId, openVolumeE8 }) => [positionId === ID, openVolumeE8])).toEqual([
      [false, lotsE8('0.6')],
    ]);
  });

  describe('beyond the deviation', () => {
    const slips = (told: Given, price: string) => {
      const books = oneInFlight(told);
      fill(books, '1', price);
      return books.order(ID).flags;
    };
    const sell = { side: 'sell', reservation: { priceE8: priceE8('1.08466'), unitBasis: decimal('1.08466') } } as const;
    // A dollar weighs a dollar: the margin of USDJPY does not feel the price, the client does.
    const yen = {
      market: market({ USDJPY: ['151.410', '151.420'] }),
      order: {
        symbol: symbolName('USDJPY'),
        maxDeviationE8: priceE8('0.02'),
        reservation: { priceE8: priceE8('151.440'), unitBasis: decimal('1') },
      },
    };

    it.each([
      ['a buy at its worst price', {}, '1.08474', []],
      ['a buy a point above it', {}, '1.08475', ['slipped_beyond_reservation']],
      ['a buy below the quote', {}, '1.08000', []],
      ['a sell at its worst price', { order: sell }, '1.08426', []],
      ['a sell a point below it', { order: sell }, '1.08425', ['slipped_beyond_reservation']],
      ['a sell above its reservation, which takes more margin', { order: sell }, '1.08467', ['slipped_beyond_reservation']],
      ['a buy of USDJPY at its worst price', yen, '151.440', []],
      ['a buy of USDJPY a point above it', yen, '151.441', ['slipped_beyond_reservation']],
    ] as const)('%s is booked, flags %#', (_name, told, price, flags) => expect(slips(told, price)).toEqual(flags));
  });

  it('is converted at the last rate that was seen where none can be trusted, and flagged', () => {
    const stale = market({
      EURGBP: ['0.85184', '0.85196'],
      EURUSD: ['1.08446', '1.08454', 99_999],
      GBPUSD: ['1.27304', '1.27316', 99_999],
    });
    const told = { market: stale, order: { symbol: symbolName('EURGBP') } };
    const books = oneInFlight(told);
    fill(books, '1', '0.85196');
    expect(books.order(ID).flags).toEqual(['slipped_beyond_reservation', 'stale_rate'].slice(1));
    expect(books.account.marginExecutedE8).toBe(moneyE8('1084.54'));
  });

  it('waits where no rate was ever seen', () => {
    const books = oneInFlight({ market: market({ EURGBP: ['0.85184', '0.85196'] }), order: { symbol: symbolName('EURGBP') } });
    expect(books.try(report(books.order(ID), 'fill', { lots: '1', price: '0.85196' }))).toMatchObject({
      ok: false,
      refusal: { refusedAs: 'wait' },
    });
  });

  it('and not all of an order that was rejected: its provider owes an answer about the rest again', () => {
    const books = oneInFlight();
    say(books, 'rejected');
    const change = fill(books, '0.4');
    expect(books.order(ID)).toMatchObject({ status: 'partially_filled', flags: ['late_fill'] });
    expect(change.requestNotes).toMatchObject([{ requestId: books.order(ID).requestId, kind: 'new', note: 'asked' }]);
  });
});

describe('a report is parked for a person, and nothing changes', () => {
  const good = { lots: '1', price: '1.08454' };
  const NO_QUOTE = { market: market({}, { instruments: [instrument('EURUSD')] }), order: { reservation: null } };

  it.each<[string, string, ExecutionType, Parameters<typeof report>[2], Given]>([
    ['from another provider', 'was sent to lp-a, not to lp-b', 'fill', { ...good, provider: 'lp-b' as ProviderName }, {}],
    ['of another symbol', 'the report of GBPUSD', 'fill', { ...good, symbol: symbolName('GBPUSD') }, {}],
    ['of no symbol that we list', 'a symbol not listed', 'fill', { ...good, symbol: undefined }, {}],
    ['of the other side', 'the report a sell', 'fill', { ...good, side: 'sell' }, {}],
    ['of a fill without a volume', 'without a positive', 'fill', { price: '1.08454' }, {}],
    ['of a fill without a price', 'without a positive', 'fill', { lots: '1' }, {}],
    ['of nothing filled', 'without a positive', 'partial_fill', { ...good, lots: '0' }, {}],
    ['of less than nothing filled', 'without a positive', 'partial_fill', { ...good, lots: '-1' }, {}],
    ['of a fill for nothing', 'without a positive', 'fill', { ...good, price: '0' }, {}],
    ['of a fill below nothing', 'without a positive', 'fill', { ...good, price: '-1' }, {}],
    [
      'of a sale that the markup leaves nothing of',
      'nothing after the markup',
      'fill',
      { lots: '1', price: '0.00005' },
      { ...NO_QUOTE, order: { reservation: null, side: 'sell', markupE8: priceE8('0.00005') } },
    ],
    ['of a fill of an order that we denied', 'which is denied', 'fill', good, { order: { status: 'denied' } }],
    ['of a replacement', 'settled by a person', 'replaced', {}, {}],
    ['of a trade taken back', 'settled by a person', 'trade_cancel', good, {}],
    ['of a trade put right', 'settled by a person', 'trade_correct', good, {}],
    ['of more lots than can be kept', 'no book can keep', 'fill', { ...good, lots: '90000000000' }, {}],
    ['of lots whose margin cannot be kept', 'no book can keep', 'fill', { ...good, lots: '100000000' }, {}],
    ['of a price whose margin cannot be kept', 'no book can keep', 'fill', { lots: '1', price: '90000000000' }, NO_QUOTE],
    ['of a price that nobody quoted', '10/100 away from every price', 'fill', { lots: '1', price: '10.8454' }, {}],
  ])('%s', (_name, why, type, told, given) => {
    const books = oneInFlight(given);
    const refusal = { refusedAs: 'park', why: expect.stringContaining(why) as string };
    expect(books.try(report(books.order(ID), type, told))).toMatchObject({ ok: false, refusal });
  });

  it('about an order that the account does not have', () =>
    expect(oneInFlight().try({ ...report(order(ID, BUY), 'fill', good), orderId: '4999999999' as OrderId })).toMatchObject({
      ok: false,
      refusal: { refusedAs: 'park' },
    }));

  it('of a loss that cannot be kept, on a close', () => {
    const context = contextOf(QUOTES, LIVE);
    const held = position(
      '3000000001',
      { symbol: 'EURUSD', side: 'sell', lots: '100', price: '1.08454' },
      { flow: 'provider', provider: LP_A },
    );
    const books = new Books(withMargin(account({ positions: [held] }), context), context);
    const [closing] = books.run(close('3000000001')).orders;
    if (closing === undefined) throw new Error('no closing order');
    const told = { lots: '100', price: '90000000000' };
    expect(books.try(report(closing, 'fill', told), contextOf(NO_QUOTE.market, LIVE))).toMatchObject({
      ok: false,
      refusal: { refusedAs: 'park', why: expect.stringContaining('no book can keep') as string },
    });
    expect(LIMIT).toBe(90_000_000_000n * 100_000_000n);
  });
});

describe('an order that was withdrawn before it left', () => {
  it.each(['queued', 'unknown'] as const)('and is %s is cancelled, and holds nothing back', (status) => {
    const books = oneInFlight({ order: { status } });
    books.run({ kind: 'withdraw', orderId: ID as OrderId });
    expect(books.order(ID)).toMatchObject({ status: 'cancelled', reason: 'not_sent_in_time' });
    expect(books.account).toMatchObject({ marginTotalE8: 0n, orders: [] });
  });

  it('is asked about, for a stream that lost what it had says of each order that it never left (P18)', () => {
    const books = oneInFlight();
    const { requestId } = books.order(ID);
    const change = books.run({ kind: 'withdraw', orderId: ID as OrderId });
    expect(change.instructions).toMatchObject([{ kind: 'status', originalRequestId: requestId }]);
    expect(change.requestNotes).toMatchObject([{ requestId, note: 'asked' }]);
  });

  it('and was executed all the same is filled late, when its provider says so', () => {
    const books = oneInFlight();
    books.run({ kind: 'withdraw', orderId: ID as OrderId });
    const change = fill(books, '1');
    expect(books.order(ID)).toMatchObject({ status: 'filled', flags: ['late_fill'] });
    expect(books.account.positions).toHaveLength(1);
    expect(change.requestNotes).toMatchObject([{ kind: 'new', note: 'ended' }]);
  });

  it('and was executed in a part is asked about until its provider says what became of the rest', () => {
    const books = oneInFlight();
    const { requestId } = books.order(ID);
    books.run({ kind: 'withdraw', orderId: ID as OrderId });
    const change = fill(books, '0.4');
    expect(books.order(ID)).toMatchObject({ status: 'cancelled', flags: ['late_fill'] });
    expect(change.instructions).toMatchObject([{ kind: 'status', originalRequestId: requestId }]);
    expect(change.requestNotes).toMatchObject([{ requestId, note: 'asked' }]);
    const answered = say(books, 'status', { requestId: '7000000001' as RequestId, orderStatus: 'cancelled', cumulative: '0.4' });
    expect(answered.requestNotes).toMatchObject([{ kind: 'status' }, { requestId, note: 'ended' }]);
  });

  it('is not withdrawn once the provider has spoken of it: then it did leave', () => {
    const nothing = { ok: false, refusal: { refusedAs: 'nothing_to_do' } };
    const withdraw = { kind: 'withdraw', orderId: ID as OrderId } as const;
    const acknowledged = oneInFlight();
    say(acknowledged, 'new');
    expect(acknowledged.try(withdraw)).toEqual(nothing);
    const partly = oneInFlight();
    fill(partly, '0.4');
    expect(partly.try(withdraw)).toEqual(nothing);
    partly.run({ kind: 'silence', orderId: ID as OrderId });
    expect(partly.try(withdraw)).toEqual(nothing);
    expect(partly.account.marginTotalE8).toBe(moneyE8('1084.66'));
  });
});

describe('a place order, beside', () => {
  it('one whose provider was asked keeps its reservation in the check', () => {
    const books = oneInFlight();
    books.run({ kind: 'silence', orderId: ID as OrderId });
    const [denied] = books.run(place('EURUSD', 'buy', '10')).orders;
    expect(denied?.status).toBe('denied');
  });
});
