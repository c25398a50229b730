import type { PositionId } from '@margrave/vocabulary';
import type { Position } from './account.ts';
import type { DecisionContext } from './change.ts';
import type { ProtectPosition } from './command.ts';
import { Books } from './testing/books.ts';
import { account, close, contextOf, instrument, lotsE8, market, place, position, priceE8 } from './testing/build.ts';
import { withMargin } from './testing/laws.ts';

const ID = '3000000001' as PositionId;
const at = (bid: string, ask: string, ageMs = 5): DecisionContext => contextOf(market({ EURUSD: [bid, ask, ageMs] }));
const NOW = at('1.08450', '1.08458');
const FOLLOWED = { trailingDistanceE8: priceE8('0.00200'), trailingBestE8: priceE8('1.08500') };

const books = (told: Partial<Position> = {}, context = NOW, ofAccount: Parameters<typeof account>[0] = {}): Books => {
  const held = position(ID, { symbol: 'EURUSD', side: 'buy', lots: '0.50', price: '1.08400' }, told);
  return new Books(withMargin(account({ ...ofAccount, positions: [held] }), context), context);
};
const follow = (distance: string | null, protection: ProtectPosition['protection'] = {}): ProtectPosition => ({
  kind: 'protect',
  positionId: ID,
  protection,
  trailingDistanceE8: distance === null ? null : priceE8(distance),
});
const held = (on: Books): Position | undefined => on.account.positions[0];
const fire = (on: Books, level: string) =>
  ({
    kind: 'trigger_protection',
    positionId: ID,
    level: 'trailing_stop',
    levelE8: priceE8(level),
    armedVersion: held(on)?.version ?? 0n,
  }) as const;
const trail = (on: Books, best: string) =>
  ({ kind: 'trail', positionId: ID, bestE8: priceE8(best), armedVersion: held(on)?.version ?? 0n }) as const;
const NOTHING = { ok: false, refusal: { refusedAs: 'nothing_to_do' } };

describe('setting a trailing stop', () => {
  it.each([
    ['buy', '1.08450'],
    ['sell', '1.08458'],
  ] as const)('on a %s follows from the price at which it would be closed now', (side, best) => {
    const change = books({ side }).run(follow('0.00200'));
    expect(change.positions).toMatchObject([{ trailingDistanceE8: priceE8('0.00200'), trailingBestE8: priceE8(best) }]);
    expect(change.events).toMatchObject([{ type: 'position.changed', orderId: null }]);
    expect(change.decision).toMatchObject({ denial: null, asked: { trailingDistanceE8: priceE8('0.00200') } });
  });

  it('leaves stop loss and take profit, and they leave it', () => {
    const on = books({ stopLossE8: priceE8('1.08000') });
    on.run(follow('0.00200'));
    on.run({ kind: 'protect', positionId: ID, protection: { takeProfit: { kind: 'price', priceE8: priceE8('1.09000') } } });
    expect(held(on)).toMatchObject({
      stopLossE8: priceE8('1.08000'),
      takeProfitE8: priceE8('1.09000'),
      trailingDistanceE8: priceE8('0.00200'),
      trailingBestE8: priceE8('1.08450'),
    });
  });

  it('at the distance that it has lets it go on, at another begins anew, and at none takes it away, also on an old price', () => {
    expect(books(FOLLOWED).run(follow('0.00200')).positions).toMatchObject([FOLLOWED]);
    expect(books(FOLLOWED).run(follow('0.00300')).positions).toMatchObject([{ trailingBestE8: priceE8('1.08450') }]);
    expect(books(FOLLOWED, at('1.08450', '1.08458', 60_000)).run(follow(null)).positions).toMatchObject([
      { trailingDistanceE8: null, trailingBestE8: null },
    ]);
  });

  it.each([
    ['0', 'PRICE_OFF_TICK'],
    ['0.001001', 'PRICE_OFF_TICK'],
    ['1.08450', 'STOP_WRONG_SIDE'],
    ['0.00019', 'STOP_TOO_CLOSE'],
    ['0.00020', undefined],
  ])('at a distance of %s is answered %s', (distance, code) => {
    const far = contextOf(
      market({ EURUSD: ['1.08450', '1.08458'] }, { instruments: [instrument('EURUSD', { stopDistanceMinPoints: 20n })] }),
    );
    const change = books({}, far).run(follow(distance));
    expect(change.decision?.denial?.code).toBe(code);
    if (code !== undefined) expect(change.positions).toEqual([]);
  });

  it('is refused where the market has nearly reached the one that there is', () => {
    const near = contextOf(
      market({ EURUSD: ['1.08310', '1.08318'] }, { instruments: [instrument('EURUSD', { freezeDistancePoints: 20n })] }),
    );
    expect(books(FOLLOWED, near).run(follow(null)).decision?.denial?.code).toBe('LEVEL_FROZEN');
  });
});

describe('what it follows', () => {
  it('is kept where it is better, and nothing else changes', () => {
    const on = books(FOLLOWED);
    const change = on.run(trail(on, '1.08530'));
    expect(change).toMatchObject({ by: 'trailing_stop', orders: [], deals: [], decision: null });
    expect(change.events).toMatchObject([{ type: 'position.changed' }]);
    expect(held(on)).toMatchObject({ ...FOLLOWED, trailingBestE8: priceE8('1.08530') });
  });

  it.each<[string, Partial<Position>, string, string]>([
    ['no better', FOLLOWED, '1.08500', '0'],
    ['worse for a sell', { ...FOLLOWED, side: 'sell' }, '1.08510', '0'],
    ['of no trailing stop', {}, '1.09000', '0'],
    ['of a position that is being closed', { ...FOLLOWED, closingOrderId: '4000000009' as never }, '1.09000', '0'],
    ['of another version', FOLLOWED, '1.09000', '1'],
  ])('is left as it is by a price that is %s', (_, told, best, later) => {
    const on = books(told);
    const command = trail(on, best);
    expect(on.try({ ...command, armedVersion: command.armedVersion + BigInt(later) })).toEqual(NOTHING);
  });
});

describe('reached', () => {
  it('it closes all of the position at the first price, and shows where it stood', () => {
    const on = books({ ...FOLLOWED, stopLossE8: priceE8('1.08000') }, at('1.08310', '1.08318'));
    const change = on.run(fire(on, '1.08320'));
    expect(change.by).toBe('trailing_stop');
    expect(change.orders).toMatchObject([
      { type: 'stop', side: 'sell', origin: 'trailing_stop', stopPriceE8: priceE8('1.08320'), status: 'filled' },
    ]);
    expect(change.deals).toMatchObject([{ volumeE8: lotsE8('0.50'), priceE8: priceE8('1.08310') }]);
    expect(on.account.positions).toEqual([]);
  });

  it('it stood where it is kept at least, whatever is said', () => {
    const on = books(FOLLOWED, at('1.08290', '1.08298'));
    expect(on.run(fire(on, '1.08000')).orders).toMatchObject([{ stopPriceE8: priceE8('1.08300') }]);
  });

  it('once, and by one: not while another order closes the position, nor at another version, nor where there is none', () => {
    const closing = books({ ...FOLLOWED, closingOrderId: '4000000009' as never });
    expect(closing.try(fire(closing, '1.08300'))).toEqual(NOTHING);
    const none = books();
    expect(none.try(fire(none, '1.08300'))).toEqual(NOTHING);
    const on = books(FOLLOWED);
    const first = fire(on, '1.08300');
    on.run(first);
    expect(on.try(first)).toEqual(NOTHING);
  });

  it('waits where nothing can be dealt on', () => {
    const on = books(FOLLOWED, at('1.08310', '1.08318', 60_000));
    expect(on.try(fire(on, '1.08320'))).toEqual({ ok: false, refusal: { refusedAs: 'not_tradable' } });
  });
});

it('follows what is left of a position that was closed in part', () => {
  const on = books(FOLLOWED);
  on.run(close(ID, '0.20'));
  expect(held(on)).toMatchObject({ openVolumeE8: lotsE8('0.30'), ...FOLLOWED });
});

it('stays with a netting position that grows, and does not go over to one that is turned round', () => {
  const on = books(FOLLOWED, NOW, { mode: 'netting' });
  on.run(place('EURUSD', 'buy', '0.10'));
  expect(held(on)).toMatchObject({ openVolumeE8: lotsE8('0.60'), ...FOLLOWED });
  on.run(place('EURUSD', 'sell', '0.90'));
  expect(held(on)).toMatchObject({ side: 'sell', trailingDistanceE8: null, trailingBestE8: null });
});
