import { STREAMS } from '@margrave/contracts';
import { createLogging, type Logger } from '@margrave/runtime';
import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { connectBus, type BusConnection, type BusEvent, type BusOptions } from '../connection.ts';
import { managerOf } from '../manager.ts';
import { ensureStreams } from '../streams.ts';

export const silentLog: Logger = createLogging({ service: 'test', level: 'silent', levels: [] }).component('bus');

export interface TestBus {
  readonly connection: BusConnection;
  readonly client: NatsConnection;
  readonly events: readonly BusEvent[];
}

const open = new Set<BusConnection>();

/** A connection of a test, closed by `closeTestBuses` after it. */
export async function testBus(url: string, options: Partial<BusOptions> = {}): Promise<TestBus> {
  const events: BusEvent[] = [];
  const connection = connectBus({
    servers: [url],
    name: 'provider-worker',
    log: silentLog,
    onEvent: (event) => events.push(event),
    onLost: (error) => {
      throw error;
    },
    timing: { reconnectWaitMs: 100 },
    ...options,
  });
  open.add(connection);
  return { connection, client: await connection.ready, events };
}

export async function closeTestBuses(): Promise<void> {
  const connections = [...open];
  open.clear();
  await Promise.all(connections.map((connection) => connection.close()));
}

/** Makes the streams of the contracts, without what was in them. */
export async function freshStreams(client: NatsConnection): Promise<void> {
  const manager = await jetstreamManager(client);
  for await (const stream of manager.streams.list()) await manager.streams.delete(stream.config.name);
  await ensureStreams(client, Object.values(STREAMS));
}

/** All that a stream has stored, oldest first. */
export async function storedBodies(client: NatsConnection, stream: string): Promise<readonly string[]> {
  const manager = await managerOf(client);
  const { first_seq: first, last_seq: last } = (await manager.streams.info(stream)).state;
  const bodies: string[] = [];
  for (let sequence = Math.max(first, 1); sequence <= last; sequence += 1) {
    const message = await manager.streams.getMessage(stream, { seq: sequence });
    if (message !== null) bodies.push(message.string());
  }
  return bodies;
}

/** Waits until something is true. */
export async function until(holds: () => boolean | Promise<boolean>, what: string, withinMs = 10_000): Promise<void> {
  const endsAt = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > endsAt) throw new Error(`it did not come true within ${withinMs} ms that ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
