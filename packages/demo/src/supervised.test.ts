import { setTimeout as sleep } from 'node:timers/promises';
import { watchServer } from './supervised.ts';

/** A server whose `restart` takes as long as the test says. */
function fakeServer(running: boolean) {
  const server = {
    name: 'nats',
    running,
    restartCount: 0,
    startedUp: Promise.withResolvers<void>(),
    isRunning: () => Promise.resolve(server.running),
    async restart() {
      server.restartCount += 1;
      await server.startedUp.promise;
      server.running = true;
    },
  };
  return server;
}

const LOOKS_MS = 50;

describe('a server that is watched', () => {
  it('is left alone while it runs', async () => {
    const server = fakeServer(true);
    const end = watchServer(server, () => undefined, 1);
    await sleep(LOOKS_MS);
    await end();
    expect(server.restartCount).toBe(0);
  });

  it('is started again when it is gone, once, however long that takes', async () => {
    const server = fakeServer(false);
    const said: string[] = [];
    const end = watchServer(server, (sentence) => said.push(sentence), 1);
    await sleep(LOOKS_MS);
    server.startedUp.resolve();
    await sleep(LOOKS_MS);
    await end();
    expect(server.restartCount).toBe(1);
    expect(said).toEqual(['nats is gone and is started again, on its port and its data']);
  });

  it('is not being started any more when the watch has ended', async () => {
    const server = fakeServer(false);
    const end = watchServer(server, () => undefined, 1);
    await sleep(LOOKS_MS);
    let over = false;
    const ended = end().then(() => (over = true));
    await sleep(LOOKS_MS);
    expect(over).toBe(false);
    server.startedUp.resolve();
    await ended;
  });

  it('that cannot be started again is said, and tried again', async () => {
    const server = fakeServer(false);
    const said: string[] = [];
    const end = watchServer(server, (sentence) => said.push(sentence), 1);
    server.startedUp.reject(new Error('the disk is full'));
    await sleep(LOOKS_MS);
    await end();
    expect(said).toContain('nats could not be started again: the disk is full');
    expect(server.restartCount).toBeGreaterThan(1);
  });
});
