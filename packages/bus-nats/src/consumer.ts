import type { ConsumerContract } from '@margrave/contracts';
import {
  AckPolicy,
  DeliverPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  ReplayPolicy,
  type ConsumerConfig,
  type ConsumerInfo,
} from '@nats-io/jetstream';
import { nanos, type NatsConnection } from '@nats-io/transport-node';
import { managerOf } from './manager.ts';

/** Where a consumer that is made anew begins. */
export type StartAt =
  /** With the oldest message there is. What was applied before is applied once all the same. */
  | { readonly kind: 'beginning' }
  /** With what is stored from now on: for those who read the state elsewhere first. */
  | { readonly kind: 'end' }
  /** After a place that was noted before the state was read. */
  | { readonly kind: 'after'; readonly streamSequence: number };

/** A durable consumer of a stream: shared by all who name it, or, with an end to its idleness, one instance's own. */
export interface ConsumerSpec extends Omit<ConsumerContract, 'stream'> {
  readonly stream: string;
  readonly startAt?: StartAt;
  /** Removed by the server when nobody asked it for messages for so long. Without it the consumer stays for ever. */
  readonly idleMsMax?: number;
}

/** The consumer is there, in a form that cannot be made ours. */
export class ConsumerMismatch extends Error {
  override readonly name = 'ConsumerMismatch';
}

/** What can be changed of a consumer without losing its place. */
const CHANGEABLE = ['ack_wait', 'max_ack_pending', 'max_deliver', 'filter_subject', 'inactive_threshold'] as const;

/**
 * Makes the consumer, or makes it be as described, and says whether it had to be made.
 *
 * @throws ConsumerMismatch when one of that name is there that does not acknowledge each message; JetStreamApiError otherwise.
 */
export async function ensureConsumer(client: NatsConnection, spec: ConsumerSpec): Promise<'created' | 'existed'> {
  const manager = await managerOf(client);
  const wanted = configOf(spec);
  let existing: ConsumerInfo;
  try {
    existing = await manager.consumers.info(spec.stream, spec.durable);
  } catch (error) {
    if (!(error instanceof JetStreamApiError && error.code === JetStreamApiCodes.ConsumerNotFound)) throw error;
    await manager.consumers.add(spec.stream, wanted);
    return 'created';
  }
  if (existing.config.ack_policy !== AckPolicy.Explicit || existing.config.deliver_subject !== undefined) {
    throw new ConsumerMismatch(
      `The consumer ${spec.durable} of ${spec.stream} is not one that is asked for messages and acknowledges each.`,
    );
  }
  if (CHANGEABLE.some((field) => wanted[field] !== undefined && existing.config[field] !== wanted[field])) {
    const changes = Object.fromEntries(
      CHANGEABLE.filter((field) => wanted[field] !== undefined).map((field) => [field, wanted[field]]),
    );
    await manager.consumers.update(spec.stream, spec.durable, changes);
  }
  return 'existed';
}

/** How far behind a consumer is. */
export interface ConsumerLag {
  /** Messages that were never delivered to it. */
  readonly waiting: number;
  /** Messages that were delivered and are not acknowledged. */
  readonly unacknowledged: number;
}

export async function consumerLag(client: NatsConnection, spec: Pick<ConsumerSpec, 'stream' | 'durable'>): Promise<ConsumerLag> {
  const manager = await managerOf(client);
  const { num_pending: waiting, num_ack_pending: unacknowledged } = await manager.consumers.info(spec.stream, spec.durable);
  return { waiting, unacknowledged };
}

/** The sequence of a stream's newest message: a place from which a consumer can go on later (`StartAt`). */
export async function streamPosition(client: NatsConnection, stream: string): Promise<number> {
  const manager = await managerOf(client);
  return (await manager.streams.info(stream)).state.last_seq;
}

function configOf(spec: ConsumerSpec): Partial<ConsumerConfig> {
  return {
    durable_name: spec.durable,
    filter_subject: spec.filter,
    ack_policy: AckPolicy.Explicit,
    ack_wait: nanos(spec.ackWaitMs),
    max_ack_pending: spec.maxAckPending,
    max_deliver: -1,
    replay_policy: ReplayPolicy.Instant,
    ...(spec.idleMsMax === undefined ? {} : { inactive_threshold: nanos(spec.idleMsMax) }),
    ...startOf(spec.startAt ?? { kind: 'beginning' }),
  };
}

function startOf(startAt: StartAt): Pick<ConsumerConfig, 'deliver_policy' | 'opt_start_seq'> {
  switch (startAt.kind) {
    case 'beginning':
      return { deliver_policy: DeliverPolicy.All };
    case 'end':
      return { deliver_policy: DeliverPolicy.New };
    case 'after':
      return { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: startAt.streamSequence + 1 };
    default:
      return startAt satisfies never;
  }
}
