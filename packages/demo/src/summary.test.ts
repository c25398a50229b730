import { describeMoment, filled, quantile, withStatus } from './summary.ts';
import { newTally, notePlacement } from './trader.ts';

const counts = [
  { flow: 'local', status: 'filled', count: 7 },
  { flow: 'local', status: 'close filled', count: 2 },
  { flow: 'local', status: 'denied', count: 1 },
  { flow: 'provider', status: 'filled', count: 5 },
];

describe('the summary of the demo', () => {
  it('counts openings and closes apart', () => {
    expect([
      filled(counts, 'local'),
      filled(counts, 'provider'),
      withStatus(counts, 'close filled'),
      withStatus(counts, 'denied'),
    ]).toEqual([7, 5, 2, 1]);
  });

  it('takes quantiles of what there is', () => {
    expect(quantile([], 0.5)).toBeUndefined();
    expect(quantile([3, 1, 2], 0.5)).toBe(2);
    expect(
      quantile(
        Array.from({ length: 100 }, (_, index) => index),
        0.99,
      ),
    ).toBe(99);
  });

  it('counts every order that was answered, and takes the times of the last of them', () => {
    const tally = newTally();
    for (let count = 1; count <= 12_345; count += 1) notePlacement(tally, count <= 2_345 ? 1_000 : 5);
    expect(tally.placementMs).toHaveLength(10_000);
    const [line] = describeMoment({ seconds: 1, quotesPerSecond: 50, counts: [], tally, account: undefined }).split('\n');
    expect(line).toContain('p50 5.0 ms, p99 5.0 ms (12345 orders)');
  });

  it('says that there is nothing yet when there is nothing yet', () =>
    expect(describeMoment({ seconds: 1, quotesPerSecond: 50, counts: [], tally: newTally(), account: undefined })).toContain(
      'none yet',
    ));
});
