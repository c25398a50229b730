import { UNKNOWN_AGE_MS, quoteAgeMs } from '@margrave/domain';
import { QuoteAnnouncer } from './announce-quotes.ts';
import { QuoteDesk, type NumberedQuote } from './quote-desk.ts';
import { instrumentNamed, registryOf, symbolNamed, tickOf } from './testing.ts';

const EURUSD = symbolNamed('EURUSD');
const GBPUSD = symbolNamed('GBPUSD');
const GENERATION_3 = 3_000_000_000_000n;

interface Told {
  readonly symbol: string;
  readonly sequence: bigint;
  readonly bid: number;
  readonly low: number;
  readonly high: number;
  readonly ageMs: number;
}

let nowMs: number;
let isUp: boolean;
let told: Told[];
let kept: bigint[];
let deferred: (() => void)[];
let desk: QuoteDesk;
let announcer: QuoteAnnouncer;
const inPoints = (priceE8: bigint): number => Number(priceE8 / 1_000n);
const toldOf = ({ symbol, sequence, quote, extremes }: NumberedQuote): Told => ({
  symbol,
  sequence: sequence - GENERATION_3,
  bid: inPoints(quote.bidE8),
  low: inPoints(extremes.lowE8),
  high: inPoints(extremes.highE8),
  ageMs: quoteAgeMs(quote, nowMs),
});
const endOfTurn = (): void => deferred.splice(0).forEach((act) => act());
const take = (bid: number, symbol = EURUSD, snapshot = false): void => {
  desk.take(symbol, tickOf(bid, bid + 8, snapshot));
};

beforeEach(() => {
  nowMs = 1_000;
  isUp = true;
  told = [];
  kept = [];
  deferred = [];
  announcer = new QuoteAnnouncer({
    monotonicMs: () => nowMs,
    announce: (numbered) => {
      if (isUp) told.push(toldOf(numbered));
      return isUp;
    },
    keep: (_, { sequence }) => kept.push(sequence - GENERATION_3),
    defer: (act) => deferred.push(act),
    repeatAfterMs: 2_000,
  });
  desk = new QuoteDesk({ monotonicMs: () => nowMs, onNewQuote: (line) => announcer.onNewQuote(line) });
  desk.configure(registryOf(instrumentNamed('EURUSD'), instrumentNamed('GBPUSD')), 0);
});

describe('an active instance', () => {
  beforeEach(() => announcer.activate(desk, 3n));

  it('tells each quote under the next number of its symbol', () => {
    take(108_446);
    take(127_304, GBPUSD);
    endOfTurn();
    take(108_447);
    endOfTurn();
    expect(told.map(({ symbol, sequence, bid }) => [symbol, sequence, bid])).toEqual([
      ['EURUSD', 1n, 108_446],
      ['GBPUSD', 1n, 127_304],
      ['EURUSD', 2n, 108_447],
    ]);
    expect(kept).toEqual([1n, 1n, 2n]);
  });

  it('tells ticks of one go as one quote that has seen them all', () => {
    for (const bid of [108_446, 108_430, 108_460, 108_450]) take(bid);
    expect(told).toEqual([]);
    endOfTurn();
    expect(told).toEqual([{ symbol: 'EURUSD', sequence: 1n, bid: 108_450, low: 108_430, high: 108_468, ageMs: 0 }]);
    take(108_451);
    endOfTurn();
    expect(told[1]).toMatchObject({ sequence: 2n, low: 108_451, high: 108_459 });
  });

  it('repeats what nobody was told for long, older and under the same number, with the low and high it was told with', () => {
    for (const bid of [108_430, 108_450]) take(bid);
    endOfTurn();
    nowMs += 1_999;
    announcer.repeat();
    expect(told).toHaveLength(1);
    nowMs += 1;
    announcer.repeat();
    expect(told[1]).toEqual({ symbol: 'EURUSD', sequence: 1n, bid: 108_450, low: 108_430, high: 108_458, ageMs: 2_000 });
    announcer.repeat();
    expect(told).toHaveLength(2);
  });

  it('widens low and high while nothing goes out, and keeps every quote in the cache meanwhile', () => {
    take(108_446);
    endOfTurn();
    isUp = false;
    for (const bid of [108_400, 108_500, 108_450]) {
      take(bid);
      endOfTurn();
    }
    announcer.repeat();
    expect(told).toHaveLength(1);
    expect(kept).toEqual([1n, 2n, 3n, 4n, 4n]);
    isUp = true;
    announcer.repeat();
    expect(told[1]).toEqual({ symbol: 'EURUSD', sequence: 4n, bid: 108_450, low: 108_400, high: 108_508, ageMs: 0 });
    take(108_451);
    endOfTurn();
    expect(told[2]).toMatchObject({ sequence: 5n, low: 108_451, high: 108_459 });
  });

  it('tells first values of unknown age as too old to trade on', () => {
    take(108_446, EURUSD, true);
    endOfTurn();
    expect(told[0]?.ageMs).toBe(UNKNOWN_AGE_MS);
  });

  it('numbers a symbol that was listed later within its generation', () => {
    const USDJPY = symbolNamed('USDJPY');
    desk.configure(registryOf(instrumentNamed('USDJPY')), 0);
    take(151_415, USDJPY);
    endOfTurn();
    expect(told).toMatchObject([{ symbol: 'USDJPY', sequence: 1n }]);
  });
});

describe('an instance on standby', () => {
  it('says nothing, and tells all it has at once when it becomes active', () => {
    for (const bid of [108_400, 108_446]) take(bid);
    endOfTurn();
    nowMs += 5_000;
    announcer.repeat();
    expect(told).toEqual([]);
    announcer.activate(desk, 3n);
    endOfTurn();
    // The low of a time in which another one spoke is not told again.
    expect(told).toEqual([{ symbol: 'EURUSD', sequence: 1n, bid: 108_446, low: 108_446, high: 108_454, ageMs: 5_000 }]);
  });

  it('falls silent when another one speaks, and counts on from a larger generation when it speaks again', () => {
    announcer.activate(desk, 3n);
    take(108_446);
    announcer.deactivate();
    endOfTurn();
    expect([told, announcer.isActive]).toEqual([[], false]);
    announcer.activate(desk, 5n);
    endOfTurn();
    expect(told).toMatchObject([{ bid: 108_446, sequence: 2_000_000_000_001n }]);
  });

  it('tells what it had not told yet before it takes a new generation', () => {
    announcer.activate(desk, 3n);
    take(108_430);
    take(108_446);
    announcer.activate(desk, 4n);
    endOfTurn();
    expect(told).toMatchObject([
      { sequence: 1n, low: 108_430 },
      { sequence: 1_000_000_000_001n, low: 108_446 },
    ]);
  });
});
