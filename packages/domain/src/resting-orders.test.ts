import type { OrderId, PriceE8 } from '@margrave/vocabulary';
import type { Order } from './account.ts';
import type { DecisionContext } from './change.ts';
import type { PlaceOrder, ReplaceOrder } from './command.ts';
import type { Group } from './group.ts';
import type { Instrument } from './instrument.ts';
import { isResting, waitOf } from './resting.ts';
import { Books } from './testing/books.ts';
import {
  account,
  contextOf,
  group,
  instrument,
  lotsE8,
  market,
  moneyE8,
  NOW_MS,
  place,
  priceE8,
  type QuoteText,
} from './testing/build.ts';

/** EURUSD at these prices; in house and without a markup unless told otherwise. */
const at = (
  bid: string,
  ask: string,
  told: {
    readonly group?: Group;
    readonly nowMs?: number;
    readonly ageMs?: number;
    readonly instrument?: Partial<Instrument>;
  } = {},
): DecisionContext => {
  const quote: QuoteText = [bid, ask, told.ageMs ?? 5];
  const instruments = [instrument('EURUSD', told.instrument ?? {})];
  return contextOf(market({ EURUSD: quote }, { instruments, nowMs: told.nowMs ?? NOW_MS }), told.group ?? group());
};
const NOW = at('1.08450', '1.08458');

const waiting = (side: 'buy' | 'sell', told: Partial<PlaceOrder>): PlaceOrder => ({
  ...place('EURUSD', side, '0.10'),
  type: 'limit',
  timeInForce: 'gtc',
  ...told,
});
const buyLimit = (price: string, told: Partial<PlaceOrder> = {}): PlaceOrder =>
  waiting('buy', { limitPriceE8: priceE8(price), ...told });
const sellLimit = (price: string): PlaceOrder => waiting('sell', { limitPriceE8: priceE8(price) });
const stop = (side: 'buy' | 'sell', price: string, told: Partial<PlaceOrder> = {}): PlaceOrder =>
  waiting(side, { type: 'stop', stopPriceE8: priceE8(price), ...told });
const stopLimit = (side: 'buy' | 'sell', stopPrice: string, limitPrice: string): PlaceOrder =>
  waiting(side, { type: 'stop_limit', stopPriceE8: priceE8(stopPrice), limitPriceE8: priceE8(limitPrice) });

const books = (context = NOW, balance = '10000'): Books => new Books(account({ balance }), context);
const trigger = (of: Order, armedVersion = of.version) => ({ kind: 'trigger', orderId: of.orderId, armedVersion }) as const;
const types = (change: { readonly events: readonly { readonly type: string }[] }): readonly string[] =>
  change.events.map(({ type }) => type);
const placed = (on: Books, command: PlaceOrder): Order => {
  const [order] = on.run(command).orders;
  if (order === undefined) throw new TypeError('no order was made');
  return order;
};
const denial = (on: Books, command: PlaceOrder) => on.run(command).decision?.denial;

describe('an order that waits for its price', () => {
  it.each([
    ['a buy limit below the ask', buyLimit('1.08457'), 'ask_at_most', '1.08457'],
    ['a sell limit above the bid', sellLimit('1.08451'), 'bid_at_least', '1.08451'],
    ['a buy stop above the ask', stop('buy', '1.08459'), 'ask_at_least', '1.08459'],
    ['a sell stop below the bid', stop('sell', '1.08449'), 'bid_at_most', '1.08449'],
    ['a stop-limit first for its stop', stopLimit('buy', '1.08600', '1.08650'), 'ask_at_least', '1.08600'],
  ] as const)('%s rests, and waits for it', (_, command, watch, price) => {
    const on = books();
    const change = on.run(command);
    const [order] = change.orders;
    expect(order).toMatchObject({ status: 'working', reservation: null, requestId: null, triggeredAtMs: null });
    expect(order && isResting(order)).toBe(true);
    expect(order && waitOf(order)).toEqual({ watch, priceE8: priceE8(price) });
    expect(types(change)).toEqual(['order.accepted', 'order.working']);
    expect(change.account).toMatchObject({ marginTotalE8: 0n, orders: [order] });
  });

  it.each([
    ['a buy limit at the ask', buyLimit('1.08458'), '1.08458'],
    ['a buy limit above it, at the better price', buyLimit('1.09000'), '1.08458'],
    ['a sell limit at the bid', sellLimit('1.08450'), '1.08450'],
  ])('%s does not wait', (_, command, price) => {
    const change = books().run(command);
    expect(types(change).slice(0, 2)).toEqual(['order.accepted', 'order.filled']);
    expect(change.deals).toMatchObject([{ priceE8: priceE8(price), levelE8: command.limitPriceE8 }]);
  });

  it.each(['ioc', 'fok'] as const)('that may not wait (%s) is given up', (timeInForce) => {
    const change = books().run(buyLimit('1.08400', { timeInForce }));
    expect(change.orders).toMatchObject([{ status: 'cancelled', reason: 'price_not_reached' }]);
    expect(types(change)).toEqual(['order.accepted', 'order.cancelled']);
  });

  it.each([
    ['a limit off the tick', buyLimit('1.080001'), 'PRICE_OFF_TICK'],
    ['a limit of nothing', buyLimit('0'), 'PRICE_OFF_TICK'],
    ['a stop off the tick', stop('buy', '1.090001'), 'PRICE_OFF_TICK'],
    ['a buy stop at the ask', stop('buy', '1.08458'), 'STOP_WRONG_SIDE'],
    ['a sell stop at the bid', stop('sell', '1.08450'), 'STOP_WRONG_SIDE'],
    ['a time that has come', buyLimit('1.08000', { timeInForce: 'gtd', expiresAtMs: NOW_MS }), 'EXPIRY_PASSED'],
  ])('is denied with %s', (_, command, code) => expect(denial(books(), command)?.code).toBe(code));

  it.each([
    ['1.08477', 'STOP_TOO_CLOSE'],
    ['1.08478', undefined],
  ])('whose stop must be twenty points away at %s is %s', (price, code) => {
    const context = at('1.08450', '1.08458', { instrument: { stopDistanceMinPoints: 20n } });
    expect(denial(books(context), stop('buy', price))?.code).toBe(code);
  });

  it('is held to the margin that it will take: exactly what is free passes, a point more is denied', () => {
    // 0.10 lots at 1.08000 over 1:100.
    expect(denial(books(NOW, '108.00'), buyLimit('1.08000'))).toBeNull();
    expect(denial(books(NOW, '107.99'), buyLimit('1.08000'))?.code).toBe('MARGIN_EXCEEDS_FREE');
  });

  it('reserves that margin while it waits where the group says so, and the next one has the rest', () => {
    const full = at('1.08450', '1.08458', { group: group({ policies: { pendingMargin: 'full' } }) });
    const on = books(full, '200');
    const order = placed(on, buyLimit('1.08000'));
    expect(on.account.marginTotalE8).toBe(moneyE8('108'));
    expect(on.account.marginExecutedE8).toBe(0n);
    expect(denial(on, buyLimit('1.08000', { clientOrderId: 'mine-2' as never }))?.code).toBe('MARGIN_EXCEEDS_FREE');
    on.run({ kind: 'cancel', orderId: order.orderId });
    expect(on.account.marginTotalE8).toBe(0n);
  });

  it('counts among the account’s orders', () => {
    const one = at('1.08450', '1.08458', { group: group({ ordersMax: 1 }) });
    const on = books(one);
    placed(on, buyLimit('1.08000'));
    expect(denial(on, buyLimit('1.08000'))?.code).toBe('LIMIT_ORDERS_EXCEEDED');
  });
});

describe('an order whose price is reached', () => {
  it('is filled at the price that there is: a limit never worse, a stop wherever the market is by then', () => {
    const on = books();
    const [limit, up] = [placed(on, buyLimit('1.08000')), placed(on, stop('buy', '1.08600'))];
    const filled = on.run(trigger(limit), at('1.07980', '1.07990'));
    expect(types(filled).slice(0, 2)).toEqual(['order.triggered', 'order.filled']);
    expect(filled.by).toBe('trigger');
    expect(filled.deals).toMatchObject([{ priceE8: priceE8('1.07990'), levelE8: priceE8('1.08000') }]);
    expect(filled.orders).toMatchObject([{ status: 'filled', triggeredAtMs: NOW_MS, decisionId: limit.decisionId }]);
    expect(filled.decision).toMatchObject({ command: 'trigger', denial: null, orderId: limit.orderId });
    expect(filled.decision?.decisionId).not.toBe(limit.decisionId);
    expect(filled.decision?.asked).toMatchObject({ type: 'limit', limitPriceE8: priceE8('1.08000'), triggeredAtMs: NOW_MS });
    const gapped = on.run(trigger(up), at('1.08800', '1.08810'));
    expect(gapped.deals).toMatchObject([{ priceE8: priceE8('1.08810'), levelE8: priceE8('1.08600') }]);
  });

  it('fires once: what was triggered, changed or ended since it was armed is left alone', () => {
    const on = books();
    const order = placed(on, buyLimit('1.08000'));
    const low = at('1.07980', '1.07990');
    expect(on.try(trigger(order, order.version - 1n), low)).toEqual({ ok: false, refusal: { refusedAs: 'nothing_to_do' } });
    on.run(trigger(order), low);
    expect(on.try(trigger(order), low)).toEqual({ ok: false, refusal: { refusedAs: 'nothing_to_do' } });
    expect(on.try(trigger({ ...order, orderId: '9999999999' as OrderId }), low).ok).toBe(false);
    expect(on.deals).toHaveLength(1);
  });

  it('waits on where the market has left its limit again', () => {
    const on = books();
    const order = placed(on, buyLimit('1.08000'));
    expect(on.try(trigger(order), at('1.07995', '1.08001'))).toEqual({ ok: false, refusal: { refusedAs: 'not_reached' } });
    expect(on.run(trigger(order), at('1.07994', '1.08000')).orders).toMatchObject([{ status: 'filled' }]);
  });

  it.each([
    ['a price that is stale', { ageMs: 10_001 }],
    ['a session that is closed', { instrument: { sessions: { timeZone: 'UTC', weekly: [], holidays: [] } } }],
  ])('is not lost on %s: it is to be tried again', (_, told) => {
    const on = books();
    const order = placed(on, stop('sell', '1.08000'));
    expect(on.try(trigger(order), at('1.07980', '1.07990', told))).toEqual({ ok: false, refusal: { refusedAs: 'not_tradable' } });
    expect(on.order(order.orderId).status).toBe('working');
  });

  it('is cancelled where the account cannot carry it any more, and its decision says why', () => {
    const on = books(NOW, '150');
    const orders = [placed(on, buyLimit('1.08000')), placed(on, buyLimit('1.07000', { clientOrderId: 'mine-2' as never }))];
    on.run(trigger(orders[0]!), at('1.07990', '1.08000'));
    const refused = on.run(trigger(orders[1]!), at('1.06990', '1.07000'));
    expect(refused.orders).toMatchObject([{ status: 'cancelled', reason: 'MARGIN_EXCEEDS_FREE' }]);
    expect(types(refused)).toEqual(['order.triggered', 'order.cancelled']);
    expect(refused.decision?.denial?.code).toBe('MARGIN_EXCEEDS_FREE');
  });

  it('goes on to wait for its limit where its stop was reached and the limit is not to be had', () => {
    const on = books();
    const order = placed(on, stopLimit('buy', '1.08600', '1.08550'));
    const stopped = on.run(trigger(order), at('1.08592', '1.08600'));
    expect(types(stopped)).toEqual(['order.triggered', 'order.working']);
    const [now] = stopped.orders;
    expect(now && waitOf(now)).toEqual({ watch: 'ask_at_most', priceE8: priceE8('1.08550') });
    expect(on.run(trigger(now!), at('1.08540', '1.08550')).deals).toMatchObject([{ priceE8: priceE8('1.08550') }]);
  });

  it('is filled at once where the stop of a stop-limit is reached and its limit holds', () => {
    const on = books();
    const order = placed(on, stopLimit('buy', '1.08600', '1.08650'));
    expect(on.run(trigger(order), at('1.08602', '1.08610')).orders).toMatchObject([{ status: 'filled' }]);
  });

  it('opens a position with the protection that the order names, distances counted from the fill', () => {
    const on = books();
    const protection = {
      stopLoss: { kind: 'distance', distanceE8: priceE8('0.00500') },
      takeProfit: { kind: 'price', priceE8: priceE8('1.09000') },
    } as const;
    const order = placed(on, buyLimit('1.08000', { protection }));
    expect(on.run(trigger(order), at('1.07980', '1.07990')).positions).toMatchObject([
      { stopLossE8: priceE8('1.07490'), takeProfitE8: priceE8('1.09000') },
    ]);
  });
});

describe('an order whose time is over', () => {
  const until = NOW_MS + 60_000;
  const started = () => {
    const on = books();
    return { on, order: placed(on, buyLimit('1.08000', { timeInForce: 'gtd', expiresAtMs: until })) };
  };

  it('expires at that millisecond and not before', () => {
    const { on, order } = started();
    const expire = { kind: 'expire', orderId: order.orderId } as const;
    expect(on.try(expire, at('1.08450', '1.08458', { nowMs: until - 1 }))).toEqual({
      ok: false,
      refusal: { refusedAs: 'nothing_to_do' },
    });
    const expired = on.run(expire, at('1.08450', '1.08458', { nowMs: until }));
    expect([expired.by, expired.orders[0]?.status, expired.orders[0]?.reason]).toEqual(['expiry', 'expired', 'expiry_passed']);
  });

  it('is not executed any more though its price is reached', () => {
    const { on, order } = started();
    const late = on.run(trigger(order), at('1.07980', '1.07990', { nowMs: until }));
    expect(late.orders).toMatchObject([{ status: 'expired' }]);
    expect(late.deals).toEqual([]);
  });

  it('ends with the day, in UTC, where it is for the day', () =>
    expect(placed(books(), buyLimit('1.08000', { timeInForce: 'day' })).expiresAtMs).toBe(Date.UTC(2026, 0, 8)));
});

describe('replacing an order that rests', () => {
  const replacement = (orderId: OrderId, told: Partial<ReplaceOrder>): ReplaceOrder => ({
    kind: 'replace',
    orderId,
    volumeE8: null,
    limitPriceE8: null,
    stopPriceE8: null,
    lifetime: null,
    protection: {},
    ...told,
  });

  it('keeps its id and makes all else what is wanted; its trigger is armed anew', () => {
    const on = books();
    const order = placed(on, buyLimit('1.08000'));
    const change = on.run(replacement(order.orderId, { volumeE8: lotsE8('0.20'), limitPriceE8: priceE8('1.07900') }));
    expect(types(change)).toEqual(['order.replaced', 'order.working']);
    expect(change.orders).toMatchObject([
      { orderId: order.orderId, volumeE8: lotsE8('0.20'), limitPriceE8: priceE8('1.07900'), decisionId: order.decisionId },
    ]);
    expect(change.decision).toMatchObject({ command: 'replace', denial: null });
    expect(on.try(trigger(order), at('1.07880', '1.07890')).ok).toBe(false);
    expect(on.run(trigger(change.orders[0]!), at('1.07880', '1.07890')).orders).toMatchObject([{ status: 'filled' }]);
  });

  it.each<[string, Partial<ReplaceOrder>, string]>([
    ['more than the account can carry', { volumeE8: lotsE8('50') }, 'MARGIN_EXCEEDS_FREE'],
    ['a price off the tick', { limitPriceE8: priceE8('1.080001') }, 'PRICE_OFF_TICK'],
    ['a price of nothing', { limitPriceE8: priceE8('0') }, 'PRICE_OFF_TICK'],
    ['a stop that it has not', { stopPriceE8: priceE8('1.09000') }, 'FIELD_NOT_APPLICABLE'],
    ['a time that has come', { lifetime: { timeInForce: 'gtd', expiresAtMs: NOW_MS } }, 'EXPIRY_PASSED'],
  ])('by %s is denied, and all stays as it is but the account’s version', (_, told, code) => {
    const on = books();
    const order = placed(on, buyLimit('1.08000'));
    const change = on.run(replacement(order.orderId, told));
    expect(change.decision?.denial?.code).toBe(code);
    expect([change.orders, change.events]).toEqual([[], []]);
    expect(on.order(order.orderId)).toBe(order);
  });

  it('does not revive one whose time is over, though nobody has ended it yet', () => {
    const on = books();
    const order = placed(on, buyLimit('1.08000', { timeInForce: 'gtd', expiresAtMs: NOW_MS + 1 }));
    const late = at('1.08450', '1.08458', { nowMs: NOW_MS + 1 });
    const change = on.run(replacement(order.orderId, { lifetime: { timeInForce: 'gtc', expiresAtMs: null } }), late);
    expect(change.decision?.denial?.code).toBe('EXPIRY_PASSED');
    expect(change.orders).toEqual([]);
  });

  it('and cancelling are refused while the market has nearly reached it, and not while there is none', () => {
    const frozenAt = { instrument: { freezeDistancePoints: 10n } };
    for (const [ask, code] of [
      ['1.08009', 'LEVEL_FROZEN'],
      ['1.08010', undefined],
    ] as const) {
      const on = books();
      const { orderId } = placed(on, buyLimit('1.08000'));
      const market = at('1.08000', ask, frozenAt);
      expect(on.run(replacement(orderId, { limitPriceE8: priceE8('1.07000') }), market).decision?.denial?.code).toBe(code);
      const stale = at('1.08000', ask, { ...frozenAt, ageMs: 60_000 });
      expect(on.run({ kind: 'cancel', orderId }, stale).decision?.denial).toBeNull();
    }
  });

  it('counts the order once against the limits of the group', () => {
    const one = at('1.08450', '1.08458', { group: group({ ordersMax: 1, exposureMax: { EURUSD: '0.15' } }) });
    const on = books(one);
    const order = placed(on, buyLimit('1.08000'));
    expect(on.run(replacement(order.orderId, { volumeE8: lotsE8('0.15') })).decision?.denial).toBeNull();
    expect(on.run(replacement(order.orderId, { volumeE8: lotsE8('0.16') })).decision?.denial?.code).toBe(
      'LIMIT_EXPOSURE_EXCEEDED',
    );
  });

  it('and cancelling are refused once it is over, and of an order that never was nothing is kept', () => {
    const on = books();
    const order = placed(on, buyLimit('1.08000'));
    on.run({ kind: 'cancel', orderId: order.orderId });
    for (const command of [replacement(order.orderId, {}), { kind: 'cancel', orderId: order.orderId } as const]) {
      expect(on.run(command).decision?.denial?.code).toBe('ORDER_NOT_WORKING');
    }
    expect(on.try({ kind: 'cancel', orderId: '9999999999' as OrderId })).toEqual({
      ok: false,
      refusal: { refusedAs: 'no_such_order' },
    });
  });
});

describe('an order that a provider is to fill', () => {
  const provided = group({ flow: 'provider', markups: { EURUSD: 4n } });
  const context = (bid: string, ask: string) => at(bid, ask, { group: provided });
  const started = (command: PlaceOrder) => {
    const on = books(context('1.08450', '1.08458'));
    return { on, order: placed(on, command) };
  };

  it('rests with us, and is sent as a limit at the raw price once its price is reached, its margin reserved', () => {
    const { on, order } = started(buyLimit('1.08000'));
    expect(isResting(order)).toBe(true);
    const sent = on.run(trigger(order), context('1.07990', '1.07998'));
    expect(types(sent)).toEqual(['order.triggered', 'order.queued', 'margin.changed']);
    expect(sent.instructions).toMatchObject([{ kind: 'new', limitPriceE8: priceE8('1.07998'), order: { maxDeviationE8: null } }]);
    expect(sent.orders).toMatchObject([{ status: 'queued', reservation: { priceE8: priceE8('1.08000') } }]);
    expect(isResting(sent.orders[0]!)).toBe(false);
    const cancel = on.run({ kind: 'cancel', orderId: order.orderId });
    expect(cancel.decision?.denial).toMatchObject({ code: 'ORDER_NOT_WORKING', numbers: { status: { value: 'queued' } } });
  });

  it('is sent for any price where its stop is reached', () => {
    const { on, order } = started(stop('buy', '1.08600'));
    const sent = on.run(trigger(order), context('1.08600', '1.08608'));
    expect(sent.instructions).toMatchObject([{ kind: 'new', order: { maxDeviationE8: null } }]);
    expect(sent.instructions[0]).not.toHaveProperty('limitPriceE8');
  });

  it('flags a fill beyond its limit, and none within it', () => {
    for (const [price, flags] of [
      ['1.07998', []],
      ['1.07999', ['slipped_beyond_reservation']],
    ] as const) {
      const { on, order } = started(sellLimit('1.09000'));
      const [sent] = on.run(trigger(order), context('1.09002', '1.09010')).orders;
      const fill = {
        kind: 'report',
        orderId: order.orderId,
        provider: sent!.provider!,
        executionId: 'one',
        requestId: sent!.requestId!,
        executionType: 'fill',
        symbol: order.symbol,
        side: 'sell',
        lastVolumeE8: order.volumeE8,
        // Less half of the markup: the client's price.
        lastPriceE8: (priceE8('2.17000') - priceE8(price)) as PriceE8,
        orderStatus: null,
        cumulativeVolumeE8: null,
        reason: null,
      } as const;
      expect(on.run(fill, context('1.09002', '1.09010')).deals.map(({ flags: told }) => told)).toEqual([flags]);
    }
  });
});
