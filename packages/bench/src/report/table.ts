import type { MeasuredRow } from '../row.ts';

/** The rows for a person at a terminal. */
export function describeRows(rows: readonly MeasuredRow[]): string {
  const lines = rows.map(({ row, value, unit, comparedWith, ratio, bar, pass }) =>
    [
      pass ? 'ok    ' : 'MISSED',
      row.padEnd(62),
      `${value} ${unit}`.padEnd(20),
      `ratio ${ratio} (bar ${bar})`.padEnd(26),
      comparedWith,
    ].join('  '),
  );
  return `${lines.join('\n')}\n`;
}
