import { randomInt } from 'node:crypto';
import { readOptions, runSimulate, USAGE, type SimulateOptions } from '../packages/simulation/src/index.ts';

let options: SimulateOptions;
try {
  options = readOptions(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`margrave: ${error instanceof Error ? error.message : String(error)}\nusage: ${USAGE}\n`);
  process.exit(2);
}

const held = await runSimulate(options, {
  print: (text) => void process.stdout.write(`${text}\n`),
  monotonicMs: () => performance.now(),
  freshSeed: () => randomInt(2 ** 32),
});
process.exitCode = held ? 0 : 1;
