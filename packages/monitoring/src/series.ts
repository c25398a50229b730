import type { Metrics } from './generated/metrics.ts';

type Name = keyof Metrics;

/** What Prometheus and `prom-client` say of every process. */
type OfEveryProcess = 'up' | 'process_resident_memory_bytes' | 'process_cpu_seconds_total';

/** A name under which Prometheus keeps something that a service declares: a histogram has three. */
export type Series =
  | {
      [Metric in Name]: Metrics[Metric]['kind'] extends 'histogram' ? `${Metric}_${'bucket' | 'count' | 'sum'}` : Metric;
    }[Name]
  | OfEveryProcess;

type MetricOf<Of extends Series> = Of extends Name
  ? Of
  : Of extends `${infer Metric extends Name}_${'bucket' | 'count' | 'sum'}`
    ? Metric
    : never;

/** What a scrape adds to each series. */
export type ScrapeLabel = 'job' | 'instance';

/** The labels of a series, as its metric declares them. */
export type LabelOf<Of extends Series> =
  Metrics[MetricOf<Of>]['label'] | ScrapeLabel | (Of extends `${string}_bucket` ? 'le' : never);

/** Series with what is asked of their labels, as PromQL; a label that they do not have is a type error wherever it is used. */
export interface Selector<Label extends string> {
  readonly text: string;
  /** Never there: it carries the type. */
  readonly labels?: Label;
}

/** @param where - the value that a label must have, or the pattern that all of it must match. */
export function pick<const Of extends Series>(
  series: Of,
  where: Partial<Readonly<Record<NoInfer<LabelOf<Of>>, string | RegExp>>> = {},
): Selector<LabelOf<Of>> {
  const matchers = Object.entries<string | RegExp | undefined>(where).flatMap(([label, wanted]) => {
    if (wanted === undefined) return [];
    return wanted instanceof RegExp ? `${label}=~"${wanted.source}"` : `${label}="${wanted}"`;
  });
  return { text: matchers.length === 0 ? series : `${series}{${matchers.join(',')}}` };
}
