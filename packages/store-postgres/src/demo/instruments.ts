import {
  unitOfDecimals,
  type Currency,
  type InstrumentClass,
  type LotsE8,
  type PriceE8,
  type SymbolName,
} from '@margrave/vocabulary';
import type { InstrumentRow, SessionsRow } from '../configuration-rows.ts';

/** `exchange`: as they trade in the world. `always`: so that a demo has a market on any day of the week. */
export type DemoSessions = 'exchange' | 'always';

interface DemoInstrument {
  readonly row: Omit<InstrumentRow, 'sessions'>;
  readonly providerSymbol: string;
}

const MINUTES_A_DAY = 1_440;
const NEW_YORK = 'America/New_York';
const always: SessionsRow = { timeZone: 'UTC', weekly: [{ fromMinute: 0, toMinute: 7 * MINUTES_A_DAY }], holidays: [] };
/** Sunday 17:00 to Friday 17:00. */
const fxWeek: SessionsRow = {
  timeZone: NEW_YORK,
  weekly: [{ fromMinute: 17 * 60, toMinute: 5 * MINUTES_A_DAY + 17 * 60 }],
  holidays: [],
};
/** Five sessions, each from 18:00 to 17:00 of the next day, from Sunday on. */
const indexWeek: SessionsRow = {
  timeZone: NEW_YORK,
  weekly: [0, 1, 2, 3, 4].map((day) => ({
    fromMinute: day * MINUTES_A_DAY + 18 * 60,
    toMinute: (day + 1) * MINUTES_A_DAY + 17 * 60,
  })),
  holidays: [],
};

interface ClassTerms {
  readonly sessions: SessionsRow;
  readonly staleLimitMs: number;
  readonly spikePercent: bigint;
  readonly leverageCap: bigint | null;
}

const FX: ClassTerms = { sessions: fxWeek, staleLimitMs: 10_000, spikePercent: 1n, leverageCap: null };
const CLASSES: Readonly<Record<'fx' | 'metal' | 'index' | 'crypto', ClassTerms>> = {
  fx: FX,
  metal: { sessions: fxWeek, staleLimitMs: 30_000, spikePercent: 2n, leverageCap: 100n },
  index: { sessions: indexWeek, staleLimitMs: 30_000, spikePercent: 2n, leverageCap: 100n },
  crypto: { sessions: always, staleLimitMs: 30_000, spikePercent: 5n, leverageCap: 20n },
};

const HUNDREDTH = 1_000_000n;
const TENTH = 10_000_000n;
const LOT = 100_000_000n;
/** A market order without a deviation of its own is protected by so many raw spreads. */
const DEVIATION_SPREADS = 10n;

function instrument(
  kind: keyof typeof CLASSES,
  pair: string,
  terms: { contractSize: bigint; digits: number; stepE8: bigint; maxLots: bigint; spreadPoints: bigint; providerSymbol?: string },
): DemoInstrument {
  const [base = '', quote = ''] = pair.split('/');
  const { contractSize, digits, stepE8, maxLots, spreadPoints, providerSymbol = pair } = terms;
  const { staleLimitMs, spikePercent, leverageCap } = CLASSES[kind];
  return {
    providerSymbol,
    row: {
      symbol: (kind === 'index' ? base : `${base}${quote}`) as SymbolName,
      class: kind satisfies InstrumentClass,
      baseCurrency: base as Currency,
      quoteCurrency: quote as Currency,
      contractSize,
      digits,
      tickE8: unitOfDecimals(digits) as PriceE8,
      volumeMinE8: stepE8 as LotsE8,
      volumeMaxE8: (maxLots * LOT) as LotsE8,
      volumeStepE8: stepE8 as LotsE8,
      leverageCap,
      tradeMode: 'full',
      staleLimitMs,
      spikeLimit: { numerator: spikePercent, denominator: 100n },
      defaultDeviationPoints: DEVIATION_SPREADS * spreadPoints,
      stopDistanceMinPoints: spreadPoints,
      freezeDistancePoints: 0n,
    },
  };
}

const fx = (pair: string, digits: number, spreadPoints: bigint): DemoInstrument =>
  instrument('fx', pair, { contractSize: 100_000n, digits, stepE8: HUNDREDTH, maxLots: 100n, spreadPoints });

const index = (name: string, quote: string, spreadPoints: bigint, providerSymbol: string): DemoInstrument =>
  instrument('index', `${name}/${quote}`, {
    contractSize: 10n,
    digits: 1,
    stepE8: TENTH,
    maxLots: 200n,
    spreadPoints,
    providerSymbol,
  });

const crypto = (pair: string, maxLots: bigint, spreadPoints: bigint): DemoInstrument =>
  instrument('crypto', pair, { contractSize: 1n, digits: 2, stepE8: HUNDREDTH, maxLots, spreadPoints });

/** The instruments of the demo; where their prices start is the feed's matter. */
export const DEMO_INSTRUMENTS: readonly DemoInstrument[] = [
  fx('EUR/USD', 5, 8n),
  fx('GBP/USD', 5, 12n),
  fx('USD/JPY', 3, 10n),
  fx('USD/CHF', 5, 12n),
  fx('AUD/USD', 5, 10n),
  fx('USD/CAD', 5, 14n),
  fx('NZD/USD', 5, 16n),
  fx('EUR/GBP', 5, 12n),
  fx('EUR/JPY', 3, 16n),
  fx('GBP/JPY', 3, 22n),
  fx('EUR/CHF', 5, 18n),
  fx('AUD/JPY', 3, 18n),
  instrument('metal', 'XAU/USD', {
    contractSize: 100n,
    digits: 2,
    stepE8: HUNDREDTH,
    maxLots: 50n,
    spreadPoints: 25n,
    providerSymbol: 'GOLD',
  }),
  index('US500', 'USD', 5n, 'SPX500'),
  index('GER40', 'EUR', 12n, 'DE40'),
  crypto('BTC/USD', 20n, 1_500n),
  crypto('ETH/USD', 200n, 180n),
];

export const demoSessions = (row: DemoInstrument['row'], choice: DemoSessions): SessionsRow =>
  choice === 'always' ? always : CLASSES[row.class as keyof typeof CLASSES].sessions;
