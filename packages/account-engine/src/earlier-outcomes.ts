import type { CommandKeyRow } from '@margrave/store-postgres';
import type { AccountId } from '@margrave/vocabulary';
import type { Outcome } from './api.ts';
import type { Named } from './command-ids.ts';
import type { AccountStore } from './ports.ts';

type Lookups = Pick<AccountStore, 'findCommandKeys' | 'findAppliedExecutions'>;

/**
 * What the store has for submissions whose ids it may know already, in their order; undefined where it knows none. Executions are
 * read all at once, and an account's keys: a provider that says everything again fills whole batches with them, a client a basket.
 */
export async function earlierOutcomes(submissions: readonly Named[], store: Lookups): Promise<readonly (Outcome | undefined)[]> {
  const named = submissions.flatMap(({ executions }) => executions);
  const applied = named.length === 0 ? [] : await store.findAppliedExecutions(named);
  const known = new Map(applied.map((execution) => [nameOf(execution), execution]));
  const used = new Map<string, CommandKeyRow>();
  for (const [accountId, some] of Map.groupBy(submissions, (submission) => submission.accountId)) {
    const keys = some.flatMap(({ client }) => client?.key ?? []);
    const rows = keys.length === 0 ? [] : await store.findCommandKeys(accountId, keys);
    for (const row of rows) used.set(keyOf(accountId, row.key), row);
  }
  return submissions.map(({ client, accountId, executions }) => {
    const kept = client === null ? undefined : used.get(keyOf(accountId, client.key));
    if (kept !== undefined) {
      const kind = kept.requestHash === client?.requestHash ? 'replayed' : 'key_reused';
      return { kind, answer: { status: kept.answerStatus, body: kept.answerBody } };
    }
    const [first] = executions.flatMap((execution) => known.get(nameOf(execution)) ?? []);
    return first && { kind: 'already_applied', executionId: first.executionId, contentHash: first.contentHash };
  });
}

const keyOf = (accountId: AccountId, key: string): string => `${accountId} ${key}`;

const nameOf = ({ provider, executionId }: Pick<Named['executions'][number], 'provider' | 'executionId'>): string =>
  `${provider} ${executionId}`;
