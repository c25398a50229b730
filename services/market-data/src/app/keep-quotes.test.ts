import { ok, refuse, type Result } from '@margrave/vocabulary';
import { QuoteKeeper, type QuoteToKeep } from './keep-quotes.ts';
import { QuoteDesk, type Line } from './quote-desk.ts';
import { instrumentNamed, points, registryOf, symbolNamed, tickOf } from './testing.ts';

let nowMs: number;
let batches: (readonly QuoteToKeep[])[];
let answer: (result: Result<number, string>) => void;
let outcomes: Result<number, string>[];
let keeper: QuoteKeeper<string>;
let lines: readonly Line[];
let pausesMs: number[];

beforeEach(() => {
  nowMs = 100;
  batches = [];
  outcomes = [];
  pausesMs = [];
  keeper = new QuoteKeeper<string>({
    monotonicMs: () => nowMs,
    write: (batch) => {
      batches.push(batch);
      return new Promise((resolve) => {
        answer = resolve;
      });
    },
    onWritten: (outcome) => outcomes.push(outcome),
    batchMax: 2,
    pause: async (ms) => void pausesMs.push(ms),
  });
  const desk = new QuoteDesk({ monotonicMs: () => nowMs, onNewQuote: () => undefined });
  const names = ['EURUSD', 'GBPUSD', 'USDJPY'];
  desk.configure(registryOf(...names.map((name) => instrumentNamed(name))), 0);
  for (const name of names) desk.take(symbolNamed(name), tickOf(100_000, 100_010));
  lines = [...desk.lines()];
});

function keep(index: number, sequence: bigint): void {
  const line = lines[index] as Line;
  const quote = line.feed.quote;
  if (quote === null) throw new Error('the line has no quote');
  keeper.keep(line, { symbol: line.instrument.symbol, sequence, quote, extremes: { lowE8: points(1), highE8: points(2) } });
}
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const written = (): string[][] => batches.map((batch) => batch.map(({ symbol, sequence }) => `${symbol} ${sequence}`));

describe('quotes on their way to the cache', () => {
  it('travel together, with their age at the moment they leave and the prices of the groups', async () => {
    keep(0, 1n);
    keep(1, 1n);
    nowMs = 130;
    await turn();
    expect(written()).toEqual([['EURUSD 1', 'GBPUSD 1']]);
    expect(batches[0]?.[0]).toMatchObject({ ageMs: 30, lowE8: points(1), highE8: points(2) });
    expect(batches[0]?.[0]?.groups.map(({ groupId, bidE8 }) => [groupId, bidE8])).toEqual([
      ['raw', points(100_000)],
      ['standard', points(99_995)],
    ]);
  });

  it('wait while others travel, the latest of each symbol only', async () => {
    keep(0, 1n);
    await turn();
    for (let sequence = 2n; sequence <= 9n; sequence += 1n) keep(0, sequence);
    keep(1, 1n);
    await turn();
    expect(written()).toEqual([['EURUSD 1']]);
    answer(ok(3));
    await turn();
    expect(written()).toEqual([['EURUSD 1'], ['EURUSD 9', 'GBPUSD 1']]);
  });

  it('go in batches that are not too large', async () => {
    for (const index of [0, 1, 2]) keep(index, 1n);
    await turn();
    answer(ok(1));
    await turn();
    expect(written()).toEqual([['EURUSD 1', 'GBPUSD 1'], ['USDJPY 1']]);
  });

  it('leave the cache three times as long alone as it was busy', async () => {
    keep(0, 1n);
    await turn();
    nowMs += 40;
    answer(ok(1));
    await keeper.settled();
    expect(pausesMs).toEqual([120]);
  });

  it('are given up when the cache fails, and the next ones go all the same', async () => {
    keep(0, 1n);
    await turn();
    answer(refuse('timeout'));
    await keeper.settled();
    keep(0, 2n);
    await turn();
    answer(ok(1));
    await keeper.settled();
    expect(outcomes).toEqual([refuse('timeout'), ok(1)]);
    expect(written()).toEqual([['EURUSD 1'], ['EURUSD 2']]);
  });
});
