import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { removeContainersOf } from './docker-engine.ts';
import { removeRun, type RunFolder } from './run-folder.ts';
import { onStopSignal } from './stop-signals.ts';

/**
 * What SIGINT, SIGTERM and SIGHUP do. `stop servers` stops them and then lets the signal end this process. A program that has
 * to stop other things first says `leave to caller` and stops them itself.
 */
export type OnSignal = 'stop servers' | 'leave to caller';

const REMOVE_TIMEOUT_MS = 30_000;

/** Ties a run to the life of this process, and returns what removes it earlier. */
export function removeWithProcess(
  run: RunFolder,
  onSignal: OnSignal,
  startsSettled: () => Promise<unknown>,
): () => Promise<void> {
  // An exit hook cannot wait for anything but another process, so one does the work.
  const onExit = () => {
    if (!existsSync(run.path)) return;
    const script = fileURLToPath(new URL('./remove-run.ts', import.meta.url));
    spawnSync(process.execPath, [script, run.path], { stdio: ['ignore', 'ignore', 'inherit'], timeout: REMOVE_TIMEOUT_MS });
  };
  let stopListening = () => undefined as void;
  let removal: Promise<void> | undefined;
  const removeNow = async () => {
    await startsSettled();
    await removeRun(run.path, removeContainersOf);
    process.off('exit', onExit);
    stopListening();
  };
  const remove = () => (removal ??= removeNow());
  process.on('exit', onExit);
  if (onSignal === 'stop servers') stopListening = onStopSignal(remove);
  return remove;
}
