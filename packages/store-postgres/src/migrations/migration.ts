/**
 * One step of the schema. Steps only go forward and are never edited after a release: the services of the release before
 * must still run on the schema with one more step, so a step adds, and what nobody uses any more is removed a step later.
 */
export interface Migration {
  /** 1, 2, 3 … without a gap; the schema's version is that of its last step. */
  readonly version: number;
  readonly name: string;
  /** What it is for, and what an operator should know before it runs. */
  readonly note: string;
  /** Run in one transaction. */
  readonly statements: string;
  /** A query with one boolean: whether the step did what it should; asked in the same transaction. */
  readonly check: string;
}
