import { exactly, rowOf } from '../row.ts';
import { plotRatios } from './plot.ts';

const row = (name: string, ours: number) =>
  rowOf({ row: name, unit: 'orders/s', betterIs: 'higher', ours: exactly(ours), other: exactly(1), otherName: 'floor', bar: 1 });

/** Of the n-th row. */
const widths = (svg: string): number[] =>
  [...svg.matchAll(/<rect x="\d+" y="\d+" width="([\d.]+)"/g)].map(([, width]) => Number(width));

it('draws each row as wide as its ratio, in multiples of its bar', () => {
  const [half, whole, twice] = widths(plotRatios([row('a', 0.5), row('b', 1), row('c', 2)]));
  expect((whole ?? 0) / (half ?? 1)).toBeCloseTo(2, 1);
  expect((twice ?? 0) / (whole ?? 1)).toBeCloseTo(2, 1);
});

it('shows by its colour what misses its bar', () => {
  const colours = [...plotRatios([row('a', 0.5), row('b', 1)]).matchAll(/height="20" fill="(#\w+)"/g)].map(
    ([, colour]) => colour,
  );
  expect(new Set(colours).size).toBe(2);
});

it('writes names as text, whatever they hold', () => expect(plotRatios([row('a < b & c', 1)])).toContain('a &lt; b &amp; c'));
