const LOOK_EVERY_MS = 25;

/** Looks until there is something. @throws with what did not happen in time, and how things stood when that is known. */
export async function until<Value>(
  what: string,
  look: () => Promise<Value | undefined>,
  withinMs = 20_000,
  describe: () => Promise<string> = () => Promise.resolve(''),
): Promise<Value> {
  const untilMs = performance.now() + withinMs;
  for (;;) {
    const value = await look();
    if (value !== undefined) return value;
    if (performance.now() >= untilMs) throw new Error(`${what}: not within ${withinMs / 1_000} s ${await describe()}`.trim());
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
