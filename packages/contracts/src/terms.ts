/** Closed lists that only the wires speak. Those that the domain speaks too stand in the vocabulary. */

/** Whether a deal opened (part of) a position or closed (part of) one. */
export const DEAL_ENTRIES = ['in', 'out'] as const;
export type DealEntry = (typeof DEAL_ENTRIES)[number];

/** What a provider says of a request when it is asked. */
export const PROVIDER_ORDER_STATUSES = [
  'never_seen',
  'working',
  'partially_filled',
  'filled',
  'rejected',
  'cancelled',
  'expired',
] as const;
export type ProviderOrderStatus = (typeof PROVIDER_ORDER_STATUSES)[number];

/** What of the configuration changed. */
export const CONFIGURATION_KINDS = ['instruments', 'groups', 'accounts', 'providers', 'kill-switches'] as const;
export type ConfigurationKind = (typeof CONFIGURATION_KINDS)[number];
