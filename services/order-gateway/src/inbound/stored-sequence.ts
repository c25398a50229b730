/** The largest sequence that the books can hold: a signed 64-bit integer. */
const STORED_MAX = 2n ** 63n - 1n;

/** A sequence that a client names, no larger than one can be. */
export function storedSequence(digits: string): bigint {
  const value = BigInt(digits);
  return value > STORED_MAX ? STORED_MAX : value;
}
