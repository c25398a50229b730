import type { Account, Dealing } from '@margrave/domain';
import type { AccountId } from '@margrave/vocabulary';
import type { ClientCommand, CommandOutcome, SubmitCommand } from '../../app/submit-command.ts';
import type { Call } from '../call.ts';
import { problemReply } from '../problem.ts';
import { JSON_TYPE, PROBLEM_TYPE, type Reply } from '../reply.ts';
import { serverTiming, stagesOf, type AnsweredCommand } from './command-reports.ts';
import { answerOf, orderOfAnswer } from './placed-answer.ts';

export interface CommandParts {
  readonly submit: SubmitCommand;
  /** What an account deals in, for the figures of the answer. */
  readonly dealing: (account: Account) => Dealing;
  /** Told of every answered command, after its answer. */
  readonly report: (answered: AnsweredCommand) => void;
  /** Told when an account may have changed, before the answer. */
  readonly onChanged: (accountId: AccountId) => void;
  readonly monotonicMs: () => number;
}

export type CommandWanted = ClientCommand & { readonly accountId: AccountId };

/** Runs a client's command and makes its answer. */
export async function runCommand(parts: CommandParts, wanted: CommandWanted, request: Call['request']): Promise<Reply> {
  const { submit, dealing, report, onChanged, monotonicMs } = parts;
  const { accountId, command } = wanted;
  const receiveMs = monotonicMs() - request.arrivedAtMs;
  const outcome = await submit({
    ...wanted,
    answer: (change) => answerOf(change, dealing(change.account)),
  });
  onChanged(accountId);
  const totalMs = monotonicMs() - request.arrivedAtMs;
  const clientOrderId = 'clientOrderId' in command ? command.clientOrderId : null;
  setImmediate(report, { operation: command.kind, accountId, clientOrderId, requestId: request.id, outcome, receiveMs, totalMs });
  return replyTo(outcome, wanted, receiveMs);
}

function replyTo(outcome: CommandOutcome, { accountId, command }: CommandWanted, receiveMs: number): Reply {
  const statusUrl = statusUrlOf(accountId, command);
  switch (outcome.kind) {
    case 'committed': {
      const stages = stagesOf(receiveMs, outcome);
      return kept(outcome.answer, { 'server-timing': serverTiming(stages) });
    }
    case 'replayed':
      return kept(outcome.answer, { 'idempotent-replayed': 'true', 'server-timing': `receive;dur=${receiveMs.toFixed(3)}` });
    case 'key_reused':
      return problemReply('IDEMPOTENCY_KEY_REUSED', true, {
        ...orderOfAnswer(outcome.answer),
        statusUrl,
      });
    default:
      return unansweredReply(outcome.kind, statusUrl);
  }
}

/** To a command that came to no answer of its own. `statusUrl`: where it can be seen what became of it. */
export function unansweredReply(kind: 'not_found' | 'busy' | 'unavailable' | 'unknown', statusUrl: string): Reply {
  switch (kind) {
    case 'not_found':
      return problemReply('NOT_FOUND', true);
    case 'busy':
      return problemReply('ACCOUNT_BUSY', true);
    case 'unavailable':
      return problemReply('DEPENDENCY_UNAVAILABLE', true);
    case 'unknown':
      return problemReply('OUTCOME_UNKNOWN', true, { statusUrl });
    default:
      return kind satisfies never;
  }
}

/** Where it can be seen what became of a command. */
function statusUrlOf(accountId: AccountId, command: ClientCommand['command']): string {
  const account = `/v1/accounts/${accountId}`;
  if (command.kind === 'protect') return `${account}/positions`;
  return `${account}/orders/${'clientOrderId' in command ? `@${command.clientOrderId}` : command.orderId}`;
}

/** A stored answer is sent as it was stored. */
export const kept = (
  { status, body }: { readonly status: number; readonly body: string },
  headers: Record<string, string>,
): Reply => ({
  status,
  contentType: status < 400 ? JSON_TYPE : PROBLEM_TYPE,
  body,
  headers,
});
