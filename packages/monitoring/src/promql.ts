import { pick, type LabelOf, type Selector, type Series } from './series.ts';

/** Grafana puts in its place a range that holds a few scrapes, whatever the time on the screen. */
export const PANEL_RANGE = '$__rate_interval';

const grouped = (aggregate: 'sum' | 'max' | 'min', by: readonly string[], inner: string): string =>
  by.length === 0 ? `${aggregate}(${inner})` : `${aggregate} by (${by.join(', ')}) (${inner})`;

/** How often a second, added up over instances and every label but those named. */
export const perSecond = <Label extends string>(
  counter: Selector<Label>,
  by: readonly NoInfer<Label>[] = [],
  range: string = PANEL_RANGE,
): string => grouped('sum', by, `rate(${counter.text}[${range}])`);

/** A quantile of a histogram, over all instances, for each of the labels named. */
export const quantile = <Label extends string>(
  q: number,
  buckets: Selector<Label> & ('le' extends Label ? unknown : never),
  by: readonly NoInfer<Exclude<Label, 'le'>>[] = [],
  range: string = PANEL_RANGE,
): string => `histogram_quantile(${q}, sum by (${['le', ...by].join(', ')}) (rate(${buckets.text}[${range}])))`;

/** The worst of all instances. */
export const highest = <Label extends string>(gauge: Selector<Label>, by: readonly NoInfer<Label>[] = []): string =>
  grouped('max', by, gauge.text);

export const lowest = <Label extends string>(gauge: Selector<Label>, by: readonly NoInfer<Label>[] = []): string =>
  grouped('min', by, gauge.text);

/** Added up over all instances. */
export const total = <Label extends string>(gauge: Selector<Label>, by: readonly NoInfer<Label>[] = []): string =>
  grouped('sum', by, gauge.text);

/** Every series of that name. */
export const all = <const Of extends Series>(series: Of): Selector<LabelOf<Of>> => pick(series);
