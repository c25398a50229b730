import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { exactly, figureOf, rowOf, type MeasuredRow } from './row.ts';

const PROGRAM = fileURLToPath(new URL('../../domain/src/testing/measure-decide-main.ts', import.meta.url));
const ROUNDS = 3;

/** Each by the beginning of its name there, with how many µs it may take. */
const BARS = [
  { begins: 'local: ', row: 'decide, 50 positions in 20 symbols', microsMax: 60 },
  { begins: 'the same tick again: ', row: 'tick that says nothing new, judged', microsMax: 5 },
] as const;

/** What the pure decisions take by themselves, each round in a process of its own. */
export async function measureDecisions(): Promise<MeasuredRow[]> {
  const rounds: Readonly<Record<string, number>>[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, '--json']);
    rounds.push(JSON.parse(stdout) as Record<string, number>);
  }
  return BARS.map(({ begins, row, microsMax }) => {
    const ours = rounds.map((medians) => {
      const found = Object.entries(medians).find(([name]) => name.startsWith(begins));
      if (found === undefined) throw new Error(`${PROGRAM} measures nothing that begins with ${begins}`);
      return found[1];
    });
    const other = exactly(microsMax);
    return rowOf({ row, unit: 'µs p50', betterIs: 'lower', ours: figureOf(ours), other, otherName: 'the bar', bar: 1 });
  });
}
