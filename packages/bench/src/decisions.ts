import { measurePure } from './pure-program.ts';
import { exactly, rowOf, type MeasuredRow } from './row.ts';

/** Each by the beginning of its name there, with how many µs it may take. */
const BARS = [
  { begins: 'local: ', row: 'decide, 50 positions in 20 symbols', microsMax: 60 },
  { begins: 'the same tick again: ', row: 'tick that says nothing new, judged', microsMax: 5 },
] as const;

/** What the pure decisions take by themselves. */
export async function measureDecisions(): Promise<MeasuredRow[]> {
  const figure = await measurePure('measure-decide-main.ts');
  return BARS.map(({ begins, row, microsMax }) => {
    const other = exactly(microsMax);
    return rowOf({ row, unit: 'µs p50', betterIs: 'lower', ours: figure(begins), other, otherName: 'the bar', bar: 1 });
  });
}
