import { fraction, type OrderId, type RequestId, type Side } from '@margrave/vocabulary';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Account, Order, Position } from './account.ts';
import type { Change } from './change.ts';
import { decide } from './decide.ts';
import type { Group } from './group.ts';
import type { Market } from './market.ts';
import { side } from './testing/arbitraries.ts';
import { Books } from './testing/books.ts';
import {
  account,
  close,
  contextOf,
  FX_WEEK,
  group,
  instrument,
  LP_A,
  lotsE8,
  market,
  moneyE8,
  NOW_MS,
  position,
  priceE8,
  report,
} from './testing/build.ts';
import { deepFreeze, expectLawful, withMargin } from './testing/laws.ts';

const QUOTES = market({
  EURUSD: ['1.08446', '1.08454'],
  USDJPY: ['151.410', '151.420'],
  EURJPY: ['164.202', '164.218'],
  GBPUSD: ['1.27304', '1.27316'],
});
const ONE = fraction(1n, 1n);
const held = (side: Side, told: Partial<Position> = {}): Position =>
  position('3000000001', { symbol: 'EURUSD', side, lots: '0.5', price: '1.08400' }, told);
const AT_PROVIDER = { flow: 'provider', provider: LP_A, openingRequestId: '9000000001' as RequestId } as const;

interface Given {
  readonly account?: Account;
  readonly market?: Market;
  readonly group?: Group;
  readonly wasClosed?: Position;
}

/** Of `lots`, or of all that is open. */
function decideClose(positions: readonly Position[], given: Given = {}, lots: string | null = null): Change {
  const context = contextOf(given.market ?? QUOTES, given.group);
  const before = deepFreeze(withMargin({ ...(given.account ?? account()), positions }, contextOf(QUOTES, given.group)));
  const decided = decide(before, close('3000000001', lots), context, { position: given.wasClosed });
  assert(decided.ok);
  expectLawful(before, decided.value, context);
  return decided.value;
}

const profitOf = (change: Change): bigint | undefined => change.deals[0]?.profitE8;
const codeOf = (change: Change): string | undefined => change.decision?.denial?.code;

describe('closing a position that the house holds', () => {
  // (1.08446 − 1.08400) × 50 000 = 23.00; (1.08400 − 1.08454) × 50 000 = −27.00
  it.each([
    ['buy', 'sell', '1.08446', '23.00'],
    ['sell', 'buy', '1.08454', '-27.00'],
  ] as const)('a %s, by a %s at %s, gains %s', (side, opposite, price, profit) => {
    const change = decideClose([held(side)]);
    expect(change.orders).toMatchObject([
      {
        side: opposite,
        status: 'filled',
        flow: 'local',
        closesPositionId: '3000000001',
        volumeE8: lotsE8('0.5'),
        filledVolumeE8: lotsE8('0.5'),
      },
    ]);
    expect(change.deals).toMatchObject([
      {
        side: opposite,
        entry: 'out',
        positionId: '3000000001',
        priceE8: priceE8(price),
        volumeE8: lotsE8('0.5'),
        profitE8: moneyE8(profit),
      },
    ]);
    expect(change.ledger).toMatchObject([{ kind: 'profit', amountE8: moneyE8(profit), house: 'dealing' }]);
    expect(change.positions).toMatchObject([
      { openVolumeE8: 0n, openNotionalE16: 0n, marginBasis: { numerator: 0n }, closedAtMs: NOW_MS },
    ]);
    expect(change.account).toMatchObject({
      positions: [],
      balanceE8: moneyE8('10000') + moneyE8(profit),
      marginExecutedE8: 0n,
      marginTotalE8: 0n,
    });
    expect(change.events.map(({ type }) => type)).toEqual([
      'order.accepted',
      'order.filled',
      'position.closed',
      'ledger.entry',
      'margin.changed',
    ]);
  });

  it('closes at the group’s price of the other side', () => {
    const marked = group({ markups: { EURUSD: 10n } });
    expect(decideClose([held('buy')], { group: marked }).deals[0]?.priceE8).toBe(priceE8('1.08441'));
    expect(decideClose([held('sell')], { group: marked }).deals[0]?.priceE8).toBe(priceE8('1.08459'));
  });

  it('charges the commission that the position was opened on, not the group’s of today', () => {
    const pinned = { kind: 'per_lot', perLotE8: moneyE8('3.5'), on: 'both', minimumE8: moneyE8('0') } as const;
    const change = decideClose([held('buy', { commission: pinned })], { group: group() });
    expect(change.ledger.map(({ kind, amountE8, house }) => [kind, amountE8, house])).toEqual([
      ['profit', moneyE8('23'), 'dealing'],
      ['commission', moneyE8('-1.75'), 'commission'],
    ]);
    expect(change.account.balanceE8).toBe(moneyE8('10021.25'));
  });

  it.each([
    ['JPY', 'EURJPY', 'buy', '164.000', '5050'], // (164.202 − 164.000) × 25 000
    ['JPY', 'EURUSD', 'buy', '1.08400', '1741'], // 11.50 × 151.410 = 1 741.215: a gain at the lower rate
    ['JPY', 'EURUSD', 'sell', '1.08400', '-2044'], // −13.50 × 151.420 = −2 044.17: a loss at the higher
    ['EUR', 'EURUSD', 'buy', '1.08400', '10.60'], // 11.50 ÷ 1.08454
    ['EUR', 'EURUSD', 'sell', '1.08400', '-12.45'], // −13.50 ÷ 1.08446
    ['USD', 'USDJPY', 'buy', '151.000', '67.69'], // (151.410 − 151.000) × 25 000 ÷ 151.420
  ] as const)('of %s gains of %s (a %s from %s) %s, at the minor unit', (currency, symbol, side, price, profit) => {
    const some = position('3000000001', { symbol, side, lots: '0.25', price, unitBasis: ONE });
    expect(profitOf(decideClose([some], { account: account({ currency }) }))).toBe(moneyE8(profit));
  });

  it('books nothing where nothing was gained', () => {
    const change = decideClose([position('3000000001', { symbol: 'EURUSD', side: 'buy', lots: '0.5', price: '1.08446' })]);
    expect([change.ledger, profitOf(change)]).toEqual([[], 0n]);
  });

  it('needs no margin: an account with less than nothing may close', () =>
    expect(profitOf(decideClose([held('sell')], { account: account({ balance: '-500' }) }))).toBe(moneyE8('-27')));

  it('leaves other positions of the symbol alone', () => {
    const other = position('3000000002', { symbol: 'EURUSD', side: 'sell', lots: '0.1', price: '1.08' });
    const change = decideClose([other, held('buy')]);
    expect(change.account.positions).toEqual([other]);
  });

  it('records the price and the quotes that it was decided on', () => {
    const { decision, orders } = decideClose([held('buy')], { account: account({ currency: 'JPY' }) });
    expect(decision).toMatchObject({
      command: 'close',
      orderId: orders[0]?.orderId,
      denial: null,
      check: null,
      priceE8: priceE8('1.08446'),
    });
    expect(decision?.quotes.map(({ symbol }) => symbol).sort()).toEqual(['EURUSD', 'USDJPY']);
  });
});

describe('closing a part of a position', () => {
  it('books the profit of the part and leaves the rest as it was, the same position', () => {
    const change = decideClose([held('buy')], {}, '0.2'); // (1.08446 − 1.08400) × 20 000 = 9.20
    expect(change.orders).toMatchObject([{ status: 'filled', volumeE8: lotsE8('0.2'), filledVolumeE8: lotsE8('0.2') }]);
    expect(change.deals).toMatchObject([{ entry: 'out', volumeE8: lotsE8('0.2'), profitE8: moneyE8('9.20') }]);
    const left = { positionId: '3000000001', openVolumeE8: lotsE8('0.3'), closedAtMs: null, closingOrderId: null };
    expect(change.account.positions).toMatchObject([
      { ...left, openNotionalE16: lotsE8('0.3') * priceE8('1.08400'), openedAtMs: held('buy').openedAtMs },
    ]);
    expect(change.events.map(({ type }) => type)).toEqual([
      'order.accepted',
      'order.filled',
      'position.changed',
      'ledger.entry',
      'margin.changed',
    ]);
    // 30 000 at 1.08400 over 100
    expect(change.account.marginExecutedE8).toBe(moneyE8('325.20'));
  });

  it('that is all of it closes it', () => expect(decideClose([held('buy')], {}, '0.5').account.positions).toEqual([]));

  it('at a provider asks for the part, and takes no other close until it is there', () => {
    const context = contextOf(QUOTES, group({ flow: 'provider' }));
    const books = new Books(withMargin(account({ positions: [held('buy', AT_PROVIDER)] }), context), context);
    const part = books.run(close('3000000001', '0.2'));
    const [order] = part.orders;
    assert(order);
    expect(part.instructions).toMatchObject([{ kind: 'close', order: { volumeE8: lotsE8('0.2') } }]);
    expect(codeOf(books.run(close('3000000001', '0.1')))).toBe('POSITION_ALREADY_CLOSING');
    books.run({ ...report(order, 'fill'), lastVolumeE8: lotsE8('0.2'), lastPriceE8: priceE8('1.08446') });
    expect(books.account.positions).toMatchObject([{ openVolumeE8: lotsE8('0.3'), closingOrderId: null }]);
    expect(codeOf(books.run(close('3000000001')))).toBeUndefined();
  });

  const lotsOf = (text: string) => ({ kind: 'lots', valueE8: lotsE8(text) });
  const sizes = { volumeMin: lotsOf('0.01'), volumeMax: lotsOf('100'), volumeStep: lotsOf('0.01') };
  it.each([
    ['0.009', 'VOLUME_TOO_SMALL'],
    ['0', 'VOLUME_TOO_SMALL'],
    ['0.105', 'VOLUME_OFF_STEP'],
  ])('of %s lots of half a lot is denied: %s', (part, code) =>
    expect(decideClose([held('buy')], {}, part).decision?.denial).toEqual({
      code,
      numbers: { ...sizes, volume: lotsOf(part) },
    }),
  );

  it.each([
    ['more than is open', '0.51', '0.01'],
    ['what leaves a rest that nobody would take alone', '0.42', '0.1'],
  ])('of %s is denied', (_case, part, volumeMin) => {
    const given = {
      market: market(
        { EURUSD: ['1.08446', '1.08454'] },
        { instruments: [instrument('EURUSD', { volumeMinE8: lotsE8(volumeMin) })] },
      ),
    };
    expect(decideClose([held('buy')], given, part).decision?.denial).toEqual({
      code: 'VOLUME_NOT_CLOSABLE',
      numbers: {
        volume: lotsOf(part),
        volumeMin: lotsOf(volumeMin),
        openVolume: lotsOf('0.5'),
        positionId: { kind: 'word', value: '3000000001' },
      },
    });
    expect(codeOf(decideClose([held('buy')], given, '0.4'))).toBeUndefined();
  });

  it('may be all that is left, though it could not be ordered', () => {
    const odd = position('3000000001', { symbol: 'EURUSD', side: 'buy', lots: '0.0075', price: '1.08400' });
    expect(codeOf(decideClose([odd], {}, '0.0075'))).toBeUndefined();
    expect(codeOf(decideClose([odd]))).toBeUndefined();
  });

  it('and another and another sums to the whole', () =>
    fc.assert(
      fc.property(side, fc.array(fc.integer({ min: 1, max: 49 }), { minLength: 1, maxLength: 8 }), (ofSide, hundredths) => {
        const context = contextOf(QUOTES);
        const books = new Books(withMargin(account({ positions: [held(ofSide)] }), context), context);
        for (const part of hundredths) books.run(close('3000000001', `0.${`${part}`.padStart(2, '0')}`));
        if (books.account.positions.length > 0) books.run(close('3000000001'));
        const volume = books.deals.reduce((sum, { volumeE8 }) => sum + volumeE8, 0n);
        const profit = books.deals.reduce((sum, { profitE8 }) => sum + profitE8, 0n);
        // Dollars of a whole number of hundredths of a lot at five digits: no part is rounded.
        expect([volume, profit]).toEqual([lotsE8('0.5'), ofSide === 'buy' ? moneyE8('23') : moneyE8('-27')]);
        expect(books.account).toMatchObject({ balanceE8: moneyE8('10000') + profit, marginTotalE8: 0n });
      }),
    ));
});

describe('closing a position that a provider holds', () => {
  it('sends the provider what to close and waits; the position is marked, money and margin stay', () => {
    const change = decideClose([held('buy', AT_PROVIDER)], { group: group({ flow: 'provider', markups: { EURUSD: 10n } }) });
    const [order] = change.orders;
    expect(order).toMatchObject({
      status: 'queued',
      side: 'sell',
      flow: 'provider',
      provider: 'lp-a',
      reservation: null,
      markupE8: priceE8('0.00005'),
      maxDeviationE8: priceE8('0.0002'),
    });
    expect(change.positions).toMatchObject([{ closingOrderId: order?.orderId, openVolumeE8: lotsE8('0.5') }]);
    expect(change.instructions).toEqual([
      {
        kind: 'close',
        requestId: order?.requestId,
        order,
        originalRequestId: '9000000001',
        referencePriceE8: priceE8('1.08446'),
        sendBeforeMs: NOW_MS + 2_000,
      },
    ]);
    expect(change.events.map(({ type }) => type)).toEqual(['order.accepted', 'order.queued', 'position.changed']);
    expect([change.deals, change.ledger]).toEqual([[], []]);
    expect(change.account.marginTotalE8).toBe(change.before.marginTotalE8);
  });

  it('goes to the provider that it was opened at, whatever the group does today', () =>
    expect(decideClose([held('buy', AT_PROVIDER)], { group: group({ flow: 'local' }) }).instructions).toMatchObject([
      { kind: 'close' },
    ]));

  it('of a position of the house stays in the house, whatever the group does today', () => {
    const change = decideClose([held('buy')], { group: group({ flow: 'provider' }) });
    expect([change.instructions, change.orders[0]?.status]).toEqual([[], 'filled']);
  });
});

describe('a close that its provider refused', () => {
  it('and speaks of again takes nothing from the close that came after it', () => {
    const context = contextOf(QUOTES, group({ flow: 'provider' }));
    const books = new Books(withMargin(account({ positions: [held('buy', AT_PROVIDER)] }), context), context);
    const closing = (): Order => books.run(close('3000000001')).orders[0]!;
    const refused = closing();
    books.run(report(refused, 'rejected'));
    const next = closing();
    books.run(report(refused, 'cancelled'));
    expect(books.account.positions).toMatchObject([{ closingOrderId: next.orderId }]);
  });

  it('and fills in part all the same is still closing when the close after it is done', () => {
    const context = contextOf(QUOTES, group({ flow: 'provider' }));
    const books = new Books(withMargin(account({ positions: [held('buy', AT_PROVIDER)] }), context), context);
    const closing = (): Order => books.run(close('3000000001', '0.2')).orders[0]!;
    const fills = (order: Order, lots: string, executionId: string): Change =>
      books.run({
        ...report(books.order(order.orderId), 'partial_fill'),
        executionId,
        lastVolumeE8: lotsE8(lots),
        lastPriceE8: priceE8('1.08446'),
      });
    const refused = closing();
    books.run(report(refused, 'rejected'));
    const next = closing();
    fills(refused, '0.1', 'late');
    fills(next, '0.2', 'whole');
    expect(books.account.positions).toMatchObject([{ openVolumeE8: lotsE8('0.2'), closingOrderId: refused.orderId }]);
    expect(codeOf(books.run(close('3000000001')))).toBe('POSITION_ALREADY_CLOSING');
    fills(refused, '0.1', 'rest');
    expect(books.account.positions).toMatchObject([{ openVolumeE8: lotsE8('0.1'), closingOrderId: null }]);
  });
});

describe('a close is denied', () => {
  const EURUSD = { symbol: { kind: 'word', value: 'EURUSD' } };
  const POSITION = { positionId: { kind: 'word', value: '3000000001' } };
  const expectDenied = (change: Change, code: string, numbers: Record<string, unknown>): void => {
    expect(change.decision).toMatchObject({ command: 'close', denial: { code, numbers } });
    expect(change.orders).toMatchObject([{ status: 'denied', reason: code, closesPositionId: '3000000001' }]);
    expect(change.events.map(({ type }) => type)).toEqual(['order.denied']);
    expect([change.positions, change.deals, change.ledger, change.instructions]).toEqual([[], [], [], []]);
  };

  it('of a position that was closed before', () => {
    const wasClosed = { ...held('buy'), openVolumeE8: lotsE8('0'), openNotionalE16: 0n, closedAtMs: NOW_MS - 1 };
    expectDenied(decideClose([], { wasClosed }), 'POSITION_NOT_OPEN', POSITION);
  });

  it('of a position that is being closed', () =>
    expectDenied(
      decideClose([held('buy', { ...AT_PROVIDER, closingOrderId: '4000000001' as OrderId })]),
      'POSITION_ALREADY_CLOSING',
      {
        ...POSITION,
        closingOrderId: { kind: 'word', value: '4000000001' },
      },
    ));

  it('on a suspended account, not on one that may only close', () => {
    const status = { kind: 'word', value: 'suspended' };
    expectDenied(decideClose([held('buy')], { account: account({ status: 'suspended' }) }), 'ACCOUNT_NOT_ACTIVE', { status });
    expect(codeOf(decideClose([held('buy')], { account: account({ status: 'close_only' }) }))).toBeUndefined();
  });

  const traded = (told: Parameters<typeof instrument>[1], ageMs = 5): Given => ({
    market: market({ EURUSD: ['1.08446', '1.08454', ageMs] }, { instruments: [instrument('EURUSD', told)] }),
  });

  it('of an instrument that is disabled, not of one that may only be closed', () => {
    const tradeMode = { kind: 'word', value: 'disabled' };
    expectDenied(decideClose([held('buy')], traded({ tradeMode: 'disabled' })), 'TRADE_MODE_FORBIDS', { ...EURUSD, tradeMode });
    expect(codeOf(decideClose([held('buy')], traded({ tradeMode: 'close_only' })))).toBeUndefined();
  });

  it('of a symbol that its provider lists no more, not where it is closed in house', () => {
    const unlisted = { market: market({ EURUSD: ['1.08446', '1.08454'] }, { listed: false }) };
    expectDenied(decideClose([held('buy', AT_PROVIDER)], unlisted), 'PROVIDER_UNAVAILABLE', EURUSD);
    expect(codeOf(decideClose([held('buy')], unlisted))).toBeUndefined();
  });

  it('out of session, on a stale price, without a price', () => {
    const holiday = { sessions: { ...FX_WEEK, holidays: ['2026-01-07'] } };
    expectDenied(decideClose([held('buy')], traded(holiday)), 'SESSION_CLOSED', EURUSD);
    expect(codeOf(decideClose([held('buy')], traded({}, 10_000)))).toBeUndefined();
    expect(codeOf(decideClose([held('buy')], traded({}, 10_001)))).toBe('PRICE_STALE');
    const unseen = { market: market({}, { instruments: [instrument('EURUSD')] }) };
    expectDenied(decideClose([held('buy')], unseen), 'PRICE_UNAVAILABLE', EURUSD);
  });

  it('where the profit cannot be converted', () =>
    expectDenied(decideClose([held('buy')], { account: account({ currency: 'SEK' }) }), 'CONVERSION_RATE_MISSING', {
      from: { kind: 'word', value: 'USD' },
      to: { kind: 'word', value: 'SEK' },
    }));

  it('but leaves no trace where there never was such a position', () =>
    expect(decide(account(), close('3000000009'), contextOf(QUOTES))).toEqual({
      ok: false,
      refusal: { refusedAs: 'no_such_position' },
    }));
});
