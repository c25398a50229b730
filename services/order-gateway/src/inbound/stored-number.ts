/** The largest id or sequence that the books can hold: a signed 64-bit integer. */
const STORED_MAX = 2n ** 63n - 1n;

/** Whether digits could name something in the books; what is larger is not there and need not be looked for. */
export const canBeStored = (digits: string): boolean => digits.length < 19 || BigInt(digits) <= STORED_MAX;

/** A sequence that a client names, no larger than one can be. */
export function storedSequence(digits: string): bigint {
  const value = BigInt(digits);
  return value > STORED_MAX ? STORED_MAX : value;
}
