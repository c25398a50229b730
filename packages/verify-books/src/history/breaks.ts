import { BREAKS_SHOWN_MAX } from '../finding.ts';

/** What the one pass over the event log looks at, each a finding of its own. */
export type Question = 'paths' | 'sequences' | 'accounts' | 'orders' | 'positions';

/** Breaks by question, no more of each than are shown. */
export class Breaks {
  readonly #of: Readonly<Record<Question, string[]>> = { paths: [], sequences: [], accounts: [], orders: [], positions: [] };

  add(question: Question, what: string): void {
    if (this.#of[question].length < BREAKS_SHOWN_MAX) this.#of[question].push(what);
  }

  /** One sentence for all figures that differ; none for none. */
  compare(
    question: Question,
    what: string,
    figures: readonly (readonly [name: string, stored: unknown, replayed: unknown])[],
  ): void {
    const differing = figures.filter(([, stored, replayed]) => stored !== replayed);
    if (differing.length === 0) return;
    const sentences = differing.map(([name, stored, replayed]) => `${name} is ${String(stored)}, replayed ${String(replayed)}`);
    this.add(question, `${what}: ${sentences.join('; ')}`);
  }

  of(question: Question): readonly string[] {
    return this.#of[question];
  }
}
