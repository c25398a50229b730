import { quoteState } from './market.ts';
import { equity, floatingProfit } from './profit.ts';
import { account, FX_WEEK, group, instrument, market, moneyE8, position, symbolName } from './testing/build.ts';

const winning = position('3000000001', { symbol: 'EURUSD', side: 'buy', lots: '1', price: '1.08400' });
const losing = position('3000000002', { symbol: 'EURUSD', side: 'sell', lots: '1', price: '1.08400' });
const QUOTES = market({ EURUSD: ['1.08446', '1.08454'] });
const held = account({ positions: [winning, losing], creditE8: moneyE8('50') });

describe('floating profit', () => {
  it.each([
    ['use_all', '-8'],
    ['losses_only', '-54'],
    ['ignore', '0'],
  ] as const)('of a gain of 46 and a loss of 54 counts by the policy %s as %s', (floating, profit) =>
    expect(floatingProfit(held, { market: QUOTES, group: group({ policies: { floating } }) }, 'trusted')).toEqual({
      ok: true,
      value: moneyE8(profit),
    }),
  );

  it('is at the group’s closing prices, not at raw ones', () =>
    expect(floatingProfit(held, { market: QUOTES, group: group({ markups: { EURUSD: 10n } }) }, 'trusted')).toEqual({
      ok: true,
      value: moneyE8('-18'),
    }));

  const stale = market({ EURUSD: ['1.08446', '1.08454', 10_001] });

  it('on a stale price is refused where it is to be trusted, and shown where the last price seen will do', () => {
    expect(floatingProfit(held, { market: stale, group: group() }, 'trusted')).toMatchObject({
      ok: false,
      refusal: { code: 'PRICE_STALE' },
    });
    expect(floatingProfit(held, { market: stale, group: group() }, 'last_seen')).toEqual({ ok: true, value: moneyE8('-8') });
  });

  it('needs no price at all where it is ignored', () =>
    expect(equity(held, { market: stale, group: group({ policies: { floating: 'ignore' } }) }, 'trusted')).toEqual({
      ok: true,
      value: moneyE8('10050'),
    }));

  it('with the balance and the credit makes equity', () =>
    expect(equity(held, { market: QUOTES, group: group() }, 'trusted')).toEqual({ ok: true, value: moneyE8('10042') }));
});

describe('a quote', () => {
  const state = (ageMs: number | null, isOpen: boolean) => {
    const listed = instrument('EURUSD', { sessions: isOpen ? FX_WEEK : { ...FX_WEEK, holidays: ['2026-01-07'] } });
    return quoteState(market(ageMs === null ? {} : { EURUSD: ['1.08446', '1.08454', ageMs] }, { instruments: [listed] }), listed);
  };

  it.each([
    [0, true, 'fresh'],
    [10_000, true, 'fresh'],
    [10_001, true, 'stale'],
    [0, false, 'closed'],
    [604_800_000, false, 'closed'],
    [null, true, 'unavailable'],
    [null, false, 'unavailable'],
  ] as const)('of %s ms, its session open: %s, is %s', (ageMs, isOpen, expected) => expect(state(ageMs, isOpen)).toBe(expected));

  it('of another symbol is none of ours', () => expect(QUOTES.quote(symbolName('GBPUSD'))).toBeUndefined());
});
