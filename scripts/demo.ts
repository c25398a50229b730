import { readOptions, runDemo, USAGE, type DemoOptions } from '../packages/demo/src/index.ts';

let options: DemoOptions;
try {
  options = readOptions(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`margrave: ${error instanceof Error ? error.message : String(error)}\nusage: ${USAGE}\n`);
  process.exit(2);
}

const stopped = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopped.abort());

const faults = await runDemo(
  options,
  {
    print: (text) => void process.stdout.write(`${text}\n`),
    say: (sentence) => void process.stderr.write(`margrave: ${sentence}\n`),
  },
  stopped.signal,
);
for (const fault of faults) process.stderr.write(`margrave: the demo failed: ${fault}\n`);
process.exitCode = faults.length === 0 ? 0 : 1;
