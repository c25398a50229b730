import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface SkippedTest {
  readonly name: string;
  readonly reason: string;
  /** On which machines only; it is run on all others. */
  readonly where?: string;
}

/** What CI leaves out, each with the reason why. Whatever is left out and not listed is a failure, and so is a listing of nothing. */
export interface Skips {
  /** Tests by their full names. */
  readonly tests: readonly SkippedTest[];
  /** Lines of the README's commands, with the command that is run in their place, if any. */
  readonly readme: readonly { readonly command: string; readonly instead?: string; readonly reason: string }[];
}

export const readSkips = (repository: string): Skips =>
  JSON.parse(readFileSync(join(repository, '.ci', 'skips.json'), 'utf8')) as Skips;
