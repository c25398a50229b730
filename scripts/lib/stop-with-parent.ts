const CHECK_INTERVAL_MS = 1_000;

/** Ends this process, as SIGTERM would, when the process that started it is gone: what nobody waits for must not run on. */
export function stopWithParent(): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, 'SIGTERM');
  }, CHECK_INTERVAL_MS).unref();
}
