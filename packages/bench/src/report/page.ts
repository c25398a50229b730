import { availableParallelism, cpus, totalmem } from 'node:os';
import type { MeasuredRow } from '../row.ts';

/** The machine, in words. */
export function describeMachine(): string {
  const model = cpus()[0]?.model.trim() ?? 'an unknown processor';
  return `${availableParallelism()} cores of ${model}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform}, Node ${process.version}`;
}

const spread = (figure: MeasuredRow['ours']): string =>
  figure.least === figure.most ? '' : ` (${Number(figure.least.toPrecision(3))} to ${Number(figure.most.toPrecision(3))})`;

/** `docs/performance.md`. */
export function performancePage(rows: readonly MeasuredRow[], servers: string, day: string): string {
  const lines = rows.map(({ row, value, unit, comparedWith, ratio, bar, pass, ours, other }) =>
    [row, `${value} ${unit}${spread(ours)}`, `${comparedWith}${spread(other)}`, ratio, `≥ ${bar}`, pass ? 'yes' : '**no**'].join(
      ' | ',
    ),
  );
  return `# How fast it is

Written by \`npm run bench -- --write\` on ${day}: ${describeMachine()}; ${servers}; services, servers and load on the one machine. Figures of another machine or another day compare with nothing here: the ratios do, which were taken in alternation within this run, each the median of three rounds, its least and most in parentheses. Before a figure was taken, PostgreSQL was asked whether the work was done.

The **floor** is a program on \`node:http\` that writes the very rows that the product wrote for such an order, in one statement a batch and with group commit, and knows no rules: no token, no margin, no lock, no check, no message. The **sequential baseline** makes five calls of Redis and three of the database one after the other, in floating point.

![Each ratio beside its bar](performance/ratios.svg)

| what | measured | compared with | ratio | bar | met |
| --- | --- | --- | --- | --- | --- |
${lines.map((line) => `| ${line} |`).join('\n')}
`;
}
