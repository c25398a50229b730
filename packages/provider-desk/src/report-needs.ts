import type { OpenEngine, Outcome } from '@margrave/account-engine';
import { asError, isBug } from '@margrave/runtime';
import type { Store } from '@margrave/store-postgres';
import type { Applied, ReportNeeds } from './apply-reports.ts';

/** Reports as the engine and the store apply them. A report never gives up on an account that others write to. */
export const reportNeeds = (
  engine: Pick<OpenEngine, 'submit' | 'configuration'>,
  store: Pick<Store, 'findRequests'>,
): ReportNeeds => ({
  findRequests: (requestIds) => store.findRequests(requestIds),
  symbolAt: (provider, providerSymbol) => engine.configuration().symbolAt(provider, providerSymbol),
  apply: async (accountId, command, contentHash): Promise<Applied> => {
    const { provider, executionId } = command;
    let outcome: Outcome;
    try {
      outcome = await engine.submit({
        accountId,
        command,
        client: null,
        executions: [{ provider, executionId, contentHash }],
        patienceMs: null,
      });
    } catch (error) {
      if (isBug(error)) throw error;
      // The engine has told of it. One report whose rows the store refuses keeps no other from being booked, and is itself booked
      // when that is mended.
      return { kind: 'not_now', why: asError(error).message };
    }
    switch (outcome.kind) {
      case 'committed':
      case 'already_applied':
      case 'no_change':
        return outcome;
      case 'unavailable':
        return { kind: 'not_now', why: outcome.why };
      case 'busy':
      case 'unknown':
        return { kind: 'not_now', why: `the commit is ${outcome.kind}` };
      case 'no_such_account':
      case 'replayed':
      case 'key_reused':
        throw new TypeError(`execution ${executionId} of account ${accountId}: ${outcome.kind}`);
      default:
        return outcome satisfies never;
    }
  },
});
