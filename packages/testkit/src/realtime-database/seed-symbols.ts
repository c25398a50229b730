/** A symbol of the demo's market. Prices are counted in points, one unit of the last of `digits` decimals. */
export interface SeedSymbol {
  readonly symbol: string;
  readonly digits: number;
  readonly spreadPoints: number;
  /** Middle of the first bid and ask, as a decimal. */
  readonly startPrice: string;
}

const seed = (symbol: string, digits: number, spreadPoints: number, startPrice: string): SeedSymbol => ({
  symbol,
  digits,
  spreadPoints,
  startPrice,
});

/** The symbols of SEED.md. */
export const SEED_SYMBOLS: readonly SeedSymbol[] = [
  seed('EURUSD', 5, 8, '1.08450'),
  seed('GBPUSD', 5, 12, '1.27310'),
  seed('USDJPY', 3, 10, '151.420'),
  seed('USDCHF', 5, 12, '0.89240'),
  seed('AUDUSD', 5, 10, '0.65820'),
  seed('USDCAD', 5, 14, '1.36170'),
  seed('NZDUSD', 5, 16, '0.60210'),
  seed('EURGBP', 5, 12, '0.85190'),
  seed('EURJPY', 3, 16, '164.210'),
  seed('GBPJPY', 3, 22, '192.770'),
  seed('EURCHF', 5, 18, '0.96780'),
  seed('AUDJPY', 3, 18, '99.660'),
  seed('XAUUSD', 2, 25, '2362.40'),
  seed('US500', 1, 5, '5230.5'),
  seed('GER40', 1, 12, '18420.0'),
  seed('BTCUSD', 2, 1_500, '67200.00'),
  seed('ETHUSD', 2, 180, '3410.00'),
];

/** A price in points as a decimal with all its digits: 108446 at five digits is `1.08446`. */
export function decimalOfPoints(points: number, digits: number): string {
  const text = String(points).padStart(digits + 1, '0');
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

export function pointsOfDecimal(decimal: string, digits: number): number {
  const [whole = '0', fraction = ''] = decimal.split('.');
  return Number.parseInt(whole + fraction.padEnd(digits, '0'), 10);
}
