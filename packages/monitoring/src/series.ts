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

/** What is asked of a label: its value, a pattern that all of it must match, or values that it must not have. */
type Wanted = string | RegExp | { readonly noneOf: readonly string[] };

export function pick<const Of extends Series>(
  series: Of,
  where: Partial<Readonly<Record<NoInfer<LabelOf<Of>>, Wanted>>> = {},
): Selector<LabelOf<Of>> {
  const matchers = Object.entries<Wanted | undefined>(where).flatMap(([label, wanted]) => {
    if (wanted === undefined) return [];
    if (wanted instanceof RegExp) return `${label}=~"${wanted.source}"`;
    return typeof wanted === 'string' ? `${label}="${wanted}"` : `${label}!~"${wanted.noneOf.join('|')}"`;
  });
  return { text: matchers.length === 0 ? series : `${series}{${matchers.join(',')}}` };
}
