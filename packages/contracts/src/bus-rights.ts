import type { ProviderName } from '@margrave/vocabulary';
import assert from 'node:assert/strict';
import { AccountEventV1 } from './messages/account-event.v1.ts';
import { ConfigChangedV1 } from './messages/config-changed.v1.ts';
import { DeadLetterV1 } from './messages/dead-letter.v1.ts';
import { ProviderExecutionV1 } from './messages/provider-execution.v1.ts';
import { ProviderOrderCancelV1 } from './messages/provider-order-cancel.v1.ts';
import { ProviderOrderCloseV1 } from './messages/provider-order-close.v1.ts';
import { ProviderOrderNewV1 } from './messages/provider-order-new.v1.ts';
import { ProviderOrderStatusV1 } from './messages/provider-order-status.v1.ts';
import { QuoteV1 } from './messages/quote.v1.ts';
import { EXECUTIONS_CONSUMER, providerOrdersConsumer, STREAM_NAMES, type ConsumerContract, type StreamName } from './streams.ts';

/** What one user of the bus may do. What is not named here the server refuses; its inbox is its own. */
export interface BusRights {
  readonly user: string;
  /**
   * Of ours, or a stranger: then it lives apart, and nothing crosses but what it says, hears and reads. Among our own users it
   * could ask the server to answer on any subject of ours, that of an order to delete a stream too.
   */
  readonly side: 'ours' | 'provider';
  /** Subjects and filters on which it may publish. */
  readonly says: readonly string[];
  /** Filters to which it may subscribe, its inbox aside. */
  readonly hears: readonly string[];
  /** Durable consumers that it may ask for messages and acknowledge to. */
  readonly reads: readonly ConsumerContract[];
  /** Durable consumers that it may look at, and make where there are none. Who makes one says where its messages go. */
  readonly makesConsumers: readonly ConsumerContract[];
  /** Streams that it may look at, and make where there are none. Nobody but the operator changes, empties or deletes one. */
  readonly makes: readonly StreamName[];
}

/** May do everything on the bus: changes streams, deletes consumers, hears all. No service logs in as this user. */
export const BUS_OPERATOR = 'operator';

/** What clients of NATS call API prefix: under it a provider, in its own account, finds of JetStream's API what is for it. */
export const PROVIDER_API_PREFIX = 'margrave.API';

const subjectsOf = (contracts: readonly { readonly subjectTemplate: { readonly filter: () => string } }[]): readonly string[] =>
  contracts.map(({ subjectTemplate }) => subjectTemplate.filter());

const servicesFor = (providers: readonly ProviderName[]): readonly BusRights[] => [
  {
    user: 'order-gateway',
    side: 'ours',
    says: subjectsOf([ProviderOrderNewV1, ProviderOrderCloseV1, AccountEventV1]),
    hears: subjectsOf([QuoteV1, AccountEventV1]),
    reads: [],
    makesConsumers: [],
    makes: [],
  },
  {
    user: 'provider-worker',
    side: 'ours',
    says: [
      ...subjectsOf([ProviderOrderNewV1, ProviderOrderCloseV1, ProviderOrderCancelV1, ProviderOrderStatusV1, AccountEventV1]),
      DeadLetterV1.subject({ service: 'provider-worker' }),
    ],
    hears: subjectsOf([QuoteV1, AccountEventV1]),
    reads: [EXECUTIONS_CONSUMER],
    makesConsumers: [EXECUTIONS_CONSUMER, ...providers.map(providerOrdersConsumer)],
    makes: STREAM_NAMES,
  },
  {
    user: 'pending-orders',
    side: 'ours',
    says: subjectsOf([ProviderOrderNewV1, ProviderOrderCloseV1, AccountEventV1]),
    hears: subjectsOf([QuoteV1, AccountEventV1, ConfigChangedV1]),
    reads: [],
    makesConsumers: [],
    makes: [],
  },
  {
    user: 'market-data',
    side: 'ours',
    says: subjectsOf([QuoteV1]),
    hears: subjectsOf([ConfigChangedV1]),
    reads: [],
    makesConsumers: [],
    makes: [],
  },
];

/** A provider reads its own requests, reports on its own subject and sees the quotes; of another provider it sees nothing. */
const providerRights = (provider: ProviderName): BusRights => ({
  user: provider,
  side: 'provider',
  says: [ProviderExecutionV1.subject({ provider })],
  hears: subjectsOf([QuoteV1]),
  reads: [providerOrdersConsumer(provider)],
  makesConsumers: [],
  makes: [],
});

/** Every user of the bus but the operator: our services, and each of the providers. */
export function busRights(providers: readonly ProviderName[]): readonly BusRights[] {
  const rights = [...servicesFor(providers), ...providers.map(providerRights)];
  const users = new Set([BUS_OPERATOR, ...rights.map(({ user }) => user)]);
  assert(users.size === rights.length + 1, 'a provider is called like another user of the bus');
  return rights;
}
