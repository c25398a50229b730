import { moment } from '../testing/scene.ts';
import { executionIdOf, nextExecutionNumber, readExecutionNumber, type ExecutionNumber } from './execution-number.ts';

const at = (text: string) => moment(Date.parse(text));
const follow = (times: readonly string[], from?: ExecutionNumber): readonly string[] => {
  let last = from;
  return times.map((time) => executionIdOf('lp-a', (last = nextExecutionNumber(last, at(time)))));
};

it('starts at the time of the day, and counts on within a millisecond', () => {
  const noon = '2026-01-05T12:00:00.000Z';
  expect(follow([noon, noon])).toEqual(['lp-a-20260105-43200000000', 'lp-a-20260105-43200000001']);
});

it('never gives an id again after the journal was lost', () => {
  const before = follow(Array<string>(500).fill('2026-01-05T12:00:00.000Z'));
  expect(before).not.toContain(follow(['2026-01-05T12:00:00.001Z'])[0]);
});

it('begins anew with the next day', () => {
  expect(follow(['2026-01-05T23:59:59.999Z', '2026-01-06T00:00:00.000Z'])).toEqual([
    'lp-a-20260105-86399999000',
    'lp-a-20260106-0',
  ]);
});

it('keeps counting when the clock is set back, also over midnight', () => {
  const ids = follow(['2026-01-06T00:00:00.002Z', '2026-01-06T00:00:00.001Z', '2026-01-05T23:59:59.000Z']);
  expect(ids).toEqual(['lp-a-20260106-2000', 'lp-a-20260106-2001', 'lp-a-20260106-2002']);
});

it('reads its own ids, of any provider name', () => {
  expect(readExecutionNumber('lp-20260101-b-20260105-991')).toEqual({ date: '20260105', counter: 991n });
});
