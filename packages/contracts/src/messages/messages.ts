import { AccountEventV1 } from './account-event.v1.ts';
import { ConfigChangedV1 } from './config-changed.v1.ts';
import { DeadLetterV1 } from './dead-letter.v1.ts';
import { ProviderExecutionV1 } from './provider-execution.v1.ts';
import { ProviderOrderCancelV1 } from './provider-order-cancel.v1.ts';
import { ProviderOrderCloseV1 } from './provider-order-close.v1.ts';
import { ProviderOrderNewV1 } from './provider-order-new.v1.ts';
import { ProviderOrderProtectV1 } from './provider-order-protect.v1.ts';
import { ProviderOrderReplaceV1 } from './provider-order-replace.v1.ts';
import { ProviderOrderStatusV1 } from './provider-order-status.v1.ts';
import { QuoteV1 } from './quote.v1.ts';

/** Every message there is, for the reference and for tests. */
export const MESSAGES = {
  ProviderOrderNewV1,
  ProviderOrderCloseV1,
  ProviderOrderCancelV1,
  ProviderOrderReplaceV1,
  ProviderOrderProtectV1,
  ProviderOrderStatusV1,
  ProviderExecutionV1,
  QuoteV1,
  AccountEventV1,
  ConfigChangedV1,
  DeadLetterV1,
} as const;
export type MessageName = keyof typeof MESSAGES;
