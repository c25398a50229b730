// Loaded for its effect: ends this process, as SIGTERM would, when the process that started it is gone. What nobody waits for
// must not run on.
const CHECK_INTERVAL_MS = 1_000;
const parent = process.ppid;

setInterval(() => {
  if (process.ppid !== parent) process.kill(process.pid, 'SIGTERM');
}, CHECK_INTERVAL_MS).unref();
