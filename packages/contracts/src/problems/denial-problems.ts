import type { DenialCode } from '@margrave/vocabulary';
import { ACCOUNT_DENIALS } from './account-denials.ts';
import { LIMIT_DENIALS } from './limit-denials.ts';
import { MARKET_DENIALS } from './market-denials.ts';
import { ORDER_DENIALS } from './order-denials.ts';
import type { ProblemEntry } from './problem-terms.ts';

/** Refusals by a rule: the order is kept as `denied` and has used up its key. */
export const DENIAL_PROBLEMS: { readonly [Code in DenialCode]: ProblemEntry<422> } = {
  ...ACCOUNT_DENIALS,
  ...MARKET_DENIALS,
  ...ORDER_DENIALS,
  ...LIMIT_DENIALS,
};
