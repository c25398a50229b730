import { appendFileSync } from 'node:fs';
import { runChild } from '../lib/child.ts';

export interface RunRequest {
  readonly program: string;
  readonly args: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  readonly timeoutMs: number;
  /** Ends it early; without it nothing does, which is right for what tidies up. */
  readonly stop?: AbortSignal;
  /** Gets everything that is written, for who looks for the cause of a failure. What only looks at something does without. */
  readonly logFile?: string;
}

export interface RunEnd {
  readonly code: number | null;
  readonly output: string;
}

const TAIL_LINES = 25;

/** Runs a program to its end and gives all that it wrote, on both outputs. */
export async function run(request: RunRequest): Promise<RunEnd> {
  const { logFile, stop } = request;
  stop?.throwIfAborted();
  let output = '';
  const note = (text: string) => logFile !== undefined && appendFileSync(logFile, text);
  note(`\n$ ${[request.program, ...request.args].join(' ')}\n`);
  const { code } = await runChild({
    ...request,
    undisturbed: true,
    onOutput: (text) => {
      output += text;
      note(text);
    },
  });
  stop?.throwIfAborted();
  return { code, output };
}

/** @throws Error with the end of what it wrote, when it does not end well. */
export async function mustRun(request: RunRequest): Promise<string> {
  const { code, output } = await run(request);
  if (code === 0) return output;
  const tail = output.trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
  const how = code === null ? `was ended after at most ${request.timeoutMs / 1_000} s` : `ended with code ${code}`;
  throw new Error(`${[request.program, ...request.args].join(' ').slice(0, 200)} ${how}\n${tail}`);
}
