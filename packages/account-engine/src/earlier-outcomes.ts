import type { Outcome } from './api.ts';
import type { Named } from './command-ids.ts';
import type { AccountStore } from './ports.ts';

type Lookups = Pick<AccountStore, 'findCommandKey' | 'findAppliedExecutions'>;

/**
 * What the store has for submissions whose ids it may know already, in their order; undefined where it knows none. Executions are
 * read all at once: a provider that says everything again fills whole batches with them.
 */
export async function earlierOutcomes(submissions: readonly Named[], store: Lookups): Promise<readonly (Outcome | undefined)[]> {
  const named = submissions.flatMap(({ executions }) => executions);
  const applied = named.length === 0 ? [] : await store.findAppliedExecutions(named);
  const known = new Map(applied.map((execution) => [nameOf(execution), execution]));
  const outcomes: (Outcome | undefined)[] = [];
  for (const { client, accountId, executions } of submissions) {
    const kept = client === null ? undefined : await store.findCommandKey(accountId, client.key);
    if (kept !== undefined) {
      const kind = kept.requestHash === client?.requestHash ? 'replayed' : 'key_reused';
      outcomes.push({ kind, answer: { status: kept.answerStatus, body: kept.answerBody } });
    } else {
      const [first] = executions.flatMap((execution) => known.get(nameOf(execution)) ?? []);
      outcomes.push(first && { kind: 'already_applied', executionId: first.executionId, contentHash: first.contentHash });
    }
  }
  return outcomes;
}

const nameOf = ({ provider, executionId }: Pick<Named['executions'][number], 'provider' | 'executionId'>): string =>
  `${provider} ${executionId}`;
