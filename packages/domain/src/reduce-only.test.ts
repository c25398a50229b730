import type { DenialCode, Side } from '@margrave/vocabulary';
import type { Order, Position } from './account.ts';
import type { Change, DecisionContext } from './change.ts';
import type { PlaceOrder } from './command.ts';
import { Books } from './testing/books.ts';
import {
  account,
  close,
  contextOf,
  group,
  instrument,
  LP_A,
  lotsE8,
  market,
  place,
  position,
  priceE8,
  report,
  type QuoteText,
} from './testing/build.ts';
import { withMargin } from './testing/laws.ts';

const at = (bid: string, ask: string, told: Partial<ReturnType<typeof instrument>> = {}, route = group()): DecisionContext => {
  const quote: QuoteText = [bid, ask];
  return contextOf(market({ EURUSD: quote }, { instruments: [instrument('EURUSD', told)] }), route);
};
const NOW = at('1.08450', '1.08458');
const LIVE = group({ flow: 'provider' });
const bounded = (told: Parameters<typeof group>[0]): DecisionContext => at('1.08450', '1.08458', {}, group(told));
const AT_PROVIDER = at('1.08450', '1.08458', {}, LIVE);

const held = (id: number, side: Side, lots: string, told: Partial<Position> = {}): Position =>
  position(`${3_000_000_000 + id}`, { symbol: 'EURUSD', side, lots, price: '1.08400' }, told);
const provided = { flow: 'provider', provider: LP_A, openingRequestId: '9000000001' as never } as const;
/** An account that could open nothing. */
const books = (positions: readonly Position[], told: Parameters<typeof account>[0] = {}, context = NOW): Books =>
  new Books(withMargin(account({ balance: '1', positions, ...told }), context), context);
const reduce = (side: Side, lots: string, told: Partial<PlaceOrder> = {}): PlaceOrder => ({
  ...place('EURUSD', side, lots),
  reduceOnly: true,
  ...told,
});
const limit = (side: Side, lots: string, price: string): PlaceOrder =>
  reduce(side, lots, { type: 'limit', limitPriceE8: priceE8(price), timeInForce: 'gtc' });
const trigger = ({ orderId, version }: Order) => ({ kind: 'trigger', orderId, armedVersion: version }) as const;
const ids = ({ account: after }: Change) =>
  after.positions.map(({ positionId, openVolumeE8 }) => [Number(positionId) - 3e9, openVolumeE8]);
const only = (change: Change): Order => {
  const [order, ...others] = change.orders;
  if (order === undefined || others.length > 0) throw new TypeError(`${change.orders.length} orders`);
  return order;
};

describe('an order that only reduces', () => {
  it.each(['hedging', 'netting'] as const)('closes what is open on the other side without any margin (%s)', (mode) => {
    const change = books([held(1, 'buy', '0.50')], { mode }).run(reduce('sell', '0.20'));
    expect(ids(change)).toEqual([[1, lotsE8('0.3')]]);
    expect(only(change)).toMatchObject({ status: 'filled', closesPositionId: '3000000001', clientOrderId: 'mine-1' });
    expect(change.deals.map(({ entry }) => entry)).toEqual(['out']);
    expect(change.decision).toMatchObject({ command: 'close', denial: null });
  });

  it('closes the oldest position, and none that is closed or opened in another way', () => {
    const on = books([held(1, 'sell', '0.50'), held(2, 'buy', '0.10', provided), held(4, 'buy', '0.30'), held(3, 'buy', '0.20')]);
    expect(ids(on.run(reduce('sell', '0.20'))).map(([id]) => id)).toEqual([1, 2, 4]);
  });

  it.each<[string, readonly Position[], PlaceOrder, DenialCode]>([
    ['where nothing is open', [], reduce('sell', '0.20'), 'NOTHING_TO_REDUCE'],
    ['of its own side', [held(1, 'sell', '0.50')], reduce('sell', '0.20'), 'NOTHING_TO_REDUCE'],
    ['of more than is open', [held(1, 'buy', '0.10')], reduce('sell', '0.20'), 'VOLUME_NOT_CLOSABLE'],
    ['that would leave less than can be traded', [held(1, 'buy', '0.205')], reduce('sell', '0.20'), 'VOLUME_NOT_CLOSABLE'],
    ['off the step', [held(1, 'buy', '0.50')], reduce('sell', '0.205'), 'VOLUME_OFF_STEP'],
    ['off the tick', [held(1, 'buy', '0.50')], limit('sell', '0.20', '1.090001'), 'PRICE_OFF_TICK'],
  ])('%s is denied', (_, positions, command, code) => {
    const change = books(positions).run(command);
    expect([change.decision?.denial?.code, only(change).status]).toEqual([code, 'denied']);
  });

  it.each(['close_only', 'suspended'] as const)('is taken as a close is: of an account that is %s', (status) => {
    const change = books([held(1, 'buy', '0.50')], { status }).run(reduce('sell', '0.20'));
    expect(change.decision?.denial?.code).toBe(status === 'suspended' ? 'ACCOUNT_NOT_ACTIVE' : undefined);
  });

  it('is taken of a symbol that may only be closed', () =>
    expect(
      books([held(1, 'buy', '0.50')], {}, at('1.08450', '1.08458', { tradeMode: 'close_only' })).run(reduce('sell', '0.20'))
        .decision?.denial,
    ).toBeNull());

  it('closes one that is free, where an older one is being closed', () => {
    const on = books([held(1, 'buy', '0.50', provided), held(2, 'buy', '0.50', provided)], {}, AT_PROVIDER);
    const closing = [on.run(reduce('sell', '0.20')), on.run(reduce('sell', '0.20'))].map(
      (change) => only(change).closesPositionId,
    );
    expect(closing).toEqual(['3000000001', '3000000002']);
  });

  it('goes to the provider as the close of its position', () => {
    const on = books([held(1, 'buy', '0.50', provided)], {}, AT_PROVIDER);
    const sent = on.run(reduce('sell', '0.20', { maxDeviationE8: priceE8('0.00003') }));
    expect(sent.instructions).toMatchObject([{ kind: 'close', originalRequestId: '9000000001' }]);
    expect(sent.account.marginTotalE8).toBe(sent.before.marginTotalE8);
    expect(only(sent)).toMatchObject({ status: 'queued', maxDeviationE8: priceE8('0.00003'), reservation: null });
    expect(on.run(reduce('sell', '0.10')).decision?.denial?.code).toBe('POSITION_ALREADY_CLOSING');
    const filled = on.run(report(only(sent), 'fill', { lots: '0.20', price: '1.08450' }));
    expect(ids(filled)).toEqual([[1, lotsE8('0.3')]]);
    expect(filled.account.positions[0]?.closingOrderId).toBeNull();
  });
});

describe('an order that only reduces and waits', () => {
  const resting = (on: Books, command: PlaceOrder): Order => {
    const order = only(on.run(command));
    expect([order.status, order.reservation, order.closesPositionId]).toEqual(['working', null, null]);
    return order;
  };

  it('needs nothing to reduce until then, and closes what is open when its price is reached', () => {
    const on = books([], { balance: '10000' });
    const order = resting(on, limit('sell', '0.20', '1.09000'));
    on.run(place('EURUSD', 'buy', '0.50'));
    expect(on.try(trigger(order))).toMatchObject({ ok: false, refusal: { refusedAs: 'not_reached' } });
    const change = on.run(trigger(order), at('1.09000', '1.09008'));
    expect(change.events.map(({ type }) => type).slice(0, 2)).toEqual(['order.triggered', 'order.filled']);
    expect(change.account.positions.map(({ openVolumeE8 }) => openVolumeE8)).toEqual([lotsE8('0.3')]);
  });

  it('closes no more than is left by then', () => {
    const on = books([held(1, 'buy', '0.50')]);
    const order = resting(on, limit('sell', '0.40', '1.09000'));
    on.run({ ...close('3000000001'), volumeE8: lotsE8('0.30') });
    const change = on.run(trigger(order), at('1.09000', '1.09008'));
    expect([ids(change), only(change).volumeE8, only(change).status]).toEqual([[], lotsE8('0.2'), 'filled']);
  });

  it('is cancelled where nothing is left', () => {
    const on = books([held(1, 'buy', '0.50')]);
    const order = resting(on, limit('sell', '0.40', '1.09000'));
    on.run(close('3000000001'));
    const change = on.run(trigger(order), at('1.09000', '1.09008'));
    expect(only(change)).toMatchObject({ status: 'cancelled', reason: 'NOTHING_TO_REDUCE' });
  });

  it('waits on while another order is closing its position, and takes what that leaves', () => {
    const reached = at('1.09000', '1.09008', {}, LIVE);
    const on = books([held(1, 'buy', '0.50', provided)], {}, AT_PROVIDER);
    const order = resting(on, limit('sell', '0.40', '1.09000'));
    const closing = only(on.run({ ...close('3000000001'), volumeE8: lotsE8('0.20') }));
    expect(on.try(trigger(order), reached)).toMatchObject({ ok: false, refusal: { refusedAs: 'not_tradable' } });
    on.run(report(closing, 'rejected'));
    const sent = on.run(trigger(order), reached);
    // A close that has a limit has it at the provider too.
    expect(sent.instructions).toMatchObject([{ kind: 'close', limitPriceE8: priceE8('1.09000') }]);
    expect(only(sent)).toMatchObject({ status: 'queued', maxDeviationE8: null, closesPositionId: '3000000001' });
  });

  it('may be another, as long as it rests', () => {
    const on = books([held(1, 'buy', '0.50')]);
    const order = resting(on, limit('sell', '0.40', '1.09000'));
    const replace = {
      kind: 'replace',
      orderId: order.orderId,
      volumeE8: lotsE8('0.10'),
      limitPriceE8: priceE8('1.08440'),
      stopPriceE8: null,
      lifetime: null,
      protection: {},
    } as const;
    const change = on.run(replace);
    expect(change.decision).toMatchObject({ command: 'replace', denial: null });
    expect([ids(change), only(change).status]).toEqual([[[1, lotsE8('0.4')]], 'filled']);
  });

  it('counts as an order that waits; what is executed at once does not', () => {
    const on = books([held(1, 'buy', '0.50')], { balance: '10000' }, bounded({ ordersMax: 2 }));
    const order = resting(on, limit('sell', '0.40', '1.09000'));
    expect(on.run(limit('sell', '0.40', '1.09000')).decision?.denial?.code).toBe('LIMIT_ORDERS_EXCEEDED');
    const replace = { kind: 'replace', orderId: order.orderId, volumeE8: lotsE8('0.5'), limitPriceE8: null } as const;
    expect(on.run({ ...replace, stopPriceE8: null, lifetime: null, protection: {} }).decision?.denial).toBeNull();
    expect(on.run(reduce('sell', '0.10')).decision?.denial).toBeNull();
  });

  it('counts for no exposure', () => {
    const on = books([held(1, 'buy', '0.50')], { balance: '10000' }, bounded({ exposureMax: { EURUSD: '0.50' } }));
    resting(on, limit('sell', '0.40', '1.09000'));
    expect(on.run(place('EURUSD', 'sell', '0.50')).decision?.denial).toBeNull();
    resting(on, limit('sell', '0.40', '1.09000'));
  });
});
