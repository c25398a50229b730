import type { GroupId } from '@margrave/vocabulary';
import { QuoteBoard } from './quote-board.ts';
import { EURUSD, group, heard, market, price, RAW, STANDARD } from './testing.ts';

const GENERATION = 3_000_000_000_000n;

let nowMs: number;
let isOpen: boolean;
let lost: bigint[];
let board: QuoteBoard;
beforeEach(() => {
  nowMs = 50_000;
  isOpen = true;
  lost = [];
  board = new QuoteBoard({
    monotonicMs: () => nowMs,
    market: () => market(isOpen),
    group,
    onLost: (_, quotes) => lost.push(quotes),
  });
});

describe('what the clients of a group see', () => {
  it('is the raw quote with the markup of the group, now and at the furthest', () => {
    board.take(heard(1n, '1.08000', '1.08010', { low: '1.07500', high: '1.08500' }));
    expect(board.sight(EURUSD, RAW)).toEqual({
      now: { bidE8: price('1.08000'), askE8: price('1.08010') },
      furthest: { bidE8: price('1.07500'), askE8: price('1.08500') },
    });
    expect(board.sight(EURUSD, STANDARD)).toEqual({
      now: { bidE8: price('1.07998'), askE8: price('1.08012') },
      furthest: { bidE8: price('1.07498'), askE8: price('1.08502') },
    });
  });

  it('is nothing before there is a quote, of a group that is not configured, and while the price is old or the session closed', () => {
    expect(board.sight(EURUSD, RAW)).toBeUndefined();
    board.take(heard(1n, '1.08000', '1.08010', { ageMs: 9_000 }));
    expect(board.sight(EURUSD, 'none' as GroupId)).toBeUndefined();
    expect(board.isTradable(EURUSD)).toBe(true);
    nowMs += 1_001;
    expect([board.sight(EURUSD, RAW), board.isTradable(EURUSD)]).toEqual([undefined, false]);
    board.take(heard(2n, '1.08000', '1.08010'));
    expect(board.isTradable(EURUSD)).toBe(true);
    isOpen = false;
    expect([board.sight(EURUSD, RAW), board.isTradable(EURUSD)]).toEqual([undefined, false]);
  });

  it('has nothing behind it when the quote is told again', () => {
    const quote = heard(1n, '1.08000', '1.08010', { low: '1.07500' });
    board.take(quote);
    expect(board.take(quote)).toBe(true);
    expect(board.sight(EURUSD, RAW)?.furthest.bidE8).toBe(price('1.08000'));
  });

  it('is that of the later quote, whatever comes after it', () => {
    board.take(heard(2n, '1.08000', '1.08010'));
    expect(board.take(heard(1n, '1.05000', '1.05010'))).toBe(false);
    expect(board.sight(EURUSD, RAW)?.now.bidE8).toBe(price('1.08000'));
  });
});

describe('a quote that was told and not heard', () => {
  const take = (...sequences: bigint[]): void =>
    sequences.forEach((sequence) => board.take(heard(GENERATION + sequence, '1.08000', '1.08010')));

  it('is counted by the number of the next one', () => {
    take(1n, 2n, 2n, 3n);
    expect(lost).toEqual([]);
    take(7n);
    expect(lost).toEqual([3n]);
  });

  it('is counted from the first one of who speaks next', () => {
    take(5n, GENERATION + 1n);
    expect(lost).toEqual([]);
    take(2n * GENERATION + 3n);
    expect(lost).toEqual([2n]);
  });
});
