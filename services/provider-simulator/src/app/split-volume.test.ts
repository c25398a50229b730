import type { LotsE8 } from '@margrave/vocabulary';
import fc from 'fast-check';
import { lots } from '../testing/scene.ts';
import { splitVolume } from './split-volume.ts';

it.each([
  ['0.10', '0.01', 2, ['0.05', '0.05']],
  ['0.05', '0.01', 2, ['0.03', '0.02']],
  ['0.01', '0.01', 2, ['0.01']],
  ['0.3', '0.1', 2, ['0.2', '0.1']],
  ['1', '0.01', 3, ['0.34', '0.33', '0.33']],
  ['0.02', '0.01', 5, ['0.01', '0.01']],
])('%s lots in steps of %s and %d parts are %j', (volume, step, parts, expected) => {
  expect(splitVolume(lots(volume), lots(step), parts)).toEqual(expected.map(lots));
});

it('parts are positive multiples of the step, about equal, no more than asked for, and together the volume', () => {
  const steps = fc.bigInt(1n, 100_000n);
  fc.assert(
    fc.property(steps, fc.bigInt(1n, 10n ** 8n), fc.integer({ min: 1, max: 20 }), (count, stepE8, parts) => {
      const volumeE8 = (count * stepE8) as LotsE8;
      const split = splitVolume(volumeE8, stepE8 as LotsE8, parts);
      expect(split.reduce((sum, part) => sum + part, 0n)).toBe(volumeE8);
      expect(split.every((part) => part > 0n && part % stepE8 === 0n)).toBe(true);
      expect(BigInt(split.length)).toBe(count < BigInt(parts) ? count : BigInt(parts));
      expect((split[0] ?? 0n) - (split.at(-1) ?? 0n)).toBeLessThanOrEqual(stepE8);
    }),
  );
});
