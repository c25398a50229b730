import type { Outcome, Submission } from './api.ts';
import type { AccountStore } from './ports.ts';

type Lookups = Pick<AccountStore, 'findCommandKey' | 'findAppliedExecutions'>;

/**
 * What the store has for submissions whose ids it may know already, in their order; undefined where it knows none. Executions are
 * read all at once: a provider that says everything again fills whole batches with them.
 */
export async function earlierOutcomes(
  submissions: readonly Submission[],
  store: Lookups,
): Promise<readonly (Outcome | undefined)[]> {
  const named = submissions.flatMap(({ executions }) => executions);
  const applied = named.length === 0 ? [] : await store.findAppliedExecutions(named);
  const hashes = new Map(applied.map(({ provider, executionId, contentHash }) => [`${provider} ${executionId}`, contentHash]));
  const outcomes: (Outcome | undefined)[] = [];
  for (const { client, accountId, executions } of submissions) {
    const kept = client === null ? undefined : await store.findCommandKey(accountId, client.key);
    if (kept !== undefined) {
      const kind = kept.requestHash === client?.requestHash ? 'replayed' : 'key_reused';
      outcomes.push({ kind, answer: { status: kept.answerStatus, body: kept.answerBody } });
    } else {
      const known = executions.find(({ provider, executionId }) => hashes.has(`${provider} ${executionId}`));
      const contentHash = hashes.get(`${known?.provider} ${known?.executionId}`);
      outcomes.push(known && { kind: 'already_applied', executionId: known.executionId, contentHash: contentHash ?? '' });
    }
  }
  return outcomes;
}
