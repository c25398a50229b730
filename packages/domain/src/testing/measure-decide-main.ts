/**
 * How long one decision takes, without its commit, and a tick that says nothing new: an order placed on an account with 50 positions in 20 symbols, in both flows,
 * with nothing else in flight and with ten orders in flight, and refused for margin; beside a call that does nothing.
 * DESIGN.md section 6 wants 60 µs. Run it on an idle machine:
 *
 *     node packages/domain/src/testing/measure-decide-main.ts [--json]
 *
 * `--json` prints the medians alone, in µs by name, for `npm run bench`.
 */
import type { Order, Position } from '../account.ts';
import type { DecisionContext } from '../change.ts';
import type { PlaceOrder } from '../command.ts';
import { decide } from '../decide.ts';
import { SILENT_FEED, takeTick } from '../quotes/index.ts';
import {
  account,
  contextOf,
  decimal,
  group,
  instrument,
  market,
  order,
  place,
  position,
  priceE8,
  type QuoteText,
} from './build.ts';
import { withMargin } from './laws.ts';

const POSITIONS = 50;
const CURRENCIES = ['EUR', 'GBP', 'AUD', 'NZD', 'USD', 'CAD', 'CHF', 'JPY'] as const;
/** What one unit of each currency is worth in dollars. */
const DOLLARS = { EUR: 1.0845, GBP: 1.2731, AUD: 0.6582, NZD: 0.6021, USD: 1, CAD: 0.7344, CHF: 1.1206, JPY: 0.006604 } as const;

const PAIRS = CURRENCIES.flatMap((base, index) => CURRENCIES.slice(index + 1).map((quoted) => [base, quoted] as const));
const hasDollars = (pair: readonly string[]): boolean => pair.includes('USD');
/** Those with the dollar first: every other currency is converted by one of them. */
const SYMBOLS = [...PAIRS.filter(hasDollars), ...PAIRS.filter((pair) => !hasDollars(pair))]
  .slice(0, 20)
  .map(([base, quoted]) => ({ symbol: `${base}${quoted}`, price: DOLLARS[base] / DOLLARS[quoted], base }));

const digitsOf = (symbol: string): number => instrument(symbol).digits;
const quoteText = (symbol: string, price: number): QuoteText => {
  const digits = digitsOf(symbol);
  return [price.toFixed(digits), (price + 8 / 10 ** digits).toFixed(digits)];
};
const QUOTES = market(Object.fromEntries(SYMBOLS.map(({ symbol, price }) => [symbol, quoteText(symbol, price)])));

/** The n-th holding: the symbols in turn, both sides, and the margin of each frozen at a rate of its own. */
const holding = (index: number) => {
  const { symbol, price, base } = SYMBOLS[index % SYMBOLS.length] ?? { symbol: 'EURUSD', price: DOLLARS.EUR, base: 'EUR' };
  const moved = price * (1 + (index % 7) / 1_000);
  return {
    symbol,
    side: index % 3 === 0 ? ('sell' as const) : ('buy' as const),
    lots: (0.01 * (1 + (index % 9))).toFixed(2),
    price: moved.toFixed(digitsOf(symbol)),
    unitBasis: decimal((DOLLARS[base] * (1 + index / 10_000)).toFixed(8)),
  };
};
const positions: readonly Position[] = Array.from({ length: POSITIONS }, (_, index) =>
  position(`${3_000_000_000 + index}`, holding(index)),
);
const inFlight: readonly Order[] = Array.from({ length: 10 }, (_, index) => order(`${4_000_000_000 + index}`, holding(index)));

const terms = {
  permitted: SYMBOLS.map(({ symbol }) => symbol),
  markups: { EURUSD: 10n },
  exposureMax: { EURUSD: '1000' },
};
const LOCAL = contextOf(QUOTES, group(terms));
const PROVIDER = contextOf(QUOTES, group({ ...terms, flow: 'provider' }));

const ROUNDS = 40_000;
const WARM_UP = 20_000;

const asJson = process.argv.includes('--json');
const medians: Record<string, number> = {};

function measure(name: string, call: () => unknown): void {
  const micros: number[] = [];
  for (let round = 0; round < WARM_UP + ROUNDS; round += 1) {
    const startedMs = performance.now();
    call();
    const tookMs = performance.now() - startedMs;
    if (round >= WARM_UP) micros.push(tookMs * 1_000);
  }
  micros.sort((a, b) => a - b);
  const at = (share: number): string => (micros[Math.floor(micros.length * share)] ?? 0).toFixed(1).padStart(7);
  medians[name] = micros[Math.floor(micros.length / 2)] ?? 0;
  if (asJson) return;
  console.log(`${name.padEnd(44)} p10 ${at(0.1)} µs   p50 ${at(0.5)} µs   p90 ${at(0.9)} µs`);
}

function placing(name: string, context: DecisionContext, orders: readonly Order[], command: PlaceOrder): void {
  const given = withMargin(account({ balance: '50000', positions, orders }), context);
  const decided = decide(given, command, context);
  const status = decided.ok ? decided.value.orders[0]?.status : decided.refusal.refusedAs;
  measure(`${name}: ${status}`, () => decide(given, command, context));
}

if (!asJson)
  console.log(`${POSITIONS} positions in ${SYMBOLS.length} symbols; ${ROUNDS} rounds after ${WARM_UP}; node ${process.version}`);
measure('an empty call', () => undefined);
placing('local', LOCAL, [], place('EURUSD', 'buy', '0.1'));
placing('provider', PROVIDER, [], place('EURUSD', 'buy', '0.1'));
placing('provider, ten in flight', PROVIDER, inFlight, place('EURUSD', 'buy', '0.1'));
placing('local, beyond its margin', LOCAL, [], place('EURUSD', 'buy', '100'));

const RULES = { digits: 5, spikeLimit: { numerator: 1n, denominator: 100n } };
const MOMENT = { nowMs: 1_000, sessionOpen: true };
const TICK = { bidE8: priceE8('1.08450'), askE8: priceE8('1.08458'), timeMs: 1, snapshot: false };
const { feed } = takeTick(SILENT_FEED, TICK, RULES, MOMENT);
measure(`the same tick again: ${takeTick(feed, TICK, RULES, MOMENT).result}`, () => takeTick(feed, TICK, RULES, MOMENT));
if (asJson) console.log(JSON.stringify(medians));
