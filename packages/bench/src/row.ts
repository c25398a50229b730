/** A line of the report, as `--json` prints it. */
export interface BenchRow {
  readonly row: string;
  readonly value: number;
  readonly unit: string;
  /** What it is compared with, and its figure in the same unit. */
  readonly comparedWith: string;
  /** The value against the thing compared with, in the sense that higher is better. */
  readonly ratio: number;
  /** The least ratio that passes. */
  readonly bar: number;
  readonly pass: boolean;
}

/** A row with what it was made of, for the page. */
export interface MeasuredRow extends BenchRow {
  readonly ours: Figure;
  readonly other: Figure;
}

/** A figure taken several times: its median, and the least and the most of it. */
export interface Figure {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export function figureOf(values: readonly number[]): Figure {
  const sorted = values.toSorted((a, b) => a - b);
  const [least, most] = [sorted[0], sorted.at(-1)];
  if (least === undefined || most === undefined) throw new Error('a figure is taken at least once');
  const middle = (sorted.length - 1) / 2;
  const median = ((sorted[Math.floor(middle)] ?? least) + (sorted[Math.ceil(middle)] ?? least)) / 2;
  return { median, least, most };
}

/** What was measured and what it is compared with, round by round. */
export interface Comparison {
  readonly row: string;
  readonly unit: string;
  readonly betterIs: 'higher' | 'lower';
  readonly ours: Figure;
  readonly other: Figure;
  readonly otherName: string;
  readonly bar: number;
  /** Why the row cannot pass, whatever the ratio. */
  readonly fault?: string | undefined;
}

const rounded = (value: number): number => Number(value.toPrecision(4));

export function rowOf({ row, unit, betterIs, ours, other, otherName, bar, fault }: Comparison): MeasuredRow {
  const ratio = rounded(betterIs === 'higher' ? ours.median / other.median : other.median / ours.median);
  return {
    row,
    value: rounded(ours.median),
    unit,
    comparedWith: `${otherName}: ${rounded(other.median)} ${unit}${fault === undefined ? '' : `; ${fault}`}`,
    ratio,
    bar,
    pass: fault === undefined && ratio >= bar,
    ours,
    other,
  };
}

/** One figure that nobody measured: a bar, or a count that must be met. */
export const exactly = (value: number): Figure => ({ median: value, least: value, most: value });

/** The seven fields and no others. */
export const withoutFigures = ({ row, value, unit, comparedWith, ratio, bar, pass }: BenchRow): BenchRow => ({
  row,
  value,
  unit,
  comparedWith,
  ratio,
  bar,
  pass,
});
