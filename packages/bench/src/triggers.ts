import { measurePure } from './pure-program.ts';
import { exactly, rowOf, type MeasuredRow } from './row.ts';

const MICROS_MAX = 5;
const LEVELS = [
  { begins: '1000 ', levels: '1 000' },
  { begins: '100000 ', levels: '100 000' },
  { begins: '1000000 ', levels: '1 000 000' },
] as const;

/** A tick that reaches nothing, however many levels rest in the book. */
export async function measureTriggers(): Promise<MeasuredRow[]> {
  const figure = await measurePure('measure-triggers-main.ts');
  const tick = { unit: 'µs p50', betterIs: 'lower' } as const;
  return [
    ...LEVELS.map(({ begins, levels }) => {
      const row = `triggers, tick that reaches none of ${levels}`;
      return rowOf({ ...tick, row, ours: figure(begins), other: exactly(MICROS_MAX), otherName: 'the bar', bar: 1 });
    }),
    rowOf({
      ...tick,
      row: 'triggers, tick that reaches none of a million, against a thousand',
      ours: figure('1000000 '),
      other: figure('1000 '),
      otherName: 'at a thousand',
      bar: 0.5,
    }),
  ];
}
