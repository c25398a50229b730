import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { FaultProxy } from './fault-proxy.ts';

const LOOPBACK = '127.0.0.1';
/** Long enough for anything local to arrive, so that silence means something. */
const SILENCE_MS = 150;

let echo: Server;
let proxy: FaultProxy;
let clients: Socket[];

beforeEach(async () => {
  echo = createServer((socket) => socket.on('error', () => undefined).pipe(socket)).listen(0, LOOPBACK);
  await once(echo, 'listening');
  proxy = await FaultProxy.start({ host: LOOPBACK, port: (echo.address() as AddressInfo).port });
  clients = [];
});

afterEach(async () => {
  for (const client of clients) client.destroy();
  await proxy.close();
  echo.close();
  await once(echo, 'close');
});

interface Client {
  readonly socket: Socket;
  received(): string;
  /** How the connection ended, while it is open `undefined`. */
  end(): string | undefined;
}

async function dial(): Promise<Client> {
  const socket = connect({ host: LOOPBACK, port: proxy.port });
  clients.push(socket);
  let received = '';
  let end: string | undefined;
  socket.setEncoding('utf8');
  socket.on('data', (text: string) => (received += text));
  socket.on('error', (error: NodeJS.ErrnoException) => (end = error.code));
  socket.on('end', () => (end ??= 'ended'));
  await once(socket, 'connect');
  return { socket, received: () => received, end: () => end };
}

async function until(reached: () => boolean): Promise<void> {
  const deadline = performance.now() + 3_000;
  while (!reached()) {
    if (performance.now() > deadline) throw new Error('what was waited for did not happen');
    await sleep(5);
  }
}

describe('a fault proxy', () => {
  it.each([
    [0, ''],
    [1, 'o'],
  ])('cuts a reply after %i bytes, when all of the request has arrived', async (afterBytes, heard) => {
    let arrived = '';
    echo.on('connection', (socket: Socket) => socket.on('data', (bytes) => (arrived += bytes.toString())));
    await proxy.setMode({ kind: 'cut_replies', afterBytes });
    const client = await dial();
    client.socket.write('one');
    await until(() => client.end() !== undefined);
    expect([arrived, client.received()]).toEqual(['one', heard]);
  });

  it('passes bytes in both directions and ends with either side', async () => {
    const client = await dial();
    client.socket.write('one');
    await until(() => client.received() === 'one');
    client.socket.end();
    await until(() => client.end() === 'ended');
    await until(() => proxy.connectionCount === 0);
  });

  it('passes more than the buffers hold', async () => {
    const client = await dial();
    const text = 'x'.repeat(5_000_000);
    client.socket.end(text);
    await until(() => client.end() === 'ended');
    expect(client.received()).toHaveLength(text.length);
  });

  it('delays every piece and keeps their order, also when the delay shrinks', async () => {
    const client = await dial();
    await proxy.setMode({ kind: 'latency', latencyMs: 100 });
    const start = performance.now();
    client.socket.write('slow ');
    await sleep(20);
    await proxy.setMode({ kind: 'latency', latencyMs: 1 });
    client.socket.write('fast');
    await until(() => client.received() === 'slow fast');
    expect(performance.now() - start).toBeGreaterThanOrEqual(100);
  });

  it('swallows everything in a black hole, and resets what lost bytes when it closes', async () => {
    const client = await dial();
    const idle = await dial();
    await proxy.setMode({ kind: 'black_hole' });
    client.socket.write('lost');
    const late = await dial();
    await sleep(SILENCE_MS);
    expect([client.received(), client.end(), late.end()]).toEqual(['', undefined, undefined]);
    await proxy.setMode({ kind: 'pass' });
    await until(() => client.end() === 'ECONNRESET');
    idle.socket.write('kept');
    await until(() => idle.received() === 'kept');
  });

  it.each([
    ['requests', ''],
    ['replies', 'heard'],
  ] as const)('loses the %s alone when it is one-way, and resets what lost bytes when that ends', async (lost, arrives) => {
    let arrived = '';
    echo.on('connection', (socket: Socket) => socket.on('data', (bytes: Buffer) => (arrived += bytes.toString())));
    const client = await dial();
    await proxy.setMode({ kind: 'one_way', lost });
    client.socket.write('heard');
    await sleep(SILENCE_MS);
    expect([arrived, client.received(), client.end()]).toEqual([arrives, '', undefined]);
    await proxy.setMode({ kind: 'pass' });
    await until(() => client.end() === 'ECONNRESET');
  });

  it('reads nothing while half open, and loses nothing', async () => {
    const client = await dial();
    await proxy.setMode({ kind: 'half_open' });
    client.socket.write('held');
    await sleep(SILENCE_MS);
    expect([client.received(), client.end()]).toEqual(['', undefined]);
    await proxy.setMode({ kind: 'pass' });
    await until(() => client.received() === 'held');
  });

  it('resets old and new connections', async () => {
    const old = await dial();
    await proxy.setMode({ kind: 'reset' });
    await until(() => old.end() === 'ECONNRESET');
    // The reset may come before the client has seen that it was connected.
    const end = await dial().then(
      async (late) => {
        await until(() => late.end() !== undefined);
        return late.end();
      },
      (error: NodeJS.ErrnoException) => error.code,
    );
    expect(end).toBe('ECONNRESET');
  });

  it('refuses connections, and takes them again on the same port', async () => {
    const old = await dial();
    await proxy.setMode({ kind: 'refuse' });
    await until(() => old.end() === 'ECONNRESET');
    await expect(dial()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await proxy.setMode({ kind: 'pass' });
    const client = await dial();
    client.socket.write('back');
    await until(() => client.received() === 'back');
  });

  it('resets its client when the server cannot be reached', async () => {
    echo.close();
    const client = await dial();
    await until(() => client.end() === 'ECONNRESET');
    echo.listen(0, LOOPBACK);
  });
});
