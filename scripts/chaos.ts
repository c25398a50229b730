// npm run chaos [-- --seed N --seconds S --fault kind]: a broker under trade that is broken in every way, and then audited.
import { randomInt } from 'node:crypto';
import { CHAOS_USAGE, readChaosOptions, runChaos, type ChaosOptions } from '../packages/demo/src/index.ts';

let options: ChaosOptions;
try {
  options = readChaosOptions(process.argv.slice(2), () => randomInt(2 ** 32));
} catch (error) {
  process.stderr.write(`margrave: ${error instanceof Error ? error.message : String(error)}\nusage: ${CHAOS_USAGE}\n`);
  process.exit(2);
}

const stopped = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopped.abort());

const faults = await runChaos(
  options,
  {
    print: (text) => void process.stdout.write(`${text}\n`),
    say: (sentence) => void process.stderr.write(`margrave: ${sentence}\n`),
  },
  stopped.signal,
);
const { seed, seconds, fault } = options;
const command = `npm run chaos -- --seed ${seed} --seconds ${seconds}${fault === undefined ? '' : ` --fault ${fault}`}`;
process.stdout.write(faults.length === 0 ? `seed ${seed}: all of it holds\n` : '');
for (const sentence of faults) process.stderr.write(`margrave: ${sentence}\n`);
if (faults.length > 0) process.stderr.write(`margrave: once more with: ${command}\n`);
// All is stopped; a connection to a bus that never answered may still wait for its end.
process.exit(faults.length === 0 ? 0 : 1);
