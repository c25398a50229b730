import type { Gatherer, Logger, Sleep } from '@margrave/runtime';
import type { Basket, BasketOutcome, Outcome, Submission } from './api.ts';
import { isBasket, type Settlement, type Task } from './task.ts';

/** After a failure that may pass, so that a store that comes back is not met by everybody at once. */
const AGAIN_DELAY_MS = 20;

interface SettleParts {
  readonly monotonicMs: () => number;
  readonly sleep: Sleep;
  readonly log: Pick<Logger, 'error'>;
}

/**
 * Brings a submission to its outcome: as often as another writer, or the store, makes it necessary, until its patience ends.
 * Rejects with what the decision threw: a bug.
 */
export async function settle(
  work: Submission | Basket,
  gatherer: Pick<Gatherer<Task, Settlement>, 'submit'>,
  { monotonicMs, sleep, log }: SettleParts,
): Promise<Outcome | BasketOutcome> {
  const task: Task = {
    work,
    named: { accountId: work.accountId, client: work.client, executions: isBasket(work) ? [] : work.executions },
    known: new Map(),
    deadlineMs: work.patienceMs === null ? Infinity : monotonicMs() + work.patienceMs,
    conflicts: 0,
    lookUp: false,
    uncertain: false,
    doubted: false,
  };
  for (;;) {
    const taken = await gatherer.submit(task);
    if (!taken.ok) {
      if (task.uncertain) return { kind: 'unknown' };
      return {
        kind: 'unavailable',
        why: taken.refusal === 'QUEUE_FULL' ? 'too many commands wait already' : 'the service is stopping',
      };
    }
    const settlement = taken.value;
    if (settlement === 'again') {
      if (task.uncertain) await sleep(AGAIN_DELAY_MS);
      continue;
    }
    if (settlement.kind !== 'bug') return settlement;
    log.error(
      { err: settlement.error, accountId: work.accountId, command: isBasket(work) ? 'basket' : work.command.kind },
      'A decision failed: a bug',
    );
    throw settlement.error;
  }
}
