import type { Message, MessageSource } from '@margrave/runtime';

/**
 * One source for several loops that take a message each. A loop answers for one message at a time, and a provider has many
 * orders waiting for their latency at once.
 */
export function shareSource<M extends Message>(source: MessageSource<M>, loops: number): readonly MessageSource<M>[] {
  let last: Promise<unknown> = Promise.resolve();
  let stopped: Promise<void> | undefined;
  const inTurn = async (former: Promise<unknown>): Promise<readonly M[]> => {
    await Promise.allSettled([former]);
    return source.next(1);
  };
  const share: MessageSource<M> = {
    next: () => {
      const mine = inTurn(last);
      last = mine;
      return mine;
    },
    stop: () => (stopped ??= source.stop()),
  };
  return Array.from({ length: loops }, () => share);
}
