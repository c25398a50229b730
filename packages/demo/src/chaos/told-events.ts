import { STREAMS } from '@margrave/contracts';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { Sql } from 'postgres';

/** Whether the stream of events lost messages that it had taken, as a test would have it. */
export type EventsKept = 'all kept' | 'some lost';

const FETCH_MAX = 5_000;
/** Of those that are named. */
const NAMED_MAX = 5;

/**
 * What is wrong with the stream of events when all is at rest, in sentences: it should hold each event of each account's sequence
 * once, and no other. That the outbox is empty does not say so.
 */
export async function compareToldEvents(sql: Sql, natsUrl: string, kept: EventsKept): Promise<readonly string[]> {
  const told = await toldEvents(natsUrl);
  // An account is opened without a word.
  const happened = await sql<
    { id: string }[]
  >`select account_id::text || ':' || sequence::text id from account_events where sequence > 1`;
  const known = new Set(happened.map(({ id }) => id));
  const seen = new Set<string>();
  const twice = told.filter((id) => seen.has(id) || !seen.add(id));
  const silent = kept === 'some lost' ? [] : [...known].filter((id) => !seen.has(id));
  return [
    ...named('are told twice', twice),
    ...named('were never told', silent),
    ...named(
      'are told and never happened',
      [...seen].filter((id) => !known.has(id)),
    ),
  ];
}

const named = (what: string, ids: readonly string[]): readonly string[] =>
  ids.length === 0 ? [] : [`${ids.length} events ${what}: ${ids.slice(0, NAMED_MAX).join(', ')}`];

/** The ids of all messages that the stream holds, first to last. */
async function toldEvents(natsUrl: string): Promise<readonly string[]> {
  const { host, username, password } = new URL(natsUrl);
  const connection = await connect({ servers: host, user: username, pass: password });
  try {
    return await readIds(connection, STREAMS.EVENTS.name);
  } finally {
    await connection.close();
  }
}

async function readIds(connection: NatsConnection, stream: string): Promise<readonly string[]> {
  const { state } = await (await jetstreamManager(connection)).streams.info(stream);
  const consumer = await jetstream(connection).consumers.get(stream, { headers_only: true });
  const ids: string[] = [];
  while (ids.length < state.messages) {
    const messages = await consumer.fetch({ max_messages: Math.min(FETCH_MAX, state.messages - ids.length) });
    for await (const message of messages) ids.push(message.headers?.get('Nats-Msg-Id') ?? '');
  }
  return ids;
}
