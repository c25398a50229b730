/**
 * Tells first values from changes. After a connection is made the server says what stands at the listened path, once, and
 * the SDK passes on what differs from what it knew, all in one go, before anything else is heard. So the first burst of
 * events after a connection is the snapshot. Where nothing differs there is no such burst, and the first change is taken for
 * one: that costs a tick, while the other way round an old price would pass for a new one.
 */
export interface SnapshotWindow {
  /** A connection was lost, or none was made yet. */
  readonly arm: () => void;
  /** Whether an event of this symbol is part of the snapshot; only a symbol's first one in the burst can be. */
  readonly claims: (uncheckedSymbol: string) => boolean;
}

/** `defer` runs what it is given when the present burst of events is over. */
export function createSnapshotWindow(defer: (act: () => void) => void): SnapshotWindow {
  let state: 'armed' | 'open' | 'closed' = 'armed';
  const seen = new Set<string>();
  return {
    arm: () => {
      state = 'armed';
      seen.clear();
    },
    claims: (uncheckedSymbol) => {
      if (state === 'closed') return false;
      if (state === 'armed') {
        state = 'open';
        defer(() => {
          if (state === 'open') state = 'closed';
          seen.clear();
        });
      }
      if (seen.has(uncheckedSymbol)) return false;
      seen.add(uncheckedSymbol);
      return true;
    },
  };
}
