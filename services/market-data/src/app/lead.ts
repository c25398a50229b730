/** The right to speak, held by one instance at a time. */
export interface Lease {
  /** Larger than that of everyone who spoke before. */
  readonly generation: bigint;
  /** Resolves when the right may have passed to another. */
  readonly lost: Promise<void>;
  readonly release: () => Promise<void>;
}

export type Attempt =
  | { readonly kind: 'acquired'; readonly lease: Lease }
  /** Another instance speaks. */
  | { readonly kind: 'held' }
  /** Nobody knows who speaks: the database does not answer. */
  | { readonly kind: 'unreachable'; readonly reason: string };

export interface LeadNeeds {
  readonly tryAcquire: () => Promise<Attempt>;
  readonly onActive: (generation: bigint) => void;
  readonly onStandby: () => void;
  readonly onUnreachable: (reason: string) => void;
  /** Resolves after a while, at once when the signal is aborted. */
  readonly pause: (signal: AbortSignal) => Promise<void>;
}

/**
 * Becomes the active instance as soon as no other is, and stays it, until the signal is aborted. An instance that loses the
 * database goes on speaking until it knows that another speaks: its numbers are lower than the other's, so that whoever hears
 * both follows the other. Silence, on the other hand, would make every price stale because a database restarts.
 */
export async function lead(needs: LeadNeeds, signal: AbortSignal): Promise<void> {
  const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  while (!signal.aborted) {
    const attempt = await needs.tryAcquire();
    switch (attempt.kind) {
      case 'acquired': {
        if (!signal.aborted) needs.onActive(attempt.lease.generation);
        await Promise.race([attempt.lease.lost, aborted]);
        if (signal.aborted) await attempt.lease.release();
        break;
      }
      case 'held':
        needs.onStandby();
        await needs.pause(signal);
        break;
      case 'unreachable':
        needs.onUnreachable(attempt.reason);
        await needs.pause(signal);
        break;
      default:
        attempt satisfies never;
    }
  }
  needs.onStandby();
}
