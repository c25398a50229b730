/** How the numbers of a panel are to be read; the words are Grafana's. */
export type Unit = 's' | 'short' | 'ops' | 'percentunit' | 'bytes' | 'none';

export interface Query {
  /** PromQL. */
  readonly expression: string;
  /** What each line is called, with `{{label}}` for the value of a label. */
  readonly legend: string;
}

export interface Panel {
  readonly title: string;
  /** What it shows and what to make of it, for a person who sees it for the first time. */
  readonly sentence: string;
  readonly unit: Unit;
  readonly queries: readonly Query[];
}

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

export interface Dashboard {
  /** Part of its address in Grafana, and the name of its file. */
  readonly uid: string;
  readonly title: string;
  readonly rows: readonly Row[];
}

export const query = (expression: string, legend: string): Query => ({ expression, legend });

/** A panel of one query, or several, in the order in which they are drawn. */
export const panel = (title: string, unit: Unit, sentence: string, ...queries: readonly Query[]): Panel => ({
  title,
  unit,
  sentence,
  queries,
});
