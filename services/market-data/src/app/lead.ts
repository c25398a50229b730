/** The right to speak, held by one instance at a time. */
export interface Lock {
  /** Resolves, with the reason, when the right may have passed to another. */
  readonly lost: Promise<string>;
  readonly release: () => Promise<void>;
}

export interface LeadNeeds {
  /** Waits until this instance has the right; resolves with nothing when the signal ends the wait. */
  readonly hold: (signal: AbortSignal, onHeldElsewhere: () => void) => Promise<Lock | undefined>;
  /** A number larger than that of everyone who spoke before. Rejects when the store does not answer. */
  readonly nextGeneration: () => Promise<bigint>;
  readonly onActive: (generation: bigint) => void;
  /** Another instance speaks, or this one stops. May be told again and again. */
  readonly onStandby: () => void;
  readonly onLost: (reason: string) => void;
  readonly onFailed: (error: unknown) => void;
  /** Resolves after a while, at once when the signal is aborted. */
  readonly pause: (signal: AbortSignal) => Promise<void>;
}

/**
 * Becomes the active instance as soon as no other is, and stays it, until the signal is aborted. An instance that loses the
 * database goes on speaking until it sees that another has the right: its numbers are lower than the other's, so that whoever
 * hears both follows the other. Silence, on the other hand, would make every price stale because a database restarts.
 */
export async function lead(needs: LeadNeeds, signal: AbortSignal): Promise<void> {
  const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  while (!signal.aborted) {
    const lock = await needs.hold(signal, needs.onStandby);
    if (lock === undefined) break;
    if (await begin(needs)) {
      await Promise.race([lock.lost.then(needs.onLost), aborted]);
      if (!signal.aborted) continue;
    }
    await lock.release();
    if (!signal.aborted) await needs.pause(signal);
  }
  needs.onStandby();
}

async function begin({ nextGeneration, onActive, onFailed }: LeadNeeds): Promise<boolean> {
  try {
    onActive(await nextGeneration());
    return true;
  } catch (error) {
    onFailed(error);
    return false;
  }
}
