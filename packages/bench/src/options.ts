import { parseArgs } from 'node:util';

export interface BenchOptions {
  /** The rows alone as JSON on standard output. */
  readonly json: boolean;
  /** Writes docs/performance.md and its plots. */
  readonly write: boolean;
  /** Only groups of rows whose name holds this. */
  readonly only: string | undefined;
}

export const BENCH_USAGE = 'npm run bench [-- --json] [--write] [--only placement|confirmations|contended|reads|decisions]';

/** @throws Error that names what is wrong with the arguments. */
export function readBenchOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: { json: { type: 'boolean', default: false }, write: { type: 'boolean', default: false }, only: { type: 'string' } },
  });
  if (values.write && values.only !== undefined) throw new Error('--write needs all rows: leave --only out');
  return { json: values.json, write: values.write, only: values.only };
}
