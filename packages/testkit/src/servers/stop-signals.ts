const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * On the first signal that asks this process to end: stops what `stop` stops, then ends as the signal would have. A terminal and
 * npm may both deliver the same Ctrl-C, so later signals change nothing. Returns what gives the signals back.
 */
export function onStopSignal(stop: () => Promise<void>): () => void {
  let stopping = false;
  const listeners = STOP_SIGNALS.map((signal) => {
    const listener = () => {
      if (stopping) return;
      stopping = true;
      stop()
        .catch((error: unknown) => process.stderr.write(`stopping failed: ${String(error)}\n`))
        .finally(() => {
          giveBack();
          process.kill(process.pid, signal);
        });
    };
    process.on(signal, listener);
    return { signal, listener };
  });
  const giveBack = () => {
    for (const { signal, listener } of listeners) process.off(signal, listener);
  };
  return () => {
    if (!stopping) giveBack();
  };
}
