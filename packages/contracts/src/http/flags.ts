import type { DealFlag, HouseReason, OrderFlag } from '@margrave/vocabulary';
import { PROVIDER_REJECT_REASONS } from '../provider-reject-reasons.ts';

/** What each flag of a deal says. */
export const DEAL_FLAG_MEANINGS: Readonly<Record<DealFlag, string>> = {
  late_fill: 'it was executed although its order was over, or was `unknown`; a fill is a fact and is booked.',
  overfill: 'the provider has executed more than was ordered.',
  slipped_beyond_reservation: 'it took more margin than was reserved, or came at a price worse than `maxDeviation` allows.',
  stale_rate: 'its money was converted at the last rate that was seen, for want of a fresh one.',
  settled_by_operator: 'the broker learnt of it from the provider by other means than a report, and booked it.',
};

/** What each flag of an order says. */
export const ORDER_FLAG_MEANINGS: Readonly<Record<OrderFlag, string>> = {
  ...DEAL_FLAG_MEANINGS,
  contradictory_report: 'what the provider says of it and what it has executed do not agree; the broker looks into it.',
};

const HOUSE_REASON_MEANINGS: Readonly<Record<HouseReason, string>> = {
  provider_silent: 'of an `unknown` order, the provider did not answer in time and is asked',
  not_sent_in_time: 'of a `cancelled` order, it could not be sent before it was too old, and never was',
  cancelled_by_client: 'of a `cancelled` order, its client took it back',
  expiry_passed: 'of an `expired` order, its time was over',
  price_not_reached: 'of a `cancelled` order, it might not wait and its limit was not to be had',
  settled_by_operator:
    'of a `cancelled` order, the provider stayed silent and the broker has found out what was executed; the rest was not',
};

const quoted = (words: readonly string[]): string => words.map((word) => `\`${word}\``).join(', ');

/** What can stand in the reason of an order. */
export const REASON_MEANING = [
  'Why it is `denied`, `rejected`, `cancelled`, `expired` or `unknown`; null otherwise. Denied: the problem code.',
  `In house: ${Object.entries(HOUSE_REASON_MEANINGS)
    .map(([word, meaning]) => `\`${word}\` (${meaning})`)
    .join(', ')}.`,
  `From a provider: its word, as it came, by agreement one of ${quoted(Object.keys(PROVIDER_REJECT_REASONS))}; without one null or, where it was asked, what it answered, such as \`never_seen\`.`,
].join(' ');
