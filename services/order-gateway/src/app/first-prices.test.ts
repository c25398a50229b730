import type { Instrument, Market } from '@margrave/domain';
import { EURUSD, marketOf, prices, SYMBOLS, type Prices } from '../testing/demo-market.ts';
import { FirstPrices } from './first-prices.ts';

/** A gateway that has just started with these prices, and a clock. */
function started(given: Prices, change: Partial<Instrument> = {}) {
  const clock = { nowMs: 500 };
  const market = (): Market => {
    const real = marketOf(given);
    const changed = (found: Instrument | undefined): Instrument | undefined => found && { ...found, ...change };
    return { ...real, instrument: (symbol) => changed(real.instrument(symbol)) };
  };
  const first = new FirstPrices({ market, symbols: () => SYMBOLS, monotonicMs: () => clock.nowMs });
  return { clock, first };
}

const none = (): Prices => ({ ...prices(), quotes: new Map() });
const PRICE = { bidE8: 108_446_000n, askE8: 108_454_000n, ageMs: 5, sequence: 1n };
const READY = { ok: true };
const MISSING = { ok: false, reason: 'no fresh price yet of any of the 3 instruments whose session is open' };

describe('a gateway that has just started', () => {
  it('waits for a price of one instrument, and is ready with the first', () => {
    const given = none();
    const { first } = started(given);
    expect(first.check()).toEqual(MISSING);
    given.quotes.set(EURUSD, PRICE);
    expect(first.check()).toEqual(READY);
  });

  it('does not take an old price that Redis still had for one to deal at', () => {
    const given = none();
    given.quotes.set(EURUSD, { ...PRICE, ageMs: 10_001 });
    expect(started(given).first.check()).toEqual(MISSING);
  });

  it.each<[string, Partial<Instrument>]>([
    ['all sessions are closed', { sessions: { timeZone: 'UTC', weekly: [], holidays: [] } }],
    ['nothing may be traded', { tradeMode: 'disabled' }],
  ])('waits for no price where %s', (_where, change) => expect(started(none(), change).first.check()).toEqual(READY));

  it('is ready without prices when none came for ten seconds: reads and settlements need none', () => {
    const { first, clock } = started(none());
    clock.nowMs += 9_999;
    expect(first.check()).toEqual(MISSING);
    clock.nowMs += 1;
    expect(first.check()).toEqual(READY);
  });

  it('stays ready when prices go missing later', () => {
    const given = prices();
    const { first } = started(given);
    expect(first.check()).toEqual(READY);
    given.quotes.clear();
    expect(first.check()).toEqual(READY);
  });
});
