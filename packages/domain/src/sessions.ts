/** Minutes since Sunday 00:00 in the sessions' time zone; `toMinute` is exclusive and may equal 10 080. */
export interface WeeklySession {
  readonly fromMinute: number;
  readonly toMinute: number;
}

/** When an instrument trades, in the exchange's own time zone, so that daylight saving moves it as it moves the exchange. */
export interface Sessions {
  /** IANA name, e.g. `America/New_York`. */
  readonly timeZone: string;
  readonly weekly: readonly WeeklySession[];
  /** Local dates, `YYYY-MM-DD`, on which nothing trades. */
  readonly holidays: readonly string[];
}

export const MINUTES_A_WEEK = 10_080;
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** A moment on a zone's calendar and clock. */
interface LocalTime {
  readonly date: string;
  /** Minutes since Sunday 00:00; a bigint because it is read from digits. */
  readonly minuteOfWeek: bigint;
}

/** Formatters are costly to make and slow to ask, and every zone's clock steps by whole minutes: the last answer is kept. */
const zones = new Map<
  string,
  { readonly formatter: Intl.DateTimeFormat; readonly epochMinute: number; readonly local: LocalTime }
>();

function localTime(timeZone: string, nowMs: number): LocalTime {
  const epochMinute = Math.floor(nowMs / 60_000);
  const known = zones.get(timeZone);
  if (known?.epochMinute === epochMinute) return known.local;
  const formatter = known?.formatter ?? formatterOf(timeZone);
  const local = localParts(formatter, nowMs);
  zones.set(timeZone, { formatter, epochMinute, local });
  return local;
}

const formatterOf = (timeZone: string): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });

function localParts(formatter: Intl.DateTimeFormat, nowMs: number): LocalTime {
  const parts: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {};
  for (const part of formatter.formatToParts(nowMs)) parts[part.type] = part.value;
  const { weekday = '', year = '', month = '', day = '', hour = '', minute = '' } = parts;
  return {
    date: `${year}-${month}-${day}`,
    minuteOfWeek: BigInt(WEEKDAYS.indexOf(weekday)) * 1_440n + BigInt(hour) * 60n + BigInt(minute),
  };
}

/** Whether the instrument trades at a moment (epoch milliseconds, database time). */
export function isSessionOpen(sessions: Sessions, nowMs: number): boolean {
  if (sessions.holidays.length === 0 && isAlwaysOpen(sessions)) return true;
  const local = localTime(sessions.timeZone, nowMs);
  if (sessions.holidays.includes(local.date)) return false;
  return sessions.weekly.some((session) => local.minuteOfWeek >= session.fromMinute && local.minuteOfWeek < session.toMinute);
}

const isAlwaysOpen = (sessions: Sessions): boolean =>
  sessions.weekly.some((session) => session.fromMinute === 0 && session.toMinute === MINUTES_A_WEEK);
