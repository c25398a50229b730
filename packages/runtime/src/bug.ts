import { AssertionError } from 'node:assert';

const BUGS = [AssertionError, TypeError, ReferenceError, RangeError, SyntaxError] as const;

/**
 * Whether an error says that our code is wrong, not the world: what the language and `node:assert` throw. Trying again
 * cannot mend it and going on may do harm.
 *
 * Judged by name too: an error of another realm (a worker, a test's sandbox) is no instance of our classes.
 */
export function isBug(error: unknown): boolean {
  if (!(error instanceof Error) && !hasName(error)) return false;
  return BUGS.some((bug) => error instanceof bug || error.name === bug.name);
}

const hasName = (error: unknown): error is { readonly name: string } =>
  typeof error === 'object' && error !== null && 'name' in error && typeof error.name === 'string';

/** What is thrown as an Error, whatever was thrown. */
export const asError = (thrown: unknown): Error =>
  thrown instanceof Error ? thrown : new Error(String(thrown), { cause: thrown });
