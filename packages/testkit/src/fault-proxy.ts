import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { freePort } from './servers/ports.ts';

/**
 * What happens to everything that passes:
 * - `pass`: nothing.
 * - `latency`: each piece arrives that much later, in order.
 * - `black_hole`: connections are accepted and stay open, and what is sent is lost. Bytes cannot be missing from a stream that goes
 *   on, so connections that lost some are reset when the mode changes.
 * - `one_way`: as `black_hole` for what the client sends (`requests`) or for what the server sends (`replies`); the rest passes.
 * - `half_open`: connections are accepted and stay open, and nothing is read: what was sent waits until the mode changes.
 * - `cut_replies`: so many bytes of what the server sends pass on each connection, and where the next would, the connection ends.
 *   What the client sent has all arrived.
 * - `reset`: connections are reset, the new ones right after they were accepted.
 * - `refuse`: nothing listens; the connections there were are reset.
 */
export type FaultMode =
  | { readonly kind: 'pass' | 'black_hole' | 'half_open' | 'reset' | 'refuse' }
  | { readonly kind: 'one_way'; readonly lost: Way }
  | { readonly kind: 'latency'; readonly latencyMs: number }
  | { readonly kind: 'cut_replies'; readonly afterBytes: number };

type Way = 'requests' | 'replies';

export interface FaultProxyTarget {
  readonly host: string;
  readonly port: number;
}

const LOOPBACK = '127.0.0.1';

/** A TCP proxy on a port of 127.0.0.1 that stands between a client and a server and misbehaves on demand. */
export class FaultProxy {
  readonly port: number;
  readonly #target: FaultProxyTarget;
  readonly #links = new Set<Link>();
  #server: Server;
  #mode: FaultMode = { kind: 'pass' };

  private constructor(target: FaultProxyTarget, server: Server, port: number) {
    this.#target = target;
    this.#server = server;
    this.port = port;
    server.on('connection', (client) => this.#accept(client));
  }

  static async start(target: FaultProxyTarget): Promise<FaultProxy> {
    // One that it finds free again after it has refused connections for a while.
    const port = await freePort();
    return new FaultProxy(target, await listen(port), port);
  }

  get mode(): FaultMode {
    return this.#mode;
  }

  /** Number of connections that are open now. */
  get connectionCount(): number {
    return this.#links.size;
  }

  /** Resolves when the new mode holds for old and new connections alike. */
  async setMode(mode: FaultMode): Promise<void> {
    const wasRefusing = this.#mode.kind === 'refuse';
    this.#mode = mode;
    if (mode.kind === 'refuse' || mode.kind === 'reset') this.resetConnections();
    for (const link of this.#links) link.modeChanged();
    if (mode.kind === 'refuse' && !wasRefusing) await this.#stopListening();
    if (mode.kind !== 'refuse' && wasRefusing) {
      this.#server = await listen(this.port);
      this.#server.on('connection', (client) => this.#accept(client));
    }
  }

  /** Resets the connections that are open now; new ones are treated by the mode. */
  resetConnections(): void {
    for (const link of this.#links) link.reset();
  }

  async close(): Promise<void> {
    this.resetConnections();
    if (this.#server.listening) await this.#stopListening();
  }

  async #stopListening(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }

  #accept(client: Socket): void {
    if (this.#mode.kind === 'reset') {
      client.resetAndDestroy();
      return;
    }
    const link = new Link(client, connect({ ...this.#target, allowHalfOpen: true }), () => this.#mode);
    this.#links.add(link);
    void link.closed.then(() => this.#links.delete(link));
  }
}

/** One client's connection with its counterpart at the server. */
class Link {
  readonly closed: Promise<unknown>;
  readonly #sockets: readonly Socket[];
  readonly #directions: readonly Direction[];

  constructor(client: Socket, server: Socket, mode: () => FaultMode) {
    this.#sockets = [client, server];
    this.#directions = [
      new Direction('requests', client, server, mode),
      new Direction('replies', server, client, mode, () => this.#cut()),
    ];
    this.closed = Promise.all(this.#sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve))));
  }

  modeChanged(): void {
    if (this.#directions.some((direction) => direction.hasLost)) this.reset();
    else for (const direction of this.#directions) direction.flush();
  }

  reset(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** What was passed on still arrives. */
  #cut(): void {
    for (const socket of this.#sockets) socket.destroySoon();
  }
}

type Piece = Buffer | 'end' | 'reset';

/** What one side sends, on its way to the other: its bytes, then the end of its stream or the failure of its connection. */
class Direction {
  hasLost = false;
  readonly #way: Way;
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #mode: () => FaultMode;
  readonly #cut: (() => void) | undefined;
  #passedInReply = 0;
  #onTheWay: { readonly piece: Piece; readonly dueMs: number }[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** `cut` ends the connection, where this is the direction of replies. */
  constructor(way: Way, from: Socket, to: Socket, mode: () => FaultMode, cut?: () => void) {
    this.#cut = cut;
    this.#way = way;
    this.#from = from;
    this.#to = to;
    this.#mode = mode;
    from.on('data', (bytes) => this.#take(bytes));
    from.on('end', () => this.#take('end'));
    from.on('error', () => this.#take('reset'));
    to.on('drain', () => this.flush());
    this.flush();
  }

  #take(piece: Piece): void {
    const mode = this.#mode();
    const delayMs = mode.kind === 'latency' ? mode.latencyMs : 0;
    this.#onTheWay.push({ piece, dueMs: performance.now() + delayMs });
    this.flush();
  }

  /** Delivers what is due, as the mode allows. */
  flush(): void {
    const mode = this.#mode();
    if (mode.kind === 'half_open') {
      this.#from.pause();
      return;
    }
    if (mode.kind === 'black_hole' || (mode.kind === 'one_way' && mode.lost === this.#way)) {
      this.hasLost ||= this.#onTheWay.length > 0;
      this.#onTheWay = [];
    }
    let next = this.#onTheWay[0];
    while (next !== undefined && next.dueMs <= performance.now()) {
      this.#onTheWay.shift();
      this.#deliver(next.piece);
      next = this.#onTheWay[0];
    }
    if (next !== undefined) this.#flushAt(next.dueMs);
    if (this.#to.writableNeedDrain) this.#from.pause();
    else this.#from.resume();
  }

  #flushAt(dueMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), dueMs - performance.now());
  }

  #deliver(piece: Piece): void {
    if (this.#to.destroyed) return;
    if (piece === 'reset') this.#to.resetAndDestroy();
    else if (piece === 'end') this.#to.end();
    else this.#pass(piece);
  }

  #pass(bytes: Buffer): void {
    const mode = this.#mode();
    if (mode.kind !== 'cut_replies' || this.#cut === undefined) {
      this.#to.write(bytes);
      return;
    }
    const allowed = bytes.subarray(0, mode.afterBytes - this.#passedInReply);
    this.#passedInReply += allowed.length;
    if (allowed.length > 0) this.#to.write(allowed);
    if (allowed.length < bytes.length) this.#cut();
  }
}

async function listen(port: number): Promise<Server> {
  const server = createServer({ allowHalfOpen: true });
  server.listen(port, LOOPBACK);
  await once(server, 'listening');
  return server;
}
