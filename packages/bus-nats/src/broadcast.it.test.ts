import { AccountEventV1, QuoteV1 } from '@margrave/contracts';
import { FaultProxy, testServers } from '@margrave/testkit';
import { checkSymbolName, type SymbolName } from '@margrave/vocabulary';
import { headers } from '@nats-io/transport-node';
import { createBroadcaster } from './broadcast.ts';
import { notice, subscribe } from './subscription.ts';
import { closeTestBuses, silentLog, testBus, until, type TestBus } from './testing/bus.ts';

const symbol = (name: string): SymbolName => checkSymbolName(name) as SymbolName;
const quote = (name: string, sequence: number): [string, string] => [
  QuoteV1.subject({ symbol: symbol(name) }),
  JSON.stringify({ ...QuoteV1.example, symbol: name, sequence: String(sequence) }),
];

let natsUrl: string;
let proxy: FaultProxy;
let sender: TestBus;
let hearer: TestBus;

beforeEach(async () => {
  ({ natsUrl } = await testServers());
  const { hostname: host, port } = new URL(natsUrl);
  proxy = await FaultProxy.start({ host, port: Number(port) });
  sender = await testBus(natsUrl.replace(port, String(proxy.port)), { name: 'market-data' });
  hearer = await testBus(natsUrl, { name: 'order-gateway' });
});
afterEach(async () => {
  await proxy.setMode({ kind: 'pass' });
  await closeTestBuses();
  await proxy.close();
});

/** Resolves when the server knows what is subscribed to: the subscription itself is made a turn after it was asked for. */
async function subscribed(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  await hearer.client.flush();
}

function hear(only?: { readonly symbol: SymbolName }) {
  const [heard, undecodable, bugs]: [string[], string[], Error[]] = [[], [], []];
  let fail = false;
  const end = subscribe(hearer.connection, {
    contract: QuoteV1,
    ...(only === undefined ? {} : { only }),
    onMessage: ({ body, parameters }) => {
      if (fail) throw new TypeError('a bug');
      heard.push(`${parameters.symbol} ${body.sequence}`);
    },
    onUndecodable: (reason, subject) => undecodable.push(`${subject} ${reason}`),
    onBug: (error) => bugs.push(error),
    log: silentLog,
  });
  return { heard, undecodable, bugs, end, failFromNow: () => (fail = true) };
}

it('hears what is sent, in order, on the subjects it asked for', async () => {
  const [all, one] = [hear(), hear({ symbol: symbol('XAUUSD') })];
  await subscribed();
  const { broadcast } = createBroadcaster(sender.connection, { log: silentLog });
  for (let n = 0; n < 1_000; n += 1) expect(broadcast(...quote(n % 2 === 0 ? 'EURUSD' : 'XAUUSD', n))).toBe(true);
  await until(() => all.heard.length === 1_000, 'all were heard');
  expect(all.heard).toEqual(Array.from({ length: 1_000 }, (_, n) => `${n % 2 === 0 ? 'EURUSD' : 'XAUUSD'} ${n}`));
  expect(one.heard).toHaveLength(500);
});

it('counts what cannot be read, and hears the next', async () => {
  const { heard, undecodable } = hear();
  await subscribed();
  const { broadcast } = createBroadcaster(sender.connection, { log: silentLog });
  broadcast('md.quotes.v1.EURUSD', '{"symbol":');
  broadcast('md.quotes.v1.eurusd', JSON.stringify(QuoteV1.example));
  broadcast(...quote('EURUSD', 7));
  await until(() => heard.length === 1, 'the good one was heard');
  expect(undecodable).toEqual(['md.quotes.v1.EURUSD not JSON', 'md.quotes.v1.eurusd not a subject of quote']);
});

it('notices by its id that a message was sent, and counts one that has none', async () => {
  const [noticed, undecodable]: [unknown[], string[]] = [[], []];
  notice(hearer.connection, {
    contract: AccountEventV1,
    onMessage: (id) => noticed.push(id),
    onUndecodable: (reason) => undecodable.push(reason),
    onBug: (error) => undecodable.push(error.message),
    log: silentLog,
  });
  await subscribed();
  const subject = 'account.1.events.v1.1000000001';
  for (const messageId of [undefined, '1000000001', '1000000001:7']) {
    const fields = headers();
    if (messageId !== undefined) fields.set('Nats-Msg-Id', messageId);
    sender.client.publish(subject, 'not even JSON', { headers: fields });
  }
  await until(() => noticed.length === 1, 'the one with an id was noticed');
  expect(noticed).toEqual([{ accountId: '1000000001', sequence: 7n }]);
  expect(undecodable).toEqual(['not an id of account.event', 'not an id of account.event']);
});

it('reports a bug of who hears, and does not lose the connection to it', async () => {
  const { heard, bugs, failFromNow } = hear();
  await subscribed();
  const { broadcast } = createBroadcaster(sender.connection, { log: silentLog });
  broadcast(...quote('EURUSD', 1));
  await until(() => heard.length === 1, 'the first was heard');
  failFromNow();
  broadcast(...quote('EURUSD', 2));
  await until(() => bugs.length === 1, 'the bug was reported');
  expect(await hearer.connection.check()).toEqual({ ok: true });
});

it('hears again after its connection was lost, and nothing after it ended', async () => {
  const { heard, end } = hear();
  await subscribed();
  const { broadcast } = createBroadcaster(sender.connection, { log: silentLog });
  await hearer.client.reconnect();
  await until(() => hearer.events.filter((event) => event === 'connected').length === 2, 'it was connected again');
  await hearer.client.flush();
  broadcast(...quote('EURUSD', 1));
  await until(() => heard.length === 1, 'it heard');
  end();
  broadcast(...quote('EURUSD', 2));
  await sender.client.flush();
  await hearer.client.flush();
  expect(heard).toEqual(['EURUSD 1']);
});

it('drops what a server that stands still would have it keep, and sends again when it moves', async () => {
  const { broadcast } = createBroadcaster(sender.connection, { log: silentLog, unansweredBytesMax: 1_000_000 });
  await proxy.setMode({ kind: 'half_open' });
  const body = 'x'.repeat(1_000);
  let sent = 0;
  while (sent < 100_000 && broadcast('md.quotes.v1.EURUSD', body)) sent += 1;
  expect(sent).toBeGreaterThan(900);
  expect(sent).toBeLessThan(1_300);
  await proxy.setMode({ kind: 'pass' });
  await until(() => broadcast('md.quotes.v1.EURUSD', body), 'it sent again');
});

it('drops while there is no connection', async () => {
  const { broadcast } = createBroadcaster(sender.connection, { log: silentLog });
  await proxy.setMode({ kind: 'refuse' });
  await until(() => !sender.connection.isConnected(), 'the connection was lost');
  expect(broadcast(...quote('EURUSD', 1))).toBe(false);
  await proxy.setMode({ kind: 'pass' });
  await until(() => broadcast(...quote('EURUSD', 2)), 'it sent again');
});
