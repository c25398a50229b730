import { symbolMargins, type Holding, type SymbolHolding } from './margin.ts';
import { rational } from './rational.ts';

const holding = (id: string, side: 'buy' | 'sell', lots: bigint, weight: bigint): Holding => ({
  id,
  side,
  lotsE8: lots,
  weight: rational(weight),
});
const PLAIN: SymbolHolding = {
  mode: 'hedging',
  contractSize: 1n,
  leverage: 1n,
  leverageCap: null,
  tiers: [],
  hedgedRate: null,
  positions: [holding('a', 'buy', 2n, 20n), holding('b', 'buy', 3n, 30n), holding('c', 'sell', 4n, 44n)],
  inFlight: [],
};

describe('the margin of one symbol, reckoned anew', () => {
  it('is the larger leg, and in flight the worst of what may be filled', () => {
    expect(symbolMargins(PLAIN)).toEqual({ executedE8: 50n, totalE8: 50n });
    const opening = { ...holding('d', 'sell', 1n, 12n), closes: null };
    expect(symbolMargins({ ...PLAIN, inFlight: [opening] })).toEqual({ executedE8: 50n, totalE8: 56n });
  });

  it('takes what a close leaves, and never less than when the close is not filled', () => {
    const closing = { ...holding('e', 'buy', 4n, 0n), closes: 'c' };
    expect(symbolMargins({ ...PLAIN, mode: 'netting', positions: PLAIN.positions, inFlight: [closing] })).toEqual({
      executedE8: 10n,
      totalE8: 50n,
    });
  });

  it('leaves nothing for the second of two that close one position', () => {
    const closes = ['e', 'f'].map((id) => ({ ...holding(id, 'buy', 4n, 0n), closes: 'c' }));
    expect(symbolMargins({ ...PLAIN, mode: 'netting', inFlight: closes })).toEqual({ executedE8: 10n, totalE8: 50n });
  });

  it('is reckoned of thousands of positions with ten orders in flight, subset by subset, in no time to speak of', () => {
    const positions = Array.from({ length: 5_000 }, (_, index) => holding(`p${index}`, index % 2 === 0 ? 'buy' : 'sell', 1n, 3n));
    const inFlight = Array.from({ length: 10 }, (_, index) => ({ ...holding(`o${index}`, 'buy', 1n, 3n), closes: null }));
    const startedMs = performance.now();
    expect(symbolMargins({ ...PLAIN, positions, inFlight })).toEqual({ executedE8: 7_500n, totalE8: 7_530n });
    expect(performance.now() - startedMs).toBeLessThan(2_000);
  });
});

it('a fraction of thousands of digits comes to its lowest terms', () => {
  // Neighbours in this sequence take Euclid the most steps.
  let [before, last] = [1n, 1n];
  for (let index = 0; index < 20_000; index += 1) [before, last] = [last, before + last];
  expect(rational(last, before)).toEqual([last, before]);
});
