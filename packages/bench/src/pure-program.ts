import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { figureOf, type Figure } from './row.ts';

const FOLDER = new URL('../../domain/src/testing/', import.meta.url);
const ROUNDS = 3;

/**
 * Runs a program of the domain that prints medians in µs as JSON, each round in a process of its own. What it gives finds a figure
 * by the beginning of its name there.
 */
export async function measurePure(file: string): Promise<(begins: string) => Figure> {
  const program = fileURLToPath(new URL(file, FOLDER));
  const rounds: [name: string, median: number][][] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const { stdout } = await promisify(execFile)(process.execPath, [program, '--json']);
    rounds.push(Object.entries(JSON.parse(stdout) as Record<string, number>));
  }
  return (begins) =>
    figureOf(
      rounds.map((medians) => {
        const found = medians.find(([name]) => name.startsWith(begins));
        if (found === undefined) throw new Error(`${program} measures nothing that begins with ${begins}`);
        return found[1];
      }),
    );
}
