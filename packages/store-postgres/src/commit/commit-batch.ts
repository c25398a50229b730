import assert from 'node:assert/strict';
import type { Connection, Row } from '../connection/connection.ts';
import type { CommandResult, CommandRows, OutboxId } from '../rows.ts';
import { encodeBatch, type EncodedBatch } from './encode-batch.ts';

/** What a batch came to: a result for each command, in the order the commands were given. */
export interface CommitOutcome {
  readonly results: readonly CommandResult[];
}

/** Commits commands decided on one epoch of the store; see `Store.commitBatch`. */
export type CommitBatch = (epoch: string, commands: readonly CommandRows[]) => Promise<CommitOutcome>;

const STATEMENT = `select commit_batch($1, $2, ${Array.from({ length: 20 }, (_, index) => `$${index + 3}`).join(', ')}) as answer`;

/** What `commit_batch` (migration 7) returns; it speaks of the commands as they were sorted. */
interface Answer {
  readonly nowMs: number;
  readonly committed: readonly boolean[];
  /** The numbers, from 1, of the commands whose key or execution was there already. */
  readonly used: readonly number[];
  readonly outboxIds: readonly OutboxId[] | null;
}

/**
 * One call of `commit_batch`.
 *
 * @param notAfterMs database time after which the server is to refuse the batch, however late it arrives.
 */
export async function sendBatch(
  connection: Connection,
  epoch: string,
  notAfterMs: number,
  commands: readonly CommandRows[],
): Promise<CommitOutcome & { readonly databaseNowMs: number }> {
  const batch = encodeBatch(commands);
  const rows = await connection.query(STATEMENT, [epoch, notAfterMs, ...batch.parameters]);
  const answer = readAnswer(rows);
  return { results: resultsOf(batch, answer), databaseNowMs: answer.nowMs };
}

function readAnswer([row]: readonly Row[]): Answer {
  const text = row?.['answer'];
  assert(typeof text === 'string', 'commit_batch answers with JSON');
  return JSON.parse(text) as Answer;
}

function resultsOf(batch: EncodedBatch, answer: Answer): readonly CommandResult[] {
  const outboxIds = [...(answer.outboxIds ?? [])];
  const results: CommandResult[] = [];
  batch.commands.forEach((command, index) => {
    results[batch.places[index]!] = resultOf(command, outcomeOf(batch, answer, index), outboxIds);
  });
  assert.equal(outboxIds.length, 0, 'every outbox row belongs to a committed command');
  return results;
}

/** A command that repeats an earlier one of its batch is a duplicate only if that one stands; else it may be tried again. */
function outcomeOf({ repeats }: EncodedBatch, { committed, used }: Answer, index: number): CommandResult['outcome'] {
  if (committed[index]!) return 'committed';
  const earlier = repeats[index];
  return used.includes(index + 1) || (earlier !== undefined && committed[earlier]!) ? 'duplicate' : 'conflict';
}

function resultOf(command: CommandRows, outcome: CommandResult['outcome'], outboxIds: OutboxId[]): CommandResult {
  if (outcome !== 'committed') return { outcome };
  return {
    outcome,
    pointerOutboxId: command.events.length === 0 ? null : outboxIds.shift()!,
    messageOutboxIds: outboxIds.splice(0, command.messages.length),
  };
}
