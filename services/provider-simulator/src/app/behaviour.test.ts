import { parseE8 } from '@margrave/vocabulary';
import { lots, profileOf, requestIdOf } from '../testing/scene.ts';
import {
  chooseBehaviour,
  MISBEHAVIOURS,
  type Manners,
  type Misbehaviour,
  type OrderInQuestion,
  type ScriptRule,
} from './behaviour.ts';

const question = (number: number, differently: Partial<OrderInQuestion> = {}): OrderInQuestion => ({
  requestId: requestIdOf(number),
  kind: 'new',
  nth: number,
  symbol: 'EUR/USD',
  volumeE8: lots('0.10'),
  rests: false,
  ...differently,
});
const manners = (differently: Partial<Manners>): Manners => profileOf(differently).manners;
const rate = (probability: string): bigint => parseE8(probability) ?? 0n;
const many = (given: Manners, count = 2_000) => Array.from({ length: count }, (_, n) => chooseBehaviour(given, question(n)));

describe('chance', () => {
  it('is the same for the same seed and request, whatever came before', () => {
    const given = manners({ ratesE8: { reject: rate('0.5'), parts: rate('0.5'), repeat: rate('0.5') } });
    expect(chooseBehaviour(given, question(7))).toEqual(chooseBehaviour(given, question(7, { nth: 99 })));
  });

  it('is another for another seed', () => {
    const outcomes = (seed: number) => many(manners({ seed, ratesE8: { silent: rate('0.5') } }), 64).map(({ silent }) => silent);
    expect(outcomes(1)).not.toEqual(outcomes(2));
  });

  it('draws latencies from the whole of the range and not beyond it', () => {
    const latencies = new Set(many(manners({})).map(({ latencyMs }) => latencyMs));
    expect([Math.min(...latencies), Math.max(...latencies), latencies.size]).toEqual([5, 40, 36]);
  });

  const signs: Readonly<Record<Misbehaviour, (behaviour: ReturnType<typeof chooseBehaviour>) => boolean>> = {
    reject: ({ reject }) => reject !== null,
    silent: ({ silent }) => silent,
    lose: ({ lose }) => lose,
    late: ({ latencyMs }) => latencyMs >= 6_000,
    parts: ({ parts }) => parts > 1,
    short: ({ short }) => short,
    repeat: ({ repeat }) => repeat.length > 0,
    reorder: ({ reorder }) => reorder,
    end_first: ({ endFirst }) => endFirst.length > 0,
    overfill: ({ overfill }) => overfill,
    distort: ({ distort }) => distort.length > 0,
    mute: ({ mute }) => mute,
  };

  it.each(MISBEHAVIOURS)('does %s about as often as its rate says, and nothing else', (misbehaviour) => {
    const behaviours = many(manners({ ratesE8: { [misbehaviour]: rate('0.1') } }));
    const count = behaviours.filter(signs[misbehaviour]).length;
    expect(count).toBeGreaterThan(150);
    expect(count).toBeLessThan(250);
    for (const other of MISBEHAVIOURS) {
      if (other !== misbehaviour) expect(behaviours.filter(signs[other])).toEqual([]);
    }
  });

  it('always happens at a rate of one, never at zero, and leaves the other outcomes as they were when a rate changes', () => {
    expect(many(manners({ ratesE8: { reject: rate('1') } }), 200).every(signs.reject)).toBe(true);
    const silentOnly = many(manners({ ratesE8: { silent: rate('0.3') } })).map(signs.silent);
    const both = many(manners({ ratesE8: { silent: rate('0.3'), reject: rate('0.3') } })).map(signs.silent);
    expect(both).toEqual(silentOnly);
  });

  it('repeats reports under the same message id and under new ones', () => {
    const repetitions = new Set(many(manners({ ratesE8: { repeat: rate('1') } }), 50).flatMap(({ repeat }) => repeat));
    expect(repetitions).toEqual(new Set(['same_id', 'new_id']));
  });
});

describe('a script', () => {
  const script: readonly ScriptRule[] = [
    { when: { nth: 3 }, then: { silent: true } },
    { when: { symbol: 'SPX500', kind: 'close' }, then: { reject: 'market_closed' } },
    { when: { volume: '0.130' }, then: { parts: 3, repeat: ['same_id', 'new_id'], latencyMs: 1 } },
    { when: { kind: 'new', volume: '7' }, then: { late: true, latencyMs: 10 } },
  ];
  const given = manners({ script, ratesE8: { short: rate('1') } });

  it('picks an order by its place, symbol, kind and volume', () => {
    expect(chooseBehaviour(given, question(3)).silent).toBe(true);
    expect(chooseBehaviour(given, question(4)).silent).toBe(false);
    expect(chooseBehaviour(given, question(5, { symbol: 'SPX500', kind: 'close' })).reject).toBe('market_closed');
    expect(chooseBehaviour(given, question(5, { symbol: 'SPX500' })).reject).toBeNull();
    expect(chooseBehaviour(given, question(5, { volumeE8: lots('0.13') }))).toMatchObject({
      parts: 3,
      repeat: ['same_id', 'new_id'],
      latencyMs: 1,
    });
    expect(chooseBehaviour(given, question(5, { volumeE8: lots('7') })).latencyMs).toBe(6_010);
  });

  it('decides alone where it decides, and leaves the rest to chance', () => {
    expect(chooseBehaviour(given, question(3)).short).toBe(false);
    expect(chooseBehaviour(given, question(4)).short).toBe(true);
  });
});
