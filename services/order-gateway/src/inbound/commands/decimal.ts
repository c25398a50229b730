import { parseE8 } from '@margrave/vocabulary';
import assert from 'node:assert/strict';

/** The contract's pattern lets nothing through that is no amount. */
export function decimalE8(text: string): bigint {
  const amountE8 = parseE8(text);
  assert(amountE8 !== undefined, 'the contract lets plain decimals through and nothing else');
  return amountE8;
}
