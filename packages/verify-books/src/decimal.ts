const DECIMAL = /^(-?)(\d+)(?:\.(\d{1,8}))?$/;
const DECIMALS = 8;

/** A decimal string, as messages carry amounts, in units of 1e-8. Throws at what is none. */
export function e8(text: string): bigint {
  const [, sign = '', whole = '', part = ''] = DECIMAL.exec(text) ?? [];
  if (whole === '') throw new Error(`"${text}" is no decimal of up to ${DECIMALS} places`);
  const amount = BigInt(whole + part.padEnd(DECIMALS, '0'));
  return sign === '-' ? -amount : amount;
}
