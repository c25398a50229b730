import assert from 'node:assert/strict';

/** An integer count of 1e-8 units: 1.00 is 100_000_000n. The brand keeps prices, lots and money apart. */
type E8<Kind extends string> = bigint & { readonly e8: Kind };
export type PriceE8 = E8<'price'>;
export type LotsE8 = E8<'lots'>;
export type MoneyE8 = E8<'money'>;

export const SCALE_E8 = 100_000_000n;
export const DECIMALS_E8 = 8;

/** What a PostgreSQL bigint holds at this scale, with room to add. */
export const LIMIT_E8 = 90_000_000_000n * SCALE_E8;
const DECIMAL = /^(-?)(\d{1,11})(?:\.(\d{1,8}))?$/;

/**
 * `up` and `down` are away from and towards zero, `ceiling` and `floor` towards plus and minus infinity;
 * the two halves differ only on a tie: away from zero, or to the even neighbour.
 */
export const ROUNDINGS = ['up', 'down', 'ceiling', 'floor', 'half_away', 'half_even'] as const;
export type Rounding = (typeof ROUNDINGS)[number];

/** numerator ÷ denominator, rounded as named. The denominator must be positive. */
export function divide(numerator: bigint, denominator: bigint, rounding: Rounding): bigint {
  assert(denominator > 0n, 'divide: the denominator must be positive');
  const quotient = numerator / denominator;
  const rest = numerator % denominator;
  if (rest === 0n) return quotient;
  const negative = rest < 0n;
  const away = negative ? quotient - 1n : quotient + 1n;
  switch (rounding) {
    case 'up':
      return away;
    case 'down':
      return quotient;
    case 'ceiling':
      return negative ? quotient : away;
    case 'floor':
      return negative ? away : quotient;
    case 'half_away':
    case 'half_even': {
      const twice = 2n * (negative ? -rest : rest);
      if (twice !== denominator) return twice > denominator ? away : quotient;
      return rounding === 'half_away' || quotient % 2n !== 0n ? away : quotient;
    }
    default:
      return rounding satisfies never;
  }
}

/** Rounds an e8 amount to a number of decimals (0 to 8), keeping the e8 scale. */
export function roundToDecimals<Amount extends bigint>(amountE8: Amount, decimals: number, rounding: Rounding): Amount {
  const unit = unitOfDecimals(decimals);
  return (divide(amountE8, unit, rounding) * unit) as Amount;
}

/** Whether the amount has no digits beyond the given number of decimals. */
export const fitsDecimals = (amountE8: bigint, decimals: number): boolean => amountE8 % unitOfDecimals(decimals) === 0n;

/** The e8 value of one unit in the last of the given decimals: 2 → 1_000_000n. */
export function unitOfDecimals(decimals: number): bigint {
  const unit = UNITS_E8[decimals];
  assert(unit !== undefined, 'decimals must be a whole number from 0 to 8');
  return unit;
}

/** By decimals; a power of bigints is slow, and this is asked for every price. */
const UNITS_E8: readonly bigint[] = Array.from(
  { length: DECIMALS_E8 + 1 },
  (_, decimals) => 10n ** BigInt(DECIMALS_E8 - decimals),
);

/** Reads what a wire carries. `undefined` for anything but a plain decimal within the limit. */
export function parseE8(unchecked: string): bigint | undefined {
  const match = DECIMAL.exec(unchecked);
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = ''] = match;
  const magnitude = BigInt(whole) * SCALE_E8 + BigInt(fraction.padEnd(DECIMALS_E8, '0'));
  if (magnitude > LIMIT_E8) return undefined;
  return sign === '-' ? -magnitude : magnitude;
}

/** Writes an amount for a wire: all its digits, and at least `decimalsMin` of them after the point. Nothing is rounded. */
export function formatE8(amountE8: bigint, decimalsMin = 0): string {
  const negative = amountE8 < 0n;
  const magnitude = negative ? -amountE8 : amountE8;
  const whole = magnitude / SCALE_E8;
  const digits = (magnitude % SCALE_E8).toString().padStart(DECIMALS_E8, '0');
  let length = DECIMALS_E8;
  while (length > decimalsMin && digits[length - 1] === '0') length -= 1;
  const text = length === 0 ? `${whole}` : `${whole}.${digits.slice(0, length)}`;
  return negative ? `-${text}` : text;
}

export const absolute = <Amount extends bigint>(amount: Amount): Amount => (amount < 0n ? ((0n - amount) as Amount) : amount);
export const larger = <Amount extends bigint>(a: Amount, b: Amount): Amount => (a > b ? a : b);
export const smaller = <Amount extends bigint>(a: Amount, b: Amount): Amount => (a < b ? a : b);
