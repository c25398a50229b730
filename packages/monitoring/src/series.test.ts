import { perSecond, quantile } from './promql.ts';
import { pick } from './series.ts';

describe('a selector', () => {
  it('asks for a value of a label, for a pattern, or for none of some values', () => {
    expect(pick('margrave_orders_total').text).toBe('margrave_orders_total');
    const { text } = pick('margrave_orders_total', { flow: 'local', outcome: /busy|unknown/ });
    expect(text).toBe('margrave_orders_total{flow="local",outcome=~"busy|unknown"}');
    const others = pick('margrave_check_ok', { check: { noneOf: ['nats', 'redis'] } });
    expect(others.text).toBe('margrave_check_ok{check!~"nats|redis"}');
  });

  it('does not compile for a metric that no service declares, nor for a label that it has not', () => {
    // @ts-expect-error -- nobody declares it
    pick('margrave_orders');
    // @ts-expect-error -- a histogram has no series under its own name
    pick('margrave_query_seconds');
    // @ts-expect-error -- orders are not counted by symbol
    pick('margrave_orders_total', { symbol: 'EURUSD' });
    // @ts-expect-error -- nor added up by it
    perSecond(pick('margrave_orders_total'), ['symbol']);
    expect(perSecond(pick('margrave_orders_total'), ['flow', 'job'], '5m')).toBe(
      'sum by (flow, job) (rate(margrave_orders_total[5m]))',
    );
  });

  it('of buckets is what a quantile is taken of', () => {
    // @ts-expect-error -- how often is no distribution
    quantile(0.99, pick('margrave_query_seconds_count'));
    expect(quantile(0.99, pick('margrave_query_seconds_bucket'), ['statement'])).toBe(
      'histogram_quantile(0.99, sum by (le, statement) (rate(margrave_query_seconds_bucket[$__rate_interval])))',
    );
  });
});
