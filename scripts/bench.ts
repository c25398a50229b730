// npm run bench [-- --json] [--only NAME]: how fast the product is beside programs that do the same work without its rules.
import { join } from 'node:path';
import {
  BENCH_USAGE,
  describeRows,
  performancePage,
  plotRatios,
  readBenchOptions,
  runBench,
  withoutFigures,
  type BenchOptions,
} from '../packages/bench/src/index.ts';
import { writePages } from './reference/write-pages.ts';

let options: BenchOptions;
try {
  options = readBenchOptions(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`margrave: ${error instanceof Error ? error.message : String(error)}\nusage: ${BENCH_USAGE}\n`);
  process.exit(2);
}
const say = (sentence: string): void => void process.stderr.write(`margrave: ${sentence}\n`);
const { rows, servers } = await runBench(options, say).catch((error: unknown) => {
  say(error instanceof Error ? error.message : String(error));
  process.exit(1);
});
if (options.write) {
  const today = new Date().toISOString().slice(0, 10);
  const pages = [
    { path: 'docs/performance.md', render: () => performancePage(rows, servers, today) },
    { path: 'docs/performance/ratios.svg', render: () => plotRatios(rows) },
  ];
  say(`wrote ${(await writePages(join(import.meta.dirname, '..'), pages)).join(' and ')}`);
}
process.stdout.write(options.json ? `${JSON.stringify(rows.map(withoutFigures), null, 2)}\n` : describeRows(rows));
process.exit(rows.every(({ pass }) => pass) ? 0 : 1);
