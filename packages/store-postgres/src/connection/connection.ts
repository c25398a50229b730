import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { withDeadline } from '@margrave/runtime';
import postgres from 'postgres';

export interface ConnectionOptions {
  readonly databaseUrl: string;
  readonly applicationName: string;
  readonly connectTimeoutMs: number;
  /** Settings of the session, such as `statement_timeout`. */
  readonly sessionSettings?: Readonly<Record<string, string>>;
  readonly onClose?: (connection: Connection) => void;
  /** Told what the server remarks beside its answers; nothing of ours depends on it. */
  readonly onNotice?: (message: string) => void;
}

export type Row = Readonly<Record<string, unknown>>;
export type Parameter = string | number | bigint | boolean | null;

/**
 * One session on the server, for one caller at a time. It never reconnects behind its caller's back and can be torn down
 * at any moment, also when nothing answers any more.
 */
export interface Connection {
  /** One statement, prepared once a session and sent in one round trip. */
  readonly query: (text: string, parameters?: readonly Parameter[]) => Promise<readonly Row[]>;
  /** Several statements without parameters, such as those of a migration. */
  readonly script: (text: string) => Promise<void>;
  readonly isClosed: () => boolean;
  /** Ends the session in order. */
  readonly end: () => Promise<void>;
  /** Tears the session down without a word; what was sent may still take effect. */
  readonly destroy: () => void;
}

/** The session is gone, or never came to be; the driver's or the socket's error is the cause. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';

  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** JSON passes as text in both directions: the store packs and unpacks it itself. */
const jsonAsText = { to: 114, from: [114, 3802], serialize: (text: string) => text, parse: (text: string) => text };
/** Whole numerics are big integers, like bigint columns; the store keeps no others. */
const integer = {
  to: 20,
  from: [20, 1700],
  serialize: (value: bigint) => value.toString(),
  parse: (text: string) => BigInt(text),
};

const KEEP_ALIVE_SECONDS = 10;
const END_TIMEOUT_SECONDS = 1;

/** @throws ConnectionLost, DeadlineError or the server's error when there is no session within `connectTimeoutMs`. */
export async function openConnection(options: ConnectionOptions): Promise<Connection> {
  let socket: Socket | undefined;
  let closed = false;
  const sql = postgres(options.databaseUrl, {
    max: 1,
    fetch_types: false,
    max_lifetime: null,
    keep_alive: KEEP_ALIVE_SECONDS,
    connect_timeout: options.connectTimeoutMs / 1_000,
    onnotice: ({ message = '' }) => options.onNotice?.(message),
    connection: { application_name: options.applicationName, jit: 'off', ...options.sessionSettings },
    types: { json: jsonAsText, integer },
    // postgres.js reconnects when a socket is lost, and cannot give one up that answers nothing: the socket is ours.
    socket: async (server: ServerAddress) => {
      if (closed || socket !== undefined) throw new Error('the connection was closed');
      socket = await openSocket(server, options.connectTimeoutMs);
      if (closed) socket.destroy();
      return socket;
    },
    onclose: () => {
      closed = true;
      options.onClose?.(connection);
    },
  } as postgres.Options<Record<string, postgres.PostgresType>>);

  const lost = (error: unknown): unknown => (error instanceof postgres.PostgresError ? error : new ConnectionLost(error));
  const connection: Connection = {
    query: async (text, parameters = []) => {
      try {
        return await sql.unsafe(text, [...parameters] as never[], { prepare: true });
      } catch (error) {
        throw lost(error);
      }
    },
    script: async (text) => {
      try {
        await sql.unsafe(text).simple();
      } catch (error) {
        throw lost(error);
      }
    },
    isClosed: () => closed,
    end: () => sql.end({ timeout: END_TIMEOUT_SECONDS }),
    destroy: () => {
      closed = true;
      socket?.resetAndDestroy();
      // It rejects what waits for an answer, whose caller has its own; there is nothing left to wait for.
      void sql.end({ timeout: 0 });
    },
  };
  try {
    await withDeadline(connection.script('select 1'), options.connectTimeoutMs, 'connecting to PostgreSQL');
  } catch (error) {
    connection.destroy();
    throw error;
  }
  return connection;
}

interface ServerAddress {
  readonly host: readonly string[];
  readonly port: readonly number[];
  readonly path?: string | false;
}

async function openSocket(server: ServerAddress, connectTimeoutMs: number): Promise<Socket> {
  const [host = 'localhost'] = server.host;
  const [port = 5432] = server.port;
  const socket = server.path ? connect(server.path) : connect(port, host);
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(connectTimeoutMs) });
  } catch (error) {
    socket.destroy();
    throw error;
  }
  socket.setNoDelay(true);
  // The name that a TLS certificate is checked against is read from here.
  return Object.assign(socket, { host, port });
}
