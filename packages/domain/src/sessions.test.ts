import { ALWAYS_OPEN, FX_WEEK } from './testing/build.ts';
import { isSessionOpen, type Sessions } from './sessions.ts';

const at = (utc: string): number => Date.parse(utc);

describe('FX, Sunday 17:00 to Friday 17:00 in New York', () => {
  it.each([
    ['winter', '2026-01-04T21:59:59.999Z', false],
    ['winter', '2026-01-04T22:00:00.000Z', true],
    ['winter', '2026-01-09T21:59:59.999Z', true],
    ['winter', '2026-01-09T22:00:00.000Z', false],
    ['summer', '2026-07-05T20:59:59.999Z', false],
    ['summer', '2026-07-05T21:00:00.000Z', true],
    ['summer', '2026-07-10T20:59:59.999Z', true],
    ['summer', '2026-07-10T21:00:00.000Z', false],
  ])('in %s at %s is open: %s', (_season, utc, open) => expect(isSessionOpen(FX_WEEK, at(utc))).toBe(open));

  it.each([
    ['the Friday before clocks go forward closes at 22:00 UTC', '2026-03-06T21:59:59.999Z', '2026-03-06T22:00:00.000Z'],
    ['the Friday before clocks go back closes at 21:00 UTC', '2026-10-30T20:59:59.999Z', '2026-10-30T21:00:00.000Z'],
  ])('%s', (_name, lastOpen, firstClosed) => {
    expect(isSessionOpen(FX_WEEK, at(lastOpen))).toBe(true);
    expect(isSessionOpen(FX_WEEK, at(firstClosed))).toBe(false);
  });

  it.each([
    ['the Sunday on which clocks go forward opens at 21:00 UTC', '2026-03-08T20:59:59.999Z', '2026-03-08T21:00:00.000Z'],
    ['the Sunday on which clocks go back opens at 22:00 UTC', '2026-11-01T21:59:59.999Z', '2026-11-01T22:00:00.000Z'],
  ])('%s', (_name, lastClosed, firstOpen) => {
    expect(isSessionOpen(FX_WEEK, at(lastClosed))).toBe(false);
    expect(isSessionOpen(FX_WEEK, at(firstOpen))).toBe(true);
  });

  it('trades a hundred and twenty hours of every week, the two with a clock change among them', () => {
    for (const sunday of ['2026-03-01', '2026-03-08', '2026-06-07', '2026-10-25', '2026-11-01']) {
      const fromMs = at(`${sunday}T12:00:00Z`);
      const minutes = Array.from({ length: 10_080 }, (_, minute) => fromMs + minute * 60_000);
      expect(minutes.filter((nowMs) => isSessionOpen(FX_WEEK, nowMs))).toHaveLength(7_200);
    }
  });
});

describe('a holiday', () => {
  const sessions = { ...FX_WEEK, holidays: ['2026-12-25'] };

  it.each([
    ['2026-12-25T04:59:59.999Z', true],
    ['2026-12-25T05:00:00.000Z', false],
    ['2026-12-25T21:00:00.000Z', false],
  ])('is a day of the exchange, not of UTC: at %s open is %s', (utc, open) =>
    expect(isSessionOpen(sessions, at(utc))).toBe(open),
  );

  it('closes even what else trades always', () => {
    const always: Sessions = { ...ALWAYS_OPEN, holidays: ['2026-01-01'] };
    expect(isSessionOpen(always, at('2025-12-31T23:59:59.999Z'))).toBe(true);
    expect(isSessionOpen(always, at('2026-01-01T12:00:00.000Z'))).toBe(false);
    expect(isSessionOpen(always, at('2026-01-02T00:00:00.000Z'))).toBe(true);
  });
});

describe('an index with an hour of rest every day', () => {
  /** Sunday 18:00 to Friday 17:00 in New York, resting from 17:00 to 18:00. */
  const day = 1_440;
  const index: Sessions = {
    timeZone: 'America/New_York',
    weekly: [0, 1, 2, 3, 4].map((weekday) => ({
      fromMinute: weekday * day + 18 * 60,
      toMinute: (weekday + 1) * day + 17 * 60,
    })),
    holidays: [],
  };

  it.each([
    ['2026-01-07T21:59:59.999Z', true],
    ['2026-01-07T22:00:00.000Z', false],
    ['2026-01-07T22:59:59.999Z', false],
    ['2026-01-07T23:00:00.000Z', true],
    ['2026-07-08T21:30:00.000Z', false],
    ['2026-07-08T22:00:00.000Z', true],
  ])('at %s is open: %s', (utc, open) => expect(isSessionOpen(index, at(utc))).toBe(open));
});

describe('a symbol that always trades', () => {
  it.each(['2026-01-03T12:00:00Z', '2026-01-04T00:00:00Z', '2026-03-29T01:30:00Z'])('is open on %s', (utc) =>
    expect(isSessionOpen(ALWAYS_OPEN, at(utc))).toBe(true),
  );
});

describe('the same question asked in any order', () => {
  it('has the same answer: what was asked before does not matter', () => {
    const [open, closed] = [at('2026-01-07T12:00:00Z'), at('2026-01-10T12:00:00Z')];
    const asked = [open, closed, open + 1, closed + 1, open];
    expect(asked.map((nowMs) => isSessionOpen(FX_WEEK, nowMs))).toEqual([true, false, true, false, true]);
    expect(isSessionOpen({ ...FX_WEEK, timeZone: 'Asia/Tokyo' }, open)).toBe(true);
    expect(isSessionOpen({ ...FX_WEEK, timeZone: 'Asia/Tokyo' }, at('2026-01-09T08:00:00Z'))).toBe(false);
    expect(isSessionOpen(FX_WEEK, at('2026-01-09T08:00:00Z'))).toBe(true);
  });
});
