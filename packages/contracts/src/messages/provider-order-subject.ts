import { checkProviderName, type RequestId, type RequestKind } from '@margrave/vocabulary';
import { subjectTemplate } from '../subject.ts';

/** Requests to one provider: one subject a kind, so that a provider can see what it is asked before it reads. */
export const providerOrderSubject = (kind: RequestKind) =>
  subjectTemplate(`provider.{provider}.orders.v1.${kind}`, { provider: checkProviderName });

/** What all messages to providers have in common. */
export const TO_PROVIDERS = {
  from: 'order-gateway, provider-worker, pending-orders, portfolio',
  to: 'the provider named in the subject',
  stream: 'PROVIDER_ORDERS',
  bytesMax: 16 * 1024,
} as const;

export const DEDUPLICATED_BY_REQUEST = {
  deduplicationId: (_parameters: unknown, body: { readonly requestId: RequestId }): string => body.requestId,
  deduplicationRule: '`requestId`',
} as const;
