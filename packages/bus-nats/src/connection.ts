import { asError, sleep, withDeadline, type CheckOutcome, type Logger } from '@margrave/runtime';
import {
  connect,
  createInbox,
  PermissionViolationError,
  type ConnectionOptions,
  type NatsConnection,
  type Status,
} from '@nats-io/transport-node';
import { inboxPrefixOf } from './inbox-prefix.ts';
import { addressOptions, credentialOptions } from './server-address.ts';

export interface BusOptions {
  /** `NATS_URL`: one server, or several of one cluster. */
  readonly servers: readonly string[];
  /** `NATS_CREDENTIALS`, where the URL carries none. */
  readonly credentialsFile?: string | undefined;
  /**
   * The service, as the server's own lists name it. Answers arrive under `_INBOX_{user}`, the user being that of the URL;
   * where the URL has none, the user has this name.
   */
  readonly name: string;
  readonly log: Logger;
  /** Told what happened to the connection, for metrics. */
  readonly onEvent?: (event: BusEvent) => void;
  /** The connection is closed for good, though nobody closed it: the service is to stop. */
  readonly onLost: (error: Error) => void;
  readonly timing?: Partial<BusTiming>;
}

export const BUS_EVENTS = ['connected', 'disconnected', 'permission_denied', 'server_error', 'silent_server'] as const;
export type BusEvent = (typeof BUS_EVENTS)[number];

export interface BusTiming {
  /** How long a server may take to greet. */
  readonly connectTimeoutMs: number;
  readonly reconnectWaitMs: number;
  /** A server that leaves `pingsUnansweredMax` pings without an answer is taken for gone. */
  readonly pingIntervalMs: number;
  readonly pingsUnansweredMax: number;
}

const TIMING: BusTiming = { connectTimeoutMs: 5_000, reconnectWaitMs: 500, pingIntervalMs: 5_000, pingsUnansweredMax: 2 };
const HEALTH_DEADLINE_MS = 1_000;
const DRAIN_DEADLINE_MS = 3_000;

/** A connection to NATS that is made in the background and made again for ever. A service starts and works without it. */
export interface BusConnection {
  readonly name: string;
  /** The client, from the first connection on; it may be between two connections. */
  readonly client: () => NatsConnection | undefined;
  readonly isConnected: () => boolean;
  /** Resolves with the client when there is a first connection. Never rejects. */
  readonly ready: Promise<NatsConnection>;
  /** Resolves with the client as soon as it is connected; with nothing when the signal is aborted first. */
  readonly untilConnected: (signal: AbortSignal) => Promise<NatsConnection | undefined>;
  /** A subject of this service's own on which answers can arrive. */
  readonly newInbox: () => string;
  /** Called at each connection, the first too; at once if there is one. Returns what ends it. */
  readonly onConnected: (listener: (client: NatsConnection) => void) => () => void;
  readonly onDisconnected: (listener: () => void) => () => void;
  /** Whether the server answers, for readiness. */
  readonly check: () => Promise<CheckOutcome>;
  /** Sends what is on its way and closes. */
  readonly close: () => Promise<void>;
}

/** Begins to connect, and returns at once. Fails only when the credentials cannot be read. */
export function connectBus(options: BusOptions): BusConnection {
  const { log, onEvent, onLost } = options;
  const clientOptions = buildClientOptions(options, { ...TIMING, ...options.timing });
  const connectedListeners = new Set<(client: NatsConnection) => void>();
  const disconnectedListeners = new Set<() => void>();
  const closing = new AbortController();
  let client: NatsConnection | undefined;
  let connected = false;
  let lastFault = 'no connection was made yet';

  const setConnected = (made: NatsConnection): void => {
    connected = true;
    log.info({ server: made.getServer(), version: made.info?.version }, 'Connected to NATS');
    onEvent?.('connected');
    for (const listener of connectedListeners) listener(made);
  };
  const setDisconnected = (fault: string): void => {
    if (!connected) return;
    connected = false;
    lastFault = fault;
    if (!closing.signal.aborted) {
      log.warn({ fault }, 'Lost the connection to NATS');
      onEvent?.('disconnected');
    }
    for (const listener of disconnectedListeners) listener();
  };

  const hear = (status: Status, from: NatsConnection): void => {
    switch (status.type) {
      case 'disconnect':
        setDisconnected('the connection was lost');
        break;
      case 'reconnect':
        setConnected(from);
        break;
      case 'staleConnection':
        log.warn('NATS leaves pings without an answer');
        onEvent?.('silent_server');
        break;
      case 'error':
        lastFault = status.error.message;
        // The server refuses a publish to nobody: it is heard here alone.
        log.error({ fault: lastFault }, 'NATS reports an error');
        onEvent?.(status.error instanceof PermissionViolationError ? 'permission_denied' : 'server_error');
        break;
      default:
        log.debug({ status: status.type }, 'NATS connection status');
    }
  };

  const watch = async (made: NatsConnection): Promise<void> => {
    for await (const status of made.status()) hear(status, made);
  };

  const connectFirst = async (): Promise<NatsConnection> => {
    for (;;) {
      try {
        return await connect(clientOptions);
      } catch (error) {
        if (asError(error).message !== lastFault) log.warn({ err: asError(error) }, 'Cannot connect to NATS yet');
        lastFault = asError(error).message;
      }
      await sleep(clientOptions.reconnectTimeWait, closing.signal);
      if (closing.signal.aborted) return new Promise(() => undefined); // nobody waits for it any more
    }
  };

  const ready = connectFirst().then((made) => {
    client = made;
    if (closing.signal.aborted) void made.close();
    void watch(made);
    void made.closed().then((error) => {
      setDisconnected('the connection is closed');
      if (!closing.signal.aborted) onLost(error ?? new Error('the connection to NATS was closed'));
    });
    setConnected(made);
    return made;
  });

  const onConnected: BusConnection['onConnected'] = (listener) => {
    connectedListeners.add(listener);
    if (connected && client !== undefined) listener(client);
    return () => connectedListeners.delete(listener);
  };

  return {
    name: options.name,
    client: () => client,
    isConnected: () => connected,
    ready,
    newInbox: () => createInbox(clientOptions.inboxPrefix),
    onConnected,
    untilConnected: (signal) =>
      new Promise((resolve) => {
        const settle = (made?: NatsConnection): void => {
          connectedListeners.delete(settle);
          signal.removeEventListener('abort', giveUp);
          resolve(made);
        };
        const giveUp = (): void => settle();
        signal.addEventListener('abort', giveUp, { once: true });
        if (signal.aborted) giveUp();
        else onConnected(settle);
      }),
    onDisconnected: (listener) => {
      disconnectedListeners.add(listener);
      return () => disconnectedListeners.delete(listener);
    },
    check: async () => {
      if (client === undefined || !connected) return { ok: false, reason: `not connected to NATS: ${lastFault}` };
      return withDeadline(client.flush(), HEALTH_DEADLINE_MS, 'a round trip to NATS').then(
        () => ({ ok: true }),
        (error: unknown) => ({ ok: false, reason: asError(error).message }),
      );
    },
    close: async () => {
      closing.abort();
      if (client === undefined || client.isClosed()) return;
      try {
        if (connected) await withDeadline(client.drain(), DRAIN_DEADLINE_MS, 'draining the connection to NATS');
      } finally {
        await client.close();
      }
    },
  };
}

function buildClientOptions(options: BusOptions, timing: BusTiming): ConnectionOptions & { readonly reconnectTimeWait: number } {
  const address = addressOptions(options.servers);
  return {
    ...address,
    ...(options.credentialsFile === undefined ? {} : credentialOptions(options.credentialsFile)),
    name: options.name,
    inboxPrefix: inboxPrefixOf(address.user ?? options.name),
    timeout: timing.connectTimeoutMs,
    pingInterval: timing.pingIntervalMs,
    maxPingOut: timing.pingsUnansweredMax,
    reconnectTimeWait: timing.reconnectWaitMs,
    maxReconnectAttempts: -1,
    // Else credentials that are being exchanged end the connection for good after two attempts.
    ignoreAuthErrorAbort: true,
    // Who said something knows it: of all that a busy service hears, most would be its own events.
    noEcho: true,
    // A stack trace for each request costs more than the request.
    noAsyncTraces: true,
  };
}
