import type { StreamContract } from '@margrave/contracts';
import {
  DiscardPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  RetentionPolicy,
  StorageType,
  type JetStreamManager,
  type StreamConfig,
} from '@nats-io/jetstream';
import { nanos, type NatsConnection } from '@nats-io/transport-node';
import { managerOf } from './manager.ts';

/** What was done about one stream; `faults` are sentences for a person, and leave the stream as it is. */
export interface StreamReport {
  readonly name: string;
  readonly done: 'created' | 'updated' | 'unchanged' | 'refused';
  readonly faults: readonly string[];
}

const NAME_IN_USE = 10058;

/**
 * Makes the streams be what the contracts say, as often as one likes and from several places at once. A stream that is
 * there is only ever widened: limits that are larger than ours, more subjects and more replicas are an operator's choice
 * and stay. What cannot be changed without losing messages is a fault. It takes the operator's rights.
 */
export const ensureStreams = (client: NatsConnection, contracts: readonly StreamContract[]): Promise<readonly StreamReport[]> =>
  ensureEach(client, contracts, 'may widen');

/** Makes the streams that are not there, with the rights of a service: one that is there and not as it must be is a fault. */
export const makeMissingStreams = (
  client: NatsConnection,
  contracts: readonly StreamContract[],
): Promise<readonly StreamReport[]> => ensureEach(client, contracts, 'may not widen');

type Power = 'may widen' | 'may not widen';

async function ensureEach(
  client: NatsConnection,
  contracts: readonly StreamContract[],
  power: Power,
): Promise<readonly StreamReport[]> {
  const manager = await managerOf(client);
  const reports: StreamReport[] = [];
  for (const contract of contracts) reports.push(await ensureStream(manager, contract, power));
  return reports;
}

async function ensureStream(manager: JetStreamManager, contract: StreamContract, power: Power): Promise<StreamReport> {
  const { name } = contract;
  try {
    const existing = await findStream(manager, name);
    if (existing === undefined) {
      await manager.streams.add(configOf(contract));
      return { name, done: 'created', faults: [] };
    }
    const faults = unchangeable(existing, contract);
    if (faults.length > 0) return { name, done: 'refused', faults };
    const widened = widen(existing, contract);
    if (isSame(existing, widened)) return { name, done: 'unchanged', faults: [] };
    if (power === 'may not widen') {
      const fault = `The stream ${name} is not as this release needs it; the operator widens it with packages/bus-nats/src/streams-main.ts.`;
      return { name, done: 'refused', faults: [fault] };
    }
    await manager.streams.update(name, widened);
    return { name, done: 'updated', faults: [] };
  } catch (error) {
    // Somebody else made it in this very moment, in another form.
    if (isApiError(error, NAME_IN_USE)) return ensureStream(manager, contract, power);
    if (!(error instanceof JetStreamApiError)) throw error;
    return { name, done: 'refused', faults: [`The server does not let the stream ${name} be as it must: ${error.message}.`] };
  }
}

const isApiError = (error: unknown, code: number): boolean => error instanceof JetStreamApiError && error.code === code;

async function findStream(manager: JetStreamManager, name: string): Promise<StreamConfig | undefined> {
  try {
    return (await manager.streams.info(name)).config;
  } catch (error) {
    if (isApiError(error, JetStreamApiCodes.StreamNotFound)) return undefined;
    throw error;
  }
}

/** As a server says it. */
const NO_LIMIT = -1;

type OwnConfig = Pick<
  StreamConfig,
  | 'name'
  | 'description'
  | 'subjects'
  | 'storage'
  | 'retention'
  | 'discard'
  | 'deny_delete'
  | 'deny_purge'
  | 'max_age'
  | 'duplicate_window'
  | 'max_bytes'
  | 'max_msg_size'
  | 'max_msgs_per_subject'
  | 'discard_new_per_subject'
>;

const configOf = (contract: StreamContract): OwnConfig => ({
  name: contract.name,
  description: contract.description,
  subjects: [...contract.subjects],
  storage: StorageType.File,
  retention: RetentionPolicy.Limits,
  discard: DiscardPolicy.New,
  deny_delete: contract.denyDelete,
  deny_purge: contract.denyPurge,
  max_age: nanos(contract.maxAgeMs),
  duplicate_window: nanos(contract.duplicateWindowMs),
  max_bytes: contract.maxBytes,
  max_msg_size: contract.messageBytesMax,
  max_msgs_per_subject: contract.messagesPerSubjectMax ?? NO_LIMIT,
  // Without it the oldest of the subject would be dropped for the new one.
  discard_new_per_subject: contract.messagesPerSubjectMax !== null,
});

function unchangeable(existing: StreamConfig, contract: StreamContract): readonly string[] {
  const wanted = configOf(contract);
  return (['storage', 'retention'] as const)
    .filter((field) => existing[field] !== wanted[field])
    .map(
      (field) =>
        `The stream ${contract.name} has the ${field} "${existing[field]}" and must have "${wanted[field]}"; ` +
        'it cannot be changed: back it up, delete it and start again.',
    );
}

/** How full a stream is: 0 to 1 of its bytes, or of what one subject may hold where that is more; 0 where it has no limit. */
export interface StreamFill {
  readonly stream: string;
  readonly ratio: number;
}

export async function streamFills(client: NatsConnection, names: readonly string[]): Promise<readonly StreamFill[]> {
  const manager = await managerOf(client);
  return Promise.all(
    names.map(async (stream) => {
      const { state, config } = await manager.streams.info(stream);
      const ofBytes = config.max_bytes > 0 ? state.bytes / config.max_bytes : 0;
      if (config.max_msgs_per_subject <= 0) return { stream, ratio: ofBytes };
      const { subjects = {} } = (await manager.streams.info(stream, { subjects_filter: '>' })).state;
      return { stream, ratio: Math.max(ofBytes, ...Object.values(subjects).map((held) => held / config.max_msgs_per_subject)) };
    }),
  );
}

/** The existing stream with everything that ours asks for on top. */
function widen(existing: StreamConfig, contract: StreamContract): StreamConfig {
  const wanted = configOf(contract);
  return {
    ...existing,
    description: wanted.description ?? '',
    subjects: [...new Set([...existing.subjects, ...wanted.subjects])],
    discard: wanted.discard,
    deny_delete: true,
    deny_purge: true,
    max_age: largerLimit(existing.max_age, wanted.max_age),
    max_bytes: largerLimit(existing.max_bytes, wanted.max_bytes),
    max_msg_size: largerBound(existing.max_msg_size, wanted.max_msg_size),
    max_msgs_per_subject: largerBound(existing.max_msgs_per_subject, wanted.max_msgs_per_subject),
    // The server does not say it where it is not so.
    discard_new_per_subject: wanted.discard_new_per_subject ? true : existing.discard_new_per_subject,
    duplicate_window: wanted.duplicate_window,
  };
}

/** To JetStream a limit of 0 or −1 is none. */
const largerLimit = (existing: number, wanted: number): number => (existing <= 0 ? existing : Math.max(existing, wanted));

/** Of what keeps senders from each other none is no choice of an operator's, but a stream from before there was one. */
const largerBound = (existing: number, wanted: number): number => (existing <= 0 ? wanted : Math.max(existing, wanted));

/** What is looked at to see whether a stream is as it must be. */
const WIDENED = [
  'description',
  'discard',
  'deny_delete',
  'deny_purge',
  'max_age',
  'max_bytes',
  'max_msg_size',
  'max_msgs_per_subject',
  'discard_new_per_subject',
  'duplicate_window',
] as const;

const isSame = (a: StreamConfig, b: StreamConfig): boolean =>
  WIDENED.every((field) => a[field] === b[field]) && a.subjects.length === b.subjects.length;
