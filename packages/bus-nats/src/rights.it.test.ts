import {
  BUS_OPERATOR,
  busRights,
  EXECUTIONS_CONSUMER,
  MESSAGES,
  PROVIDER_API_PREFIX,
  ProviderExecutionV1,
  ProviderOrderNewV1,
  providerOrdersConsumer,
  STREAM_NAMES,
  STREAMS,
  type BusRights,
} from '@margrave/contracts';
import { loginUrl, testServers } from '@margrave/testkit';
import type { ProviderName } from '@margrave/vocabulary';
import { jetstream } from '@nats-io/jetstream';
import { connect, PermissionViolationError, type NatsConnection } from '@nats-io/transport-node';
import { addressOptions } from './server-address.ts';
import { subjectRights } from './authorization.ts';
import { ensureConsumer } from './consumer.ts';
import { managerOf } from './manager.ts';
import { ensureStreams, makeMissingStreams } from './streams.ts';

const PROVIDERS = ['lp-a', 'lp-b'] as ProviderName[];
const RIGHTS = busRights(PROVIDERS);
const USERS = RIGHTS.map(({ user }) => user);

interface Login {
  readonly client: NatsConnection;
  /** Subjects that the server refused this user since it was last asked. */
  readonly refused: () => Promise<readonly string[]>;
}

let url: string;
let operator: Login;
const logins = new Map<string, Login>();
/** All that the server let through, as one sees it who may hear everything. */
const passed: string[] = [];

async function logIn(user: string): Promise<Login> {
  const client = await connect({ ...addressOptions([loginUrl(url, user)]), inboxPrefix: `_INBOX_${user}`, reconnect: false });
  const refusals: string[] = [];
  void (async () => {
    for await (const status of client.status()) {
      if (status.type === 'error' && status.error instanceof PermissionViolationError) refusals.push(status.error.subject);
    }
  })();
  const refused = async (): Promise<readonly string[]> => {
    await client.flush();
    // The client tells of an error a turn after it heard of it.
    await new Promise((resolve) => setImmediate(resolve));
    return refusals.splice(0);
  };
  return { client, refused };
}
const as = (user: string): Login => {
  const login = logins.get(user);
  if (login === undefined) throw new Error(`${user} is not logged in`);
  return login;
};

beforeAll(async () => {
  url = (await testServers()).natsUrl;
  operator = await logIn(BUS_OPERATOR);
  await ensureStreams(operator.client, Object.values(STREAMS));
  for (const { reads } of RIGHTS) for (const consumer of reads) await ensureConsumer(operator.client, consumer);
  operator.client.subscribe('>', { callback: (_error, message) => void passed.push(message.subject) });
  for (const user of USERS) logins.set(user, await logIn(user));
});
afterAll(async () => {
  await Promise.all([operator, ...logins.values()].map(({ client }) => client.close()));
});

/** Publishes as a user, and says whether the server passed it on. */
async function says(user: string, subject: string): Promise<'passed' | 'refused'> {
  const { client, refused } = as(user);
  passed.length = 0;
  client.publish(subject, '{}');
  const refusals = await refused();
  await operator.client.flush();
  const arrived = passed.includes(subject);
  expect(refusals).toEqual(arrived ? [] : [subject]);
  return arrived ? 'passed' : 'refused';
}

/** Subscribes as a user, and says whether it then hears what is said on a subject under that filter. */
async function hears(user: string, filter: string, example = concrete(filter)): Promise<'passed' | 'refused'> {
  const { client, refused } = as(user);
  let heard = false;
  const subscription = client.subscribe(filter, { callback: (error) => void (heard ||= error === null) });
  const refusals = await refused();
  operator.client.publish(example, '{}');
  await operator.client.flush();
  await client.flush();
  if (!subscription.isClosed()) subscription.unsubscribe();
  expect(refusals).toEqual(heard ? [] : [filter]);
  return heard ? 'passed' : 'refused';
}

/** A subject that a filter covers, of a provider that is there where one is named. */
const concrete = (filter: string): string =>
  filter
    .replace(/^provider\.\*/, 'provider.lp-b')
    .replaceAll('*', '7')
    .replace(/>$/, 'x.y');

/** Whether a list of allowed subjects covers a subject without wildcards. */
const covers = (allowed: readonly string[], subject: string): boolean =>
  allowed.some((filter) => {
    const [wide, given] = [filter.split('.'), subject.split('.')];
    const rest = wide.at(-1) === '>';
    return (
      (rest ? given.length >= wide.length : given.length === wide.length) &&
      (rest ? wide.slice(0, -1) : wide).every((token, index) => token === '*' || token === given[index])
    );
  });

const inWords = (allowed: boolean): string => (allowed ? 'passed' : 'refused');

describe('of every message there is', () => {
  const subjects = Object.values(MESSAGES).flatMap(({ subjectTemplate }) => {
    const filter = subjectTemplate.filter();
    return filter.startsWith('provider.')
      ? PROVIDERS.map((provider) => concrete(filter.replace('*', provider)))
      : filter.startsWith('dead.')
        ? USERS.map((user) => filter.replace('*', user))
        : [concrete(filter)];
  });

  it.each(RIGHTS)('$user says what it is declared to say, and the server refuses the rest', async ({ user, says: declared }) => {
    for (const subject of subjects) {
      expect({ subject, is: await says(user, subject) }).toEqual({ subject, is: inWords(covers(declared, subject)) });
    }
  });

  it.each(RIGHTS)(
    '$user hears what it is declared to hear, and the server refuses the rest',
    async ({ user, hears: declared }) => {
      const filters = [...new Set([...Object.values(MESSAGES).map((message) => message.subjectTemplate.filter()), ...subjects])];
      for (const filter of filters) {
        expect({ filter, is: await hears(user, filter) }).toEqual({ filter, is: inWords(covers(declared, filter)) });
      }
    },
  );
});

/** Written by hand, and not from the declaration: what must be refused whatever is declared. */
describe('what does harm', () => {
  const FORGERIES: readonly (readonly [user: string, subject: string, what: string])[] = [
    ['order-gateway', 'provider.lp-a.executions.v1', 'forge a fill'],
    ['provider-worker', 'provider.lp-a.executions.v1', 'forge a fill'],
    ['pending-orders', 'provider.lp-a.executions.v1', 'forge a fill'],
    ['market-data', 'provider.lp-a.executions.v1', 'forge a fill'],
    ['lp-a', 'provider.lp-b.executions.v1', 'forge a fill of another provider'],
    ['lp-b', 'provider.lp-a.executions.v1', 'forge a fill of another provider'],
    ['market-data', 'provider.lp-a.orders.v1.new', 'send an order'],
    ['lp-a', 'provider.lp-b.orders.v1.new', 'send an order'],
    ['lp-a', 'provider.lp-a.orders.v1.new', 'send itself an order'],
    ['order-gateway', 'md.quotes.v1.EURUSD', 'forge a price'],
    ['provider-worker', 'md.quotes.v1.EURUSD', 'forge a price'],
    ['pending-orders', 'md.quotes.v1.EURUSD', 'forge a price'],
    ['lp-a', 'md.quotes.v1.EURUSD', 'forge a price'],
    ['lp-a', 'account.1.events.v1.1000000001', 'forge an event'],
    ['market-data', 'account.1.events.v1.1000000001', 'forge an event'],
    ['order-gateway', 'dead.provider-worker', 'forge a dead letter'],
    ['order-gateway', 'config.changed.v1.groups', 'announce a configuration'],
    ['pending-orders', 'config.changed.v1.accounts', 'announce a configuration'],
    ['lp-a', '$JS.ACK.EXECUTIONS.provider-worker.1.1.1.1.0', 'acknowledge a report for the worker'],
    ['lp-a', '$JS.ACK.PROVIDER_ORDERS.lp-b.1.1.1.1.0', 'acknowledge an order of another provider'],
    ['order-gateway', '$JS.ACK.EXECUTIONS.provider-worker.1.1.1.1.0', 'acknowledge a report for the worker'],
    ['lp-a', '_INBOX_lp-b.x', 'answer in the place of the server'],
    ['lp-a', '_INBOX_order-gateway.x.y', 'answer in the place of the server'],
  ];
  it.each(FORGERIES)('%s, on %s, cannot %s', async (user, subject) => expect(await says(user, subject)).toBe('refused'));

  const EVERYWHERE = ['>', '*.>', '_INBOX.>', '_INBOX.*', '$JS.>', '$SYS.>', 'provider.>', 'account.>', 'dead.*', '$JS.EVENT.>'];
  it.each(USERS)('%s hears neither everything, nor another’s answers, nor what goes to another', async (user) => {
    const others = USERS.filter((other) => other !== user);
    const foreign = [...EVERYWHERE, ...others.map((other) => `_INBOX_${other}.>`), '_INBOX_operator.>', '_INBOX_*.>'];
    for (const provider of PROVIDERS) foreign.push(`provider.${provider}.orders.v1.>`, `provider.${provider}.executions.v1`);
    for (const filter of foreign) {
      expect({ filter, is: await hears(user, filter) }).toEqual({ filter, is: 'refused' });
    }
  });

  const ADMINISTRATION = STREAM_NAMES.flatMap((stream) => [
    ...['DELETE', 'PURGE', 'UPDATE', 'MSG.GET', 'MSG.DELETE', 'SNAPSHOT', 'RESTORE', 'LEADER.STEPDOWN'].map(
      (action) => `$JS.API.STREAM.${action}.${stream}`,
    ),
    `$JS.API.DIRECT.GET.${stream}`,
    `$JS.API.CONSUMER.CREATE.${stream}`,
    `$JS.API.CONSUMER.CREATE.${stream}.spy`,
    `$JS.API.CONSUMER.CREATE.${stream}.spy.>`,
    `$JS.API.CONSUMER.DURABLE.CREATE.${stream}.spy`,
    `$JS.API.CONSUMER.NAMES.${stream}`,
    `$JS.API.CONSUMER.LIST.${stream}`,
    ...RIGHTS.flatMap(({ reads }) => reads)
      .filter((consumer) => consumer.stream === stream)
      .flatMap(({ durable }) =>
        ['DELETE', 'PAUSE', 'LEADER.STEPDOWN'].map((act) => `$JS.API.CONSUMER.${act}.${stream}.${durable}`),
      ),
  ]);
  const WHOLE = [
    'INFO',
    'STREAM.NAMES',
    'STREAM.LIST',
    'STREAM.CREATE.MINE',
    'ACCOUNT.PURGE.$G',
    'SERVER.REMOVE',
    'META.LEADER.STEPDOWN',
  ];
  it.each(USERS)('%s cannot administrate a stream or a consumer', async (user) => {
    for (const subject of [...ADMINISTRATION, ...WHOLE.map((action) => `$JS.API.${action}`)]) {
      expect({ subject, is: await says(user, subject) }).toEqual({ subject, is: 'refused' });
    }
    const manager = await managerOf(operator.client);
    const streams = await Promise.all(STREAM_NAMES.map(async (name) => (await manager.streams.info(name)).config.name));
    expect(streams).toEqual(STREAM_NAMES);
  });

  it.each(RIGHTS)(
    '$user reads no consumer but its own, and makes none but those declared',
    async ({ user, reads, makesConsumers }) => {
      const all = [EXECUTIONS_CONSUMER, ...PROVIDERS.map(providerOrdersConsumer)];
      const includes = (declared: BusRights['reads'], { stream, durable }: BusRights['reads'][number]): boolean =>
        declared.some((one) => one.stream === stream && one.durable === durable);
      for (const consumer of all) {
        const { stream, durable, filter } = consumer;
        const making = [`CONSUMER.INFO.${stream}.${durable}`, `CONSUMER.CREATE.${stream}.${durable}.${filter}`];
        const refused = [
          ...(includes(reads, consumer) ? [] : [`CONSUMER.MSG.NEXT.${stream}.${durable}`]),
          ...(includes(makesConsumers, consumer) ? [] : making),
          ...(durable === user ? [] : [`CONSUMER.CREATE.${stream}.${user}.${filter}`]),
        ];
        for (const subject of refused.map((action) => `$JS.API.${action}`)) {
          expect({ subject, is: await says(user, subject) }).toEqual({ subject, is: 'refused' });
        }
      }
    },
  );

  it('a provider makes no consumer, its own neither: it could have its messages put on any subject', () => {
    const providers = RIGHTS.filter(({ side }) => side === 'provider');
    expect(providers.map(({ user, makesConsumers, makes }) => [user, makesConsumers, makes])).toEqual(
      PROVIDERS.map((provider) => [provider, [], []]),
    );
  });

  const ELSEWHERE = [
    ...STREAM_NAMES.flatMap((stream) => [`$JS.API.STREAM.DELETE.${stream}`, `$JS.API.STREAM.PURGE.${stream}`]),
    '$JS.API.CONSUMER.DELETE.EXECUTIONS.provider-worker',
    '$JS.API.CONSUMER.DELETE.PROVIDER_ORDERS.lp-b',
    'provider.lp-b.executions.v1',
    'provider.lp-b.orders.v1.new',
    'account.7.events.v1.1000000007',
    'md.quotes.v1.EURUSD',
    'dead.provider-worker',
    '_INBOX_provider-worker.x.y',
  ];
  it.each(ELSEWHERE)('a provider cannot have the server speak in its place on %s', async (elsewhere) => {
    const { client, refused } = as('lp-a');
    const { stream, durable } = providerOrdersConsumer('lp-a' as ProviderName);
    operator.client.publish('provider.lp-a.orders.v1.new', JSON.stringify(ProviderOrderNewV1.example));
    await operator.client.flush();
    passed.length = 0;
    // Answered with messages while there are some, and then without a word: to JetStream that is a request like any other.
    for (let asked = 0; asked < 2; asked += 1) {
      for (const prefix of ['$JS.API', PROVIDER_API_PREFIX]) {
        const next = `${prefix}.CONSUMER.MSG.NEXT.${stream}.${durable}`;
        client.publish(next, '{"batch":1000,"no_wait":true}', { reply: elsewhere });
        client.publish(`${PROVIDER_API_PREFIX}.CONSUMER.INFO.${stream}.${durable}`, '', { reply: elsewhere });
      }
    }
    client.publish(ProviderExecutionV1.subject({ provider: 'lp-a' as ProviderName }), '{}', { reply: elsewhere });
    expect(await refused()).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await operator.client.flush();
    expect(passed).not.toContain(elsewhere);
    const manager = await managerOf(operator.client);
    const names = await Promise.all(STREAM_NAMES.map(async (name) => (await manager.streams.info(name)).config.name));
    expect(names).toEqual(STREAM_NAMES);
    await expect(manager.consumers.info('EXECUTIONS', 'provider-worker')).resolves.toBeDefined();
  });

  it('who may make a stream cannot change one that is there, nor empty it', async () => {
    const { client } = as('provider-worker');
    const manager = await managerOf(operator.client);
    const before = (await manager.streams.info('EXECUTIONS')).config;
    const request = { ...before, deny_delete: false, deny_purge: false, max_age: 1e9, subjects: ['>'] };
    const answer = await client.request('$JS.API.STREAM.CREATE.EXECUTIONS', JSON.stringify(request), { timeout: 2_000 });
    expect(answer.json<{ error?: object }>().error).toBeDefined();
    expect((await manager.streams.info('EXECUTIONS')).config).toEqual(before);
  });

  it.each(STREAM_NAMES)('not even the operator deletes a message of %s or empties it', async (stream) => {
    const manager = await managerOf(operator.client);
    const { last_seq: last } = (await manager.streams.info(stream)).state;
    await expect(manager.streams.purge(stream)).rejects.toThrow(/not permitted/);
    await expect(manager.streams.deleteMessage(stream, last)).rejects.toThrow(/not permitted/);
  });

  it.each([
    ['no name', undefined, undefined],
    ['a name and no password', 'order-gateway', undefined],
    ['a wrong password', 'order-gateway', 'wrong'],
    ['the password of another', 'order-gateway', 'lp-a'],
  ])('nobody gets in with %s', async (_what, user, of) => {
    const { host } = new URL(url);
    const pass = of === 'lp-a' ? new URL(loginUrl(url, 'lp-a')).password : of;
    const login = { ...(user === undefined ? {} : { user }), ...(pass === undefined ? {} : { pass }) };
    await expect(connect({ servers: host, ...login, reconnect: false })).rejects.toThrow('Authorization Violation');
  });
});

describe('what is needed', () => {
  const user = (name: string): BusRights => RIGHTS.find((rights) => rights.user === name)!;

  it.each(RIGHTS.filter(({ reads }) => reads.length > 0))('$user is delivered the messages of its consumer', async (rights) => {
    const { client, refused } = as(rights.user);
    const maker = as('provider-worker');
    for (const consumer of rights.reads) {
      const subject = rights.user === 'provider-worker' ? 'provider.lp-a.executions.v1' : `provider.${rights.user}.orders.v1.new`;
      const manager = await managerOf(operator.client);
      await manager.consumers.delete(consumer.stream, consumer.durable);
      expect(await ensureConsumer(maker.client, consumer)).toBe('created');
      expect(await ensureConsumer(maker.client, { ...consumer, ackWaitMs: 1_000 })).toBe('existed');
      operator.client.publish(subject, '{}');
      const next = `$JS.API.CONSUMER.MSG.NEXT.${consumer.stream}.${consumer.durable}`;
      const message = await client.request(next, JSON.stringify({ batch: 1, expires: 2e9 }), { timeout: 3_000, noMux: true });
      expect(covers([consumer.filter], message.subject)).toBe(true);
      const unacknowledged = async (): Promise<number> =>
        (await manager.consumers.info(consumer.stream, consumer.durable)).num_ack_pending;
      expect(await unacknowledged()).toBe(1);
      await client.request(message.reply ?? '', '+ACK', { timeout: 2_000 });
      expect(await unacknowledged()).toBe(0);
      expect([await refused(), await maker.refused()]).toEqual([[], []]);
    }
  });

  it.each(PROVIDERS)('%s reads its requests and reports by a usual client of NATS that is told the prefix', async (provider) => {
    const { client, refused } = as(provider);
    const { stream, durable } = providerOrdersConsumer(provider);
    await ensureConsumer(as('provider-worker').client, providerOrdersConsumer(provider));
    const consumer = await jetstream(client, { apiPrefix: PROVIDER_API_PREFIX }).consumers.get(stream, durable);
    operator.client.publish(`provider.${provider}.orders.v1.new`, '{}');
    const message = await consumer.next({ expires: 2_000 });
    // Another test may have left a request of another kind before it.
    expect(message?.subject).toMatch(new RegExp(`^provider\\.${provider}\\.orders\\.v1\\.`));
    expect(await message?.ackAck()).toBe(true);
    expect((await jetstream(client).publish(`provider.${provider}.executions.v1`, '{}')).stream).toBe('EXECUTIONS');
    expect(await refused()).toEqual([]);
  });

  it('provider-worker makes the streams that are missing, and says what it may not change', async () => {
    const { client, refused } = as('provider-worker');
    const manager = await managerOf(operator.client);
    await manager.streams.delete('DEAD');
    await manager.streams.add({ name: 'DEAD', subjects: ['dead.*'] });
    await manager.streams.delete('EVENTS');
    const reports = await makeMissingStreams(client, Object.values(STREAMS));
    expect(reports.map(({ name, done }) => `${name} ${done}`)).toEqual([
      'PROVIDER_ORDERS unchanged',
      'EXECUTIONS unchanged',
      'EVENTS created',
      'DEAD refused',
    ]);
    expect(reports.at(-1)?.faults).toEqual([expect.stringContaining('The stream DEAD is not as this release needs it')]);
    expect(await refused()).toEqual([]);
    expect(await ensureStreams(operator.client, [STREAMS.DEAD])).toMatchObject([{ done: 'updated' }]);
  });

  it('no user has a right twice, or a wildcard over providers that is not named here', () => {
    for (const rights of RIGHTS) {
      const { publish, subscribe } = subjectRights(rights);
      for (const subjects of [publish, subscribe]) expect(new Set(subjects).size).toBe(subjects.length);
    }
    const overProviders = RIGHTS.filter((rights) =>
      subjectRights(rights).publish.some((subject) => subject.startsWith('provider.*')),
    );
    expect(overProviders).toEqual([user('order-gateway'), user('provider-worker'), user('pending-orders')]);
  });
});
