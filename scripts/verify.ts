// npm run verify: everything that can be said about the code without running it. Each step is a task of turbo.json, so a step whose
// files have not changed since it last passed is not done again.
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { endBy, runChild } from './lib/child.ts';

const STEPS = ['lint', 'types', 'format', 'arrows', 'dead-code', 'copy-paste', 'reference'] as const;
const STEP_TIMEOUT_MS = 8 * 60_000;
const NAME_WIDTH = Math.max(...STEPS.map((step) => step.length));

interface Outcome {
  readonly step: string;
  readonly passed: boolean;
}

const turbo = fileURLToPath(import.meta.resolve('turbo/bin/turbo'));
const environment = { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1', NO_COLOR: '1' };

let interruptedBy: NodeJS.Signals | null = null;
const started = performance.now();
const waiting = [...STEPS];
const lanes = Array.from({ length: Math.min(waiting.length, availableParallelism()) }, runSteps);
const outcomes = (await Promise.all(lanes)).flat();
const failed = outcomes.filter(({ passed }) => !passed).map(({ step }) => step);
const total = `${outcomes.length - failed.length} of ${outcomes.length} steps passed in ${seconds(started)}`;
process.stdout.write(failed.length === 0 ? `${total}\n` : `${total}; failed: ${failed.join(', ')}\n`);
process.exitCode = failed.length === 0 ? 0 : 1;
if (interruptedBy !== null) endBy(interruptedBy);

/** Takes the next step until none is left. A step that fails does not keep the others from being done. */
async function runSteps(): Promise<Outcome[]> {
  const done: Outcome[] = [];
  for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) done.push(await runStep(step));
  return done;
}

async function runStep(step: string): Promise<Outcome> {
  const stepStarted = performance.now();
  let output = '';
  const end = await runChild({
    program: turbo,
    args: ['run', `//#check:${step}`, '--output-logs=errors-only', '--log-prefix=none', '--no-update-notifier'],
    environment,
    timeoutMs: STEP_TIMEOUT_MS,
    onOutput: (text) => (output += text),
  });
  const passed = end.code === 0;
  if (end.interruptedBy !== null) {
    interruptedBy = end.interruptedBy;
    waiting.length = 0;
  }
  const remark = end.signal === null ? (/^Cached:\s+1 cached/m.test(output) ? ' (unchanged)' : '') : ` (ended by ${end.signal})`;
  process.stdout.write(
    `${passed ? 'ok    ' : 'FAILED'}  ${step.padEnd(NAME_WIDTH)}  ${seconds(stepStarted).padStart(7)}${remark}\n`,
  );
  if (!passed) process.stdout.write(`${ofTheCheck(output)}\n`);
  return { step, passed };
}

/** Without what turbo says about itself. When nothing else is left, that is the explanation. */
function ofTheCheck(output: string): string {
  const lines = output.split('\n');
  const first = lines.findIndex((line) => /^cache (miss|bypass)/.test(line));
  const last = lines.findIndex((line) => line.startsWith(' Tasks:'));
  const own = first === -1 ? lines : lines.slice(first + 1, last === -1 ? undefined : last);
  const isOfTurbo = /^(\[ELIFECYCLE\]|\/\/#check:| ERROR {2}run failed)/;
  return own
    .filter((line) => !isOfTurbo.test(line))
    .join('\n')
    .trim();
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1_000).toFixed(1)} s`;
}
