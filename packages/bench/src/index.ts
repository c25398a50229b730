export { BENCH_USAGE, readBenchOptions, type BenchOptions } from './options.ts';
export { describeRows } from './report/table.ts';
export { withoutFigures, type MeasuredRow } from './row.ts';
export { runBench } from './run-bench.ts';
