import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { createConnection, type Connection } from './connection.ts';
import type { Database } from './database.ts';
import { handshake } from './protocol.ts';
import { serveRest } from './rest.ts';

export interface ServerOptions {
  /** 127.0.0.1 unless told otherwise. */
  readonly host?: string;
  /** A free one unless told otherwise. */
  readonly port?: number;
  readonly nowMs: () => number;
  /** The only credential accepted; every one is when absent. An SDK that talks to an emulator sends `owner`. */
  readonly credential?: string;
}

/** A database on the network. */
export interface DatabaseServer {
  /** `127.0.0.1:40123` */
  readonly host: string;
  readonly connections: () => number;
  readonly dropConnections: () => void;
  /** While false, connections are cut and new ones refused, as if the network were gone. */
  readonly setReachable: (reachable: boolean) => void;
  /** While true, whoever begins to listen is refused, as by the rules of a real database. */
  readonly setDenied: (denied: boolean) => void;
  /** While true, connections stay open and nothing more is said on them: the worst kind of silence. */
  readonly setMute: (mute: boolean) => void;
  readonly close: () => Promise<void>;
}

export async function listen(database: Database, options: ServerOptions): Promise<DatabaseServer> {
  const { host = '127.0.0.1', port = 0, nowMs, credential } = options;
  const connections = new Map<WebSocket, Connection>();
  let reachable = true;
  let mute = false;
  let denied = false;

  const http = createServer((request, response) => {
    serveRest(database, request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  const sockets = new WebSocketServer({ server: http, verifyClient: () => reachable });
  database.onChange((change) => {
    if (!mute) for (const connection of connections.values()) connection.tell(change);
  });

  sockets.on('connection', (socket, request) => {
    const send = (frame: string): void => {
      if (!mute && socket.readyState === socket.OPEN) socket.send(frame);
    };
    const accepts = (given: unknown): boolean => credential === undefined || given === credential;
    const connection = createConnection({ ...database, accepts, mayListen: () => !denied }, send);
    connections.set(socket, connection);
    socket.on('message', (data: Buffer) => connection.receive(data.toString('utf8')));
    socket.on('close', () => {
      connections.delete(socket);
      connection.closed();
    });
    // A broken socket closes right after; there is nothing else to do with it.
    socket.on('error', () => socket.terminate());
    send(handshake(request.headers.host ?? host, randomUUID(), nowMs()));
  });
  http.on('connection', (socket: Socket) => {
    if (!reachable) socket.destroy();
  });

  http.listen(port, host);
  await once(http, 'listening');
  const dropConnections = (): void => sockets.clients.forEach((socket) => socket.terminate());
  return {
    host: `${host}:${(http.address() as AddressInfo).port}`,
    connections: () => connections.size,
    dropConnections,
    setReachable: (next) => {
      reachable = next;
      if (!reachable) dropConnections();
    },
    setDenied: (next) => {
      denied = next;
    },
    setMute: (next) => {
      mute = next;
    },
    close: () => closeServer(http, dropConnections),
  };
}

async function closeServer(http: Server, dropConnections: () => void): Promise<void> {
  dropConnections();
  const closed = once(http, 'close');
  http.close();
  http.closeAllConnections();
  await closed;
}
