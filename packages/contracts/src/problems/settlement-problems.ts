import type { SettlementCode } from '@margrave/vocabulary';
import type { ProblemEntry } from './problem-terms.ts';

const NOT_SETTLED = { status: 422, outcome: 'not-placed', retryable: 'never', logLevel: 'warn' } as const;
const EXECUTION_ID = 'The provider’s id of the execution.';

/** Why an operator's word on an unknown order was not taken. Nothing was changed, and the key is not used up. */
export const SETTLEMENT_PROBLEMS: { readonly [Code in SettlementCode]: ProblemEntry<422 | 503> } = {
  ORDER_NOT_UNKNOWN: {
    ...NOT_SETTLED,
    title: 'Order not unknown',
    detail: 'The order is {status}.',
    explanation:
      'Only an order whose provider is silent can be settled by an operator; this one is over, or its provider speaks of it. What was executed of it is in its history. What is wrong there is a matter between the house and the provider.',
    numbers: { status: 'Its status.' },
  },
  ORDER_CHANGED: {
    ...NOT_SETTLED,
    title: 'Order changed meanwhile',
    detail: 'The order is at version {version}, and was looked at in version {orderVersion}.',
    explanation:
      'More is known of the order than when you looked at it, such as a fill that came in between. Read the list again, compare it with what you were told, and settle what is left.',
    numbers: { version: 'Its version now.', orderVersion: 'The version that was sent.' },
  },
  EXECUTION_ALREADY_BOOKED: {
    ...NOT_SETTLED,
    title: 'Execution already booked',
    detail: 'Execution {executionId} is booked already, or is named twice.',
    explanation:
      'The provider reported this execution before, somebody settled it, or the request names it twice. Leave it out if it is the same one, and look into the id if it is not: an execution id is used once for ever.',
    numbers: { executionId: EXECUTION_ID },
  },
  EXECUTION_NOT_BOOKABLE: {
    ...NOT_SETTLED,
    title: 'Execution not bookable',
    detail: 'An execution cannot be booked: {why}.',
    explanation:
      'No book can hold what was stated: a volume or price of nothing, a price that the markup uses up, or figures beyond all limits. Look for a slip of the hand.',
    numbers: { executionId: EXECUTION_ID, why: 'What is wrong with it.' },
  },
  OVERFILL_NOT_CONFIRMED: {
    ...NOT_SETTLED,
    title: 'More than is left of the order',
    detail: '{executed} lots were stated, and {left} are left of the order.',
    explanation:
      'More was stated as executed than is left of the order. If the provider did execute more than it was asked for, send the same again with `overfill` among `confirmed`: it is booked whole, and flagged.',
    numbers: { executed: 'Lots stated.', left: 'Lots left of the order.' },
  },
  PRICE_NOT_CONFIRMED: {
    ...NOT_SETTLED,
    title: 'Price far from the market',
    detail: 'Execution {executionId} is stated at {price}, far from every price at hand.',
    explanation:
      'The price lies more than ten spike limits of the instrument from the last quote and from what was reserved. If it is what the provider states, send the same again with `price` among `confirmed`.',
    numbers: { executionId: EXECUTION_ID, price: 'The price stated.' },
  },
  RATE_NOT_KNOWN: {
    ...NOT_SETTLED,
    status: 503,
    retryable: 'same-key',
    title: 'No rate to convert at',
    detail: 'It cannot be booked now: {why}.',
    explanation:
      'Nothing converts its money to the currency of the account: no price of the pair was seen since this server started. Send the same again when the feed is back.',
    numbers: { why: 'Which rate is missing.' },
  },
};
