import { describeMoment, filled, quantile, withStatus } from './summary.ts';
import { newTally } from './trader.ts';

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

  it('says that there is nothing yet when there is nothing yet', () =>
    expect(describeMoment({ seconds: 1, quotesPerSecond: 50, counts: [], tally: newTally(), account: undefined })).toContain(
      'none yet',
    ));
});
