export { BENCH_USAGE, readBenchOptions, type BenchOptions } from './options.ts';
export { performancePage } from './report/page.ts';
export { plotRatios } from './report/plot.ts';
export { describeRows } from './report/table.ts';
export { withoutFigures, type MeasuredRow } from './row.ts';
export { runBench } from './run-bench.ts';
