import { createLifecycle } from '@margrave/runtime';
import { testServers } from '@margrave/testkit';
import { startBus } from './start-bus.ts';
import { silentLog } from './testing/bus.ts';

/** A service with a bus, in a process that is pretended. */
async function serviceWithBus(as?: string) {
  const ended = Promise.withResolvers<number>();
  const lifecycle = createLifecycle({
    log: silentLog,
    flushLog: async () => undefined,
    host: { on: () => undefined, exit: ended.resolve, stderr: process.stderr },
  });
  const { natsUrl } = await testServers();
  const configuration = { natsUrl: [natsUrl], natsCredentials: undefined };
  const bus = await startBus({ name: 'teller', configuration, component: () => silentLog, lifecycle }, as);
  return { bus, client: await bus.ready, lifecycle, ended: ended.promise };
}

it('is closed when the service stops', async () => {
  const { client, lifecycle, ended } = await serviceWithBus();
  expect(client.isClosed()).toBe(false);
  lifecycle.stop('the test is over');
  expect(await ended).toBe(0);
  expect(client.isClosed()).toBe(true);
});

it('ends the service with 1 when its connection is gone for good', async () => {
  const { client, ended } = await serviceWithBus();
  await client.close();
  expect(await ended).toBe(1);
});

it.each([
  ['the user of the address', undefined, 'operator'],
  ['that user whatever it is told', 'lp-a', 'operator'],
])('hears answers as %s', async (_who, as, name) => {
  const asking = await serviceWithBus(as);
  const answering = await serviceWithBus();
  answering.client.subscribe('where.to', { callback: (_error, message) => void message.respond(message.reply) });
  await answering.client.flush();
  expect((await asking.client.request('where.to')).string()).toMatch(new RegExp(`^_INBOX_${name}[.]`));
  for (const { lifecycle, ended } of [asking, answering]) {
    lifecycle.stop('the test is over');
    await ended;
  }
});

it('does not hear what it said itself', async () => {
  const [speaking, hearing] = [await serviceWithBus(), await serviceWithBus()];
  const heard: string[] = [];
  for (const [name, { client }] of Object.entries({ speaking, hearing }))
    client.subscribe('word', { callback: () => void heard.push(name) });
  await Promise.all([speaking.client.flush(), hearing.client.flush()]);
  speaking.client.publish('word');
  await speaking.client.flush();
  await hearing.client.flush();
  expect(heard).toEqual(['hearing']);
  for (const { lifecycle, ended } of [speaking, hearing]) {
    lifecycle.stop('the test is over');
    await ended;
  }
});
