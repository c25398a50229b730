import type { ProviderName } from '@margrave/vocabulary';

export const STREAM_NAMES = ['PROVIDER_ORDERS', 'EXECUTIONS', 'EVENTS', 'DEAD'] as const;
export type StreamName = (typeof STREAM_NAMES)[number];

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const KIB = 1024;
const MIB = 1024 * KIB;

/** What a JetStream stream must be like, in neutral units; `@margrave/bus-nats` makes it so. */
export interface StreamContract {
  readonly name: StreamName;
  readonly description: string;
  readonly subjects: readonly string[];
  readonly storage: 'file';
  readonly retention: 'limits';
  /** A full stream refuses the publisher instead of dropping the oldest: the outbox row then waits and an alert rings. */
  readonly discard: 'new';
  readonly denyDelete: true;
  readonly denyPurge: true;
  readonly maxAgeMs: number;
  /** How long a `Nats-Msg-Id` is remembered. Ids are kept for ever elsewhere; this only saves work. */
  readonly duplicateWindowMs: number;
  /** The default; a larger installation sets its own. Operations are told at 70 % of it. */
  readonly maxBytes: number;
  /** The largest message that is taken, with its headers: what the contracts allow, and room for headers. */
  readonly messageBytesMax: number;
  /** How many of one subject are kept; the next is refused to its publisher. Null where it makes no difference who fills the stream. */
  readonly messagesPerSubjectMax: number | null;
}

const KEPT = {
  storage: 'file',
  retention: 'limits',
  discard: 'new',
  denyDelete: true,
  denyPurge: true,
  maxAgeMs: 7 * DAY_MS,
  duplicateWindowMs: 10 * MINUTE_MS,
} as const;

export const STREAMS: { readonly [Name in StreamName]: StreamContract & { readonly name: Name } } = {
  PROVIDER_ORDERS: {
    ...KEPT,
    name: 'PROVIDER_ORDERS',
    description: 'Requests to providers: each provider reads its own subject with its own durable consumer.',
    // A provider's filter ends in `>`; NATS takes it only where the stream's subject does too.
    subjects: ['provider.*.orders.v1.>'],
    maxBytes: 256 * MIB,
    messageBytesMax: 20 * KIB,
    messagesPerSubjectMax: null,
  },
  EXECUTIONS: {
    ...KEPT,
    name: 'EXECUTIONS',
    description: 'What providers report of the requests they were sent.',
    subjects: ['provider.*.executions.v1'],
    // One provider can fill three quarters of it, with the largest reports that there are: the rest is the others'.
    maxBytes: 1_280 * MIB,
    messageBytesMax: 5 * KIB,
    messagesPerSubjectMax: 196_608,
  },
  EVENTS: {
    ...KEPT,
    name: 'EVENTS',
    description: 'What happened to each account, one message an event. The history itself stands in PostgreSQL.',
    subjects: ['account.*.events.v1.*'],
    maxBytes: 512 * MIB,
    messageBytesMax: 68 * KIB,
    messagesPerSubjectMax: null,
  },
  DEAD: {
    ...KEPT,
    name: 'DEAD',
    description: 'Messages that a service could not read, with the reason. Once it is full, the log says where they stand.',
    subjects: ['dead.*'],
    maxBytes: 64 * MIB,
    messageBytesMax: 132 * KIB,
    messagesPerSubjectMax: null,
  },
};

/** A durable consumer: explicit acknowledgement, everything from the beginning, delivered again until acknowledged. */
export interface ConsumerContract {
  readonly stream: StreamName;
  readonly durable: string;
  readonly filter: string;
  readonly ackWaitMs: number;
  readonly maxAckPending: number;
}

/** Of each provider, under its name: provider-worker makes it, and no other than the provider may read from it. */
export const providerOrdersConsumer = (provider: ProviderName): ConsumerContract => ({
  stream: 'PROVIDER_ORDERS',
  durable: provider,
  filter: `provider.${provider}.orders.v1.>`,
  ackWaitMs: 30_000,
  maxAckPending: 1_000,
});

/** Shared by all instances of provider-worker. */
export const EXECUTIONS_CONSUMER: ConsumerContract = {
  stream: 'EXECUTIONS',
  durable: 'provider-worker',
  filter: 'provider.*.executions.v1',
  ackWaitMs: 30_000,
  maxAckPending: 5_000,
};
