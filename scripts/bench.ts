// npm run bench [-- --json] [--only NAME]: how fast the product is beside programs that do the same work without its rules.
import {
  BENCH_USAGE,
  describeRows,
  readBenchOptions,
  runBench,
  withoutFigures,
  type BenchOptions,
} from '../packages/bench/src/index.ts';

let options: BenchOptions;
try {
  options = readBenchOptions(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`margrave: ${error instanceof Error ? error.message : String(error)}\nusage: ${BENCH_USAGE}\n`);
  process.exit(2);
}
const say = (sentence: string): void => void process.stderr.write(`margrave: ${sentence}\n`);
const rows = await runBench(options, say);
if (rows instanceof Error) {
  say(rows.message);
  process.exit(1);
}
process.stdout.write(options.json ? `${JSON.stringify(rows.map(withoutFigures), null, 2)}\n` : describeRows(rows));
process.exit(rows.every(({ pass }) => pass) ? 0 : 1);
