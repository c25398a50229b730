import { parseArgs } from 'node:util';
import { startRealtimeDatabase } from './start.ts';

/**
 * The database as a process of its own: `node packages/testkit/src/realtime-database/main.ts --seed 7 --mode live`.
 * Says where it is in one line of JSON on standard output, and stops on SIGTERM, SIGINT or when its standard input ends,
 * so that it does not outlive who started it.
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    mode: { type: 'string', default: 'live' },
    'ticks-per-second': { type: 'string', default: '3' },
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '0' },
    'stay-without-input': { type: 'boolean', default: false },
  },
});
if (values.mode !== 'live' && values.mode !== 'still') {
  process.stderr.write('--mode is live or still\n');
  process.exit(2);
}
const database = await startRealtimeDatabase({
  seed: Number.parseInt(values.seed, 10),
  mode: values.mode,
  ticksPerSecond: Number.parseFloat(values['ticks-per-second']),
  host: values.host,
  port: Number.parseInt(values.port, 10),
});
process.stdout.write(`${JSON.stringify({ host: database.host, environment: database.environment })}\n`);

const stop = (): void => {
  database.close().then(
    () => process.exit(0),
    (error: unknown) => {
      process.stderr.write(`the database did not stop cleanly: ${String(error)}\n`);
      process.exit(1);
    },
  );
};
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
if (!values['stay-without-input']) process.stdin.once('end', stop).resume();
