// A program for servers.it.test.ts: starts servers, prints their source and ports, then ends as told.
import { startServers } from './servers.ts';

const [, , ending] = process.argv;
const servers = await startServers({ purpose: 'test', log: (sentence) => process.stderr.write(`${sentence}\n`) });
const ports = [servers.nats, servers.redis, servers.postgres].map(({ port }) => port);
process.stdout.write(`${JSON.stringify({ source: servers.source, ports })}\n`);
if (ending === 'throw') throw new Error('as told');
if (ending === 'wait') setInterval(() => undefined, 60_000);
if (ending === 'exit') setTimeout(() => process.exit(0), 200);
