import type { ServiceOf } from '@margrave/runtime';
import { connectBus, type BusConnection } from './connection.ts';

/** What a service declares to have the bus. */
export interface BusSettings {
  readonly natsUrl: readonly string[];
  readonly natsCredentials: string | undefined;
}

/**
 * The bus as a part of a service: closed when the service stops, and the service stops when the connection is gone for good.
 *
 * @param as - who connects, where the address names no user; the server lets it receive answers under `_INBOX_{as}` alone.
 */
export const startBus = (
  { name, configuration, component, lifecycle }: ServiceOf<BusSettings>,
  as = name,
): Promise<BusConnection> =>
  lifecycle.part(
    'bus',
    () =>
      connectBus({
        servers: configuration.natsUrl,
        credentialsFile: configuration.natsCredentials,
        name: as,
        log: component('bus'),
        onLost: (error) => lifecycle.fail(error, 'The connection to NATS is gone for good'),
      }),
    (connected) => connected.close(),
  );
