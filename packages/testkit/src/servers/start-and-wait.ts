// A program for servers.it.test.ts: starts servers, prints their process ids, then ends as told.
import { startServers } from './servers.ts';

const [, , ending] = process.argv;
const servers = await startServers({ purpose: 'test', log: (sentence) => process.stderr.write(`${sentence}\n`) });
process.stdout.write(`${JSON.stringify({ pids: [servers.nats.pid, servers.redis.pid, servers.postgres.pid] })}\n`);
if (ending === 'throw') throw new Error('as told');
if (ending === 'wait') setInterval(() => undefined, 60_000);
if (ending === 'exit') setTimeout(() => process.exit(0), 200);
