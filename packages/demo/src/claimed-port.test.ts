import { freePort } from '@margrave/testkit';
import { createServer, type Server } from 'node:net';
import { claimPort, type ClaimedPort } from './claimed-port.ts';

const claims: ClaimedPort[] = [];
const servers: Server[] = [];
afterEach(async () => {
  for (const claim of claims.splice(0)) await claim.release();
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});

async function claim(wanted: number): Promise<ClaimedPort> {
  const claimed = await claimPort(wanted);
  claims.push(claimed);
  return claimed;
}

const listen = (port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    servers.push(server);
    server.listen(port, '127.0.0.1', () => resolve());
  });

describe('the port of a demo', () => {
  it('is the one that is wanted, and can be listened on', async () => {
    const wanted = await freePort();
    expect((await claim(wanted)).port).toBe(wanted);
    await listen(wanted);
  });

  it('goes to one of those who want it at once, and each other one gets another free one', async () => {
    const wanted = await freePort();
    const claimed = await Promise.all(Array.from({ length: 4 }, () => claim(wanted)));
    const ports = claimed.map(({ port }) => port);
    expect(ports.filter((port) => port === wanted)).toHaveLength(1);
    expect(new Set(ports).size).toBe(ports.length);
    for (const port of ports) await listen(port);
  });

  it('stays claimed while nobody listens there: a gateway that starts, or starts again', async () => {
    const wanted = await freePort();
    await claim(wanted);
    expect((await claim(wanted)).port).not.toBe(wanted);
  });

  it('is another one where any program listens', async () => {
    const wanted = await freePort();
    await listen(wanted);
    expect((await claim(wanted)).port).not.toBe(wanted);
  });

  it('is free again for the next when it is released', async () => {
    const wanted = await freePort();
    await (await claimPort(wanted)).release();
    expect((await claim(wanted)).port).toBe(wanted);
  });
});
