import { once } from 'node:events';
import { WebSocket } from 'ws';
import { startRealtimeDatabase, type RealtimeDatabase } from './start.ts';

let database: RealtimeDatabase;
let sockets: WebSocket[] = [];
beforeEach(async () => {
  database = await startRealtimeDatabase({ seed: 1, mode: 'none', credential: 'owner' });
  sockets = [];
});
afterEach(async () => {
  sockets.forEach((socket) => socket.terminate());
  await database.close();
});

interface Client {
  readonly send: (action: string, body: unknown) => void;
  /** The next message but for the handshake, as text put together from its frames. */
  readonly next: () => Promise<unknown>;
}

async function connect(): Promise<Client> {
  const socket = new WebSocket(`ws://${database.host}/.ws?v=5&ns=demo`);
  sockets.push(socket);
  const messages: string[] = [];
  const waiting: ((text: string) => void)[] = [];
  let framesLeft = 0;
  let text = '';
  socket.on('message', (data: Buffer) => {
    const frame = data.toString();
    if (framesLeft === 0 && /^\d{1,6}$/.test(frame)) {
      framesLeft = Number(frame);
      return;
    }
    text += frame;
    if (framesLeft > 0) framesLeft -= 1;
    if (framesLeft > 0) return;
    const whole = text;
    text = '';
    const waiter = waiting.shift();
    if (waiter) waiter(whole);
    else messages.push(whole);
  });
  const next = async (): Promise<unknown> => {
    const ready = messages.shift();
    return JSON.parse(ready ?? (await new Promise<string>((resolve) => waiting.push(resolve))));
  };
  await once(socket, 'open');
  expect(await next()).toMatchObject({ t: 'c', d: { t: 'h', d: { v: '5', h: database.host } } });
  let number = 0;
  return { next, send: (a, b) => socket.send(JSON.stringify({ t: 'd', d: { r: (number += 1), a, b } })) };
}

describe('a client of the websocket', () => {
  it('hears what stands at a path, then what changes there', async () => {
    database.write('datafeeds/EURUSD', { o: '1.1' });
    const client = await connect();
    client.send('q', { p: '/datafeeds', h: '' });
    expect(await client.next()).toEqual({ t: 'd', d: { a: 'd', b: { p: 'datafeeds', d: { EURUSD: { o: '1.1' } } } } });
    expect(await client.next()).toEqual({ t: 'd', d: { r: 1, b: { s: 'ok', d: {} } } });
    database.write('elsewhere', 1);
    database.write('datafeeds/EURUSD/b', 1.2);
    expect(await client.next()).toEqual({ t: 'd', d: { a: 'd', b: { p: 'datafeeds/EURUSD/b', d: 1.2 } } });
    database.merge('datafeeds', { 'EURUSD/b': null, 'GBPUSD/o': 2 });
    expect(await client.next()).toEqual({ t: 'd', d: { a: 'm', b: { p: 'datafeeds', d: { 'EURUSD/b': null, 'GBPUSD/o': 2 } } } });
  });

  it('hears the whole of a deeper path when something above it is written', async () => {
    const client = await connect();
    client.send('q', { p: '/datafeeds/EURUSD/o', h: '' });
    await client.next();
    await client.next();
    database.merge('datafeeds', { GBPUSD: { o: 2 } });
    database.merge('datafeeds', { EURUSD: { o: 5 } });
    expect(await client.next()).toEqual({ t: 'd', d: { a: 'd', b: { p: 'datafeeds/EURUSD/o', d: 5 } } });
  });

  it('gets a long message in frames, and may send one', async () => {
    const long = 'x'.repeat(40_000);
    const client = await connect();
    const socket = sockets[0] as WebSocket;
    const message = JSON.stringify({ t: 'd', d: { r: 1, a: 'p', b: { p: '/long', d: long } } });
    socket.send('2');
    socket.send(message.slice(0, 20_000));
    socket.send(message.slice(20_000));
    expect(await client.next()).toEqual({ t: 'd', d: { r: 1, b: { s: 'ok', d: {} } } });
    client.send('g', { p: '/long' });
    expect(await client.next()).toEqual({ t: 'd', d: { r: 1, b: { s: 'ok', d: long } } });
  });

  it('is refused a wrong credential, a wrong key, a conditional write and an action nobody knows', async () => {
    const client = await connect();
    client.send('auth', { cred: 'wrong' });
    client.send('p', { p: '/a.b', d: 1 });
    client.send('p', { p: '/a', d: 1, h: 'hash' });
    client.send('toString', {});
    const statuses = [await client.next(), await client.next(), await client.next(), await client.next()];
    expect(statuses).toMatchObject(['invalid_token', 'invalid_path', 'error', 'error'].map((s) => ({ d: { b: { s } } })));
  });

  it('has done what it left to be done when it goes', async () => {
    const client = await connect();
    client.send('o', { p: '/present', d: null });
    await client.next();
    database.write('present', true);
    sockets[0]?.terminate();
    for (let tries = 0; database.read('present') !== null && tries < 100; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(database.read('present')).toBeNull();
  });
});

describe('the REST face', () => {
  const node = (path: string): string => `http://${database.host}/${path}.json?ns=demo`;
  it('reads, replaces, merges and deletes', async () => {
    await fetch(node('datafeeds/EURUSD'), { method: 'PUT', body: '{"o":1.1}' });
    await fetch(node('datafeeds'), { method: 'PATCH', body: '{"EURUSD/b":1.2}' });
    expect(await (await fetch(node('datafeeds'))).json()).toEqual({ EURUSD: { o: 1.1, b: 1.2 } });
    await fetch(node('datafeeds/EURUSD/o'), { method: 'DELETE' });
    expect(database.read('')).toEqual({ datafeeds: { EURUSD: { b: 1.2 } } });
  });

  it('answers what it cannot read with a status', async () => {
    const status = async (path: string, init?: RequestInit): Promise<number> => (await fetch(path, init)).status;
    expect(await status(node('a'), { method: 'PUT', body: '{' })).toBe(400);
    expect(await status(node('a'), { method: 'PATCH', body: '5' })).toBe(400);
    expect(await status(node('a%zz'))).toBe(404);
    expect(await status(`http://${database.host}/a`)).toBe(404);
    expect(await status(node('a'), { method: 'POST', body: '5' })).toBe(405);
  });
});
