import { groupPrices, QuoteDesk, type Line } from './quote-desk.ts';
import { instrumentNamed, points, registryOf, symbolNamed, tickOf } from './testing.ts';

const EURUSD = symbolNamed('EURUSD');
/** 2026-01-05 is a Monday. */
const MONDAY_MS = Date.UTC(2026, 0, 5, 12);
const SATURDAY_MS = Date.UTC(2026, 0, 10, 12);
const WEEKDAYS = { timeZone: 'UTC', weekly: [{ fromMinute: 1_440, toMinute: 8_640 }], holidays: [] };

let nowMs: number;
let heard: string[];
let desk: QuoteDesk;
beforeEach(() => {
  nowMs = 0;
  heard = [];
  desk = new QuoteDesk({ monotonicMs: () => nowMs, onNewQuote: (line) => heard.push(line.instrument.symbol) });
  desk.configure(
    registryOf(instrumentNamed('EURUSD', { sessions: WEEKDAYS }), instrumentNamed('BTCUSD', { class: 'crypto' })),
    MONDAY_MS,
  );
});

const line = (symbol = EURUSD): Line => [...desk.lines()].find(({ instrument }) => instrument.symbol === symbol) as Line;

describe('the desk', () => {
  it('says what became of a tick, and tells of new quotes only', () => {
    const results = [
      desk.take(EURUSD, tickOf(108_446, 108_454)),
      desk.take(EURUSD, tickOf(108_460, 108_454)),
      desk.take(symbolNamed('NOPE'), tickOf(1, 2)),
    ];
    expect(results).toEqual(['accepted', 'crossed', 'unknown_symbol']);
    expect(heard).toEqual(['EURUSD']);
  });

  it('keeps the lowest bid and the highest ask of all quotes, not of what it dropped', () => {
    for (const [bid, ask] of [
      [108_446, 108_454],
      [108_440, 108_448],
      [108_450, 108_460],
      [500_000, 500_001],
    ] as const) {
      desk.take(EURUSD, tickOf(bid, ask));
    }
    expect(line().extremes).toEqual({ lowE8: points(108_440), highE8: points(108_460) });
  });

  it('keeps the last price when the session closes, and takes the first one when it opens', () => {
    desk.take(EURUSD, tickOf(108_446, 108_454));
    desk.openSessions(SATURDAY_MS);
    expect(desk.take(EURUSD, tickOf(108_400, 108_480))).toBe('session_closed');
    expect(line().feed.quote?.bidE8).toBe(points(108_446));
    expect(desk.states()).toEqual({ fresh: 0, stale: 0, unknown_age: 0, missing: 1, closed: 1 });
    desk.openSessions(MONDAY_MS);
    expect(desk.take(EURUSD, tickOf(108_401, 108_480))).toBe('accepted');
  });

  it('knows whether anything trades', () => {
    expect(desk.hasOpenSession).toBe(true);
    desk.configure(registryOf(instrumentNamed('EURUSD', { sessions: WEEKDAYS })), SATURDAY_MS);
    expect(desk.hasOpenSession).toBe(false);
  });

  it('keeps what it knows when configuration changes, goes by the new rules, and forgets what is gone', () => {
    desk.take(EURUSD, tickOf(108_446, 108_454));
    desk.configure(registryOf(instrumentNamed('EURUSD', { digits: 4 })), MONDAY_MS);
    expect(line().feed.quote?.bidE8).toBe(points(108_446));
    expect(desk.take(EURUSD, tickOf(108_447, 108_455))).toBe('too_many_digits');
    expect(desk.take(symbolNamed('BTCUSD'), tickOf(1, 2))).toBe('unknown_symbol');
  });

  it('states how its symbols are, and the oldest age by class', () => {
    desk.take(EURUSD, tickOf(108_446, 108_454));
    desk.take(symbolNamed('BTCUSD'), tickOf(6_720_000, 6_721_500, true));
    nowMs = 10_000;
    expect(desk.states()).toMatchObject({ fresh: 1, unknown_age: 1 });
    nowMs = 10_001;
    expect(desk.states()).toMatchObject({ stale: 1, unknown_age: 1 });
    expect([...desk.oldestAgeMsByClass()]).toEqual([['fx', 10_001]]);
  });
});

describe('the prices of groups', () => {
  it('are the raw ones widened by half the markup on each side', () =>
    expect(groupPrices(line().groups, { bidE8: points(108_446), askE8: points(108_454), atMs: 0 })).toEqual([
      { groupId: 'raw', bidE8: points(108_446), askE8: points(108_454) },
      { groupId: 'standard', bidE8: points(108_441), askE8: points(108_459) },
    ]));

  it('are missing for a group whose markup leaves no bid', () =>
    expect(groupPrices(line().groups, { bidE8: points(5), askE8: points(6), atMs: 0 }).map(({ groupId }) => groupId)).toEqual([
      'raw',
    ]));
});
