import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { exactly, figureOf, rowOf, type Figure, type MeasuredRow } from './row.ts';

const PROGRAM = fileURLToPath(new URL('../../domain/src/testing/measure-triggers-main.ts', import.meta.url));
const ROUNDS = 3;
const MICROS_MAX = 5;

/** A tick that reaches nothing, however many levels rest in the book, each round in a process of its own. */
export async function measureTriggers(): Promise<MeasuredRow[]> {
  const rounds: Readonly<Record<string, number>>[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, '--json']);
    rounds.push(JSON.parse(stdout) as Record<string, number>);
  }
  const atLevels = (levels: number): Figure =>
    figureOf(
      rounds.map((medians) => {
        const median = medians[levels];
        if (median === undefined) throw new Error(`${PROGRAM} measures nothing at ${levels} levels`);
        return median;
      }),
    );
  const figures = [1_000, 100_000, 1_000_000].map((levels) => ({
    levels: levels.toLocaleString('fr-FR'),
    ours: atLevels(levels),
  }));
  const tick = { unit: 'µs p50', betterIs: 'lower' } as const;
  return [
    ...figures.map(({ levels, ours }) =>
      rowOf({
        ...tick,
        row: `triggers, tick that reaches none of ${levels}`,
        ours,
        other: exactly(MICROS_MAX),
        otherName: 'the bar',
        bar: 1,
      }),
    ),
    rowOf({
      ...tick,
      row: 'triggers, tick that reaches none of a million, against a thousand',
      ours: atLevels(1_000_000),
      other: atLevels(1_000),
      otherName: 'at a thousand',
      bar: 0.5,
    }),
  ];
}
