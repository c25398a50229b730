import type { AccountId } from '@margrave/vocabulary';
import type { AppliedExecution, Keyed, Submission } from './api.ts';

/** A command, or several, as far as it has a name: its key, and the executions that it applies. */
export interface Named {
  readonly accountId: AccountId;
  readonly client: Keyed | null;
  readonly executions: readonly AppliedExecution[];
}

/** What names a command for ever, besides its effect: the client's key, and the executions that it applies. */
export const commandIds = ({ accountId, client, executions }: Named): readonly string[] => [
  ...(client === null ? [] : [`${accountId} ${client.key}`]),
  ...executions.map(({ provider, executionId }) => `${provider} ${executionId}`),
];

/** For how many commands ids are to be fetched: each execution that an operator states takes those of a report. */
export const idShares = (submissions: readonly Submission[]): number =>
  submissions.reduce((sum, { command }) => sum + 1 + (command.kind === 'settle' ? command.executions.length : 0), 0);
