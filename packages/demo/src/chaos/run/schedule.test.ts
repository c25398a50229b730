import { FAULT_KINDS, SERVERS, SERVICES } from './fault.ts';
import { planFaults } from './schedule.ts';

const named = (seed: number, kinds: readonly (typeof FAULT_KINDS)[number][] = FAULT_KINDS): readonly string[] =>
  planFaults({ seed, kinds }).flatMap(({ first }) => first.map(({ kind, target }) => `${kind} ${target}`));

describe('the faults of a chaos run', () => {
  it('are of every kind, and kill and stop every service and every server, whatever the seed', () => {
    for (const seed of [0, 1, 4_294_967_295]) {
      const faults = named(seed);
      const kinds = new Set(faults.map((fault) => fault.split(' ')[0]));
      expect([...kinds].toSorted()).toEqual([...FAULT_KINDS].toSorted());
      const processes = [...SERVICES, ...SERVERS].flatMap((target) => [`kill ${target}`, `pause ${target}`]);
      expect(faults).toEqual(expect.arrayContaining([...processes, 'flush redis', 'disk_full postgres', 'disk_full nats']));
    }
  });

  it('are the same for the same seed, those that come later too, and others for another', () => {
    const all = (seed: number) =>
      planFaults({ seed, kinds: FAULT_KINDS }).map(({ name, first, next }) => ({ name, first, later: [next(), next(), next()] }));
    expect(all(7)).toEqual(all(7));
    expect(all(7)).not.toEqual(all(8));
  });

  it('are of one kind alone where that is asked for, and of those that are left where one cannot be', () => {
    expect(named(3, ['flush'])).toEqual(['flush redis']);
    expect(named(3, ['half_open'])).toHaveLength(1);
    const withoutDisks = named(
      3,
      FAULT_KINDS.filter((kind) => kind !== 'disk_full'),
    );
    expect(withoutDisks.filter((fault) => fault.startsWith('disk_full'))).toEqual([]);
  });
});
