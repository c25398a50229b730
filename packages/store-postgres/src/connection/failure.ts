import { DeadlineError } from '@margrave/runtime';
import postgres from 'postgres';
import { EpochChanged, StatementRefused, StoreUnavailable, UnsafeDatabase, type FailureOutcome } from '../errors.ts';
import { ConnectionLost } from './connection.ts';

/** SQLSTATEs of `commit_batch` (migration 7); MG002, books that would break, is a bug like any other refused statement. */
const OURS = { epochChanged: 'MG001', tooLate: 'MG003', unsafe: 'MG004' } as const;

/** Classes of SQLSTATE that speak of the server and not of the statement: resources, operators, its own input and output. */
const SERVER_CLASSES = ['53', '57', '58', 'XX'];
const READ_ONLY = '25006';

/** Keys that two concurrent batches can both find unused; the later one finds them used when it tries again. */
const KEY_CONSTRAINTS = ['command_keys_pkey', 'applied_executions_pkey'];

/** Whether the same statement can succeed at once: other transactions were in its way. */
function isContention(error: postgres.PostgresError): boolean {
  if (error.code === '23505') return KEY_CONSTRAINTS.includes(error.constraint_name ?? '');
  return error.code === '40001' || error.code === '40P01';
}

/** Whether the session on which this was thrown is of no more use. */
export const endsSession = (error: unknown): boolean =>
  error instanceof ConnectionLost || (error instanceof postgres.PostgresError && ['FATAL', 'PANIC'].includes(error.severity));

/**
 * The typed error for what was thrown. A server that answers with an error has rolled back; a lost connection, or a server
 * that ends, says nothing about what it was doing. What our own code threw stays what it is.
 *
 * @param mayHaveHappened whether a commit was on its way.
 */
export function typedFailure(statement: string, error: unknown, mayHaveHappened: boolean): unknown {
  const lost: FailureOutcome = mayHaveHappened ? 'unknown' : 'nothing_happened';
  if (error instanceof DeadlineError) return new StoreUnavailable(statement, 'deadline', lost, error);
  if (error instanceof ConnectionLost) return new StoreUnavailable(statement, 'connection', lost, error.cause);
  if (!(error instanceof postgres.PostgresError)) return error;
  if (endsSession(error)) return new StoreUnavailable(statement, 'server', lost, error);
  if (isContention(error)) return new StoreUnavailable(statement, 'contention', 'nothing_happened', error);
  if (error.code === OURS.epochChanged) return new EpochChanged(error.message, { cause: error });
  if (error.code === OURS.tooLate) return new StoreUnavailable(statement, 'too_late', 'nothing_happened', error);
  if (error.code === OURS.unsafe) return new UnsafeDatabase('the server', 'unsafe', error.message);
  if (error.code === READ_ONLY || SERVER_CLASSES.includes(error.code.slice(0, 2))) {
    return new StoreUnavailable(statement, 'server', 'nothing_happened', error);
  }
  return new StatementRefused(statement, error.code, error);
}
