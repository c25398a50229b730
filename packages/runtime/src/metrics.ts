import assert from 'node:assert/strict';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

const NAME = /^margrave_[a-z][a-z0-9_]*$/;

export type MetricKind = 'counter' | 'gauge' | 'histogram';

/** What is declared of a metric: once, in a service's `metrics.ts`. Few labels, of few values: never an account, an order or a token. */
export interface MetricDeclaration<Label extends string = string> {
  readonly kind: MetricKind;
  readonly name: string;
  /** What is counted or measured, one sentence. */
  readonly sentence: string;
  readonly labels: readonly Label[];
  /** The series that are there from the start, as zero: what never happened is none, not unknown. Those without labels always are. */
  readonly series?: readonly Readonly<Record<Label, string>>[];
  /** The upper bounds of a histogram, in the unit of its name. */
  readonly buckets?: readonly number[];
}

export interface CounterDeclaration<Label extends string = string> extends MetricDeclaration<Label> {
  readonly kind: 'counter';
}
export interface GaugeDeclaration<Label extends string = string> extends MetricDeclaration<Label> {
  readonly kind: 'gauge';
}
export interface HistogramDeclaration<Label extends string = string> extends MetricDeclaration<Label> {
  readonly kind: 'histogram';
  readonly buckets: readonly number[];
}

interface Basics<Label extends string> {
  readonly name: string;
  readonly sentence: string;
  readonly labels?: readonly Label[];
  readonly series?: readonly Readonly<Record<NoInfer<Label>, string>>[];
}

/** Declares one metric by its kind. */
export const metric = {
  counter: <const Label extends string = never>(basics: Basics<Label>): CounterDeclaration<Label> => ({
    kind: 'counter',
    labels: [],
    ...checked(basics, '_total'),
  }),
  gauge: <const Label extends string = never>(basics: Basics<Label>): GaugeDeclaration<Label> => ({
    kind: 'gauge',
    labels: [],
    ...checked(basics),
  }),
  histogram: <const Label extends string = never>(
    basics: Basics<Label> & { readonly buckets: readonly number[] },
  ): HistogramDeclaration<Label> => ({ kind: 'histogram', labels: [], ...checked(basics) }),
};

function checked<Given extends Basics<string>>(basics: Given, suffix = ''): Given {
  assert(NAME.test(basics.name) && basics.name.endsWith(suffix), `${basics.name} is not a name for this kind of metric`);
  assert(basics.sentence.endsWith('.'), `${basics.name} is documented by a sentence, with its full stop`);
  return basics;
}

/** Seconds, from a tenth of a millisecond, which a warm decision takes, to the five seconds after which nobody waits. */
export const SECONDS_BUCKETS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** Counts from one to the largest batch. */
export const COUNT_BUCKETS = [1, 2, 4, 8, 16, 32, 64, 128, 256];

export type MetricDeclarations = Readonly<Record<string, CounterDeclaration | GaugeDeclaration | HistogramDeclaration>>;

type LabelOf<Declaration> = Declaration extends MetricDeclaration<infer Label> ? Label : never;
type MetricOf<Declaration> = Declaration extends CounterDeclaration
  ? Counter<LabelOf<Declaration>>
  : Declaration extends GaugeDeclaration
    ? Gauge<LabelOf<Declaration>>
    : Declaration extends HistogramDeclaration
      ? Histogram<LabelOf<Declaration>>
      : never;

export type Metrics<Declarations extends MetricDeclarations> = {
  readonly [Name in keyof Declarations]: MetricOf<Declarations[Name]>;
};

/** Makes the declared metrics in a registry. A name that the registry has already is a bug, and throws. */
export function createMetrics<const Declarations extends MetricDeclarations>(
  declarations: Declarations,
  registry: Registry,
): Metrics<Declarations> {
  const metrics = Object.entries(declarations).map(([key, declaration]) => [key, createMetric(declaration, registry)]);
  return Object.freeze(Object.fromEntries(metrics)) as Metrics<Declarations>;
}

function createMetric(declaration: MetricDeclarations[string], registry: Registry): Counter | Gauge | Histogram {
  const { kind, name, sentence: help } = declaration;
  const options = { name, help, labelNames: [...declaration.labels], registers: [registry] };
  const series = declaration.series ?? [];
  switch (kind) {
    case 'counter': {
      const counter = new Counter(options);
      for (const labels of series) counter.inc(labels, 0);
      return counter;
    }
    case 'gauge': {
      const gauge = new Gauge(options);
      for (const labels of series) gauge.set(labels, 0);
      return gauge;
    }
    case 'histogram': {
      const histogram = new Histogram({ ...options, buckets: [...declaration.buckets] });
      for (const labels of series) histogram.zero(labels);
      return histogram;
    }
    default:
      return kind satisfies never;
  }
}

/** The series of one label, each of its values one. */
export const seriesOf = <const Label extends string>(
  label: Label,
  values: readonly string[],
): readonly Readonly<Record<Label, string>>[] => values.map((value) => ({ [label]: value }) as Record<Label, string>);

/** A registry of its own: nothing is registered behind the back of who reads it. */
export const createMetricRegistry = (): Registry => new Registry();

/** Calls `collect` each time before the metric is read, and waits for it. */
export function readAtScrape(watched: Counter<string> | Gauge<string>, collect: () => void | Promise<void>): void {
  // prom-client calls `collect` of a metric before it reads it, but takes it from the constructor's options only by type.
  Object.assign(watched, { collect });
}

/** Sets a gauge without labels each time the metrics are read, to what is true then. */
export const setAtScrape = (gauge: Gauge<never>, read: () => number | Promise<number>): void =>
  readAtScrape(gauge, async () => gauge.set(await read()));

/** One row of the generated reference of metrics. */
export interface MetricRow {
  readonly name: string;
  readonly kind: MetricKind;
  readonly labels: readonly string[];
  readonly sentence: string;
}

/** Declarations as rows of documentation, sorted by name. */
export function metricRows(declarations: MetricDeclarations): readonly MetricRow[] {
  return Object.values(declarations)
    .map(({ name, kind, labels, sentence }) => ({ name, kind, labels, sentence }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
