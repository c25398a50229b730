import type { Account, Change, IdSource, Market } from '@margrave/domain';
import type { CommandRows } from '@margrave/store-postgres';
import type { AccountId } from '@margrave/vocabulary';
import type { Answer, DecidedBasket, Leg, StageTimes, Submission } from './api.ts';
import type { CommitOutcome } from './ports.ts';
import type { Settlement, Task } from './task.ts';

export interface Batch {
  readonly tasks: readonly Task[];
  /** The newest known state of each account; moves on with each decision. */
  readonly accounts: Map<AccountId, Account>;
  /** The line of history that the accounts are of. */
  readonly epoch: string;
  readonly settlements: Map<Task, Settlement>;
  /** Those whose commit was sent. */
  readonly sent: Set<Task>;
  /** Monotonic. */
  readonly startedMs: number;
}

/** A batch that was sent to the store, and what came back. */
export interface BatchRun {
  readonly decided: readonly Decided[];
  readonly outcome: CommitOutcome;
  readonly epoch: string;
  readonly loadMs: number;
  readonly commitFromMs: number;
}

/** What the decisions of a batch have in common. */
export interface Given {
  readonly market: Market;
  readonly ids: IdSource;
  /** How long it took to have the market. */
  readonly viewMs: number;
}

export interface Decided extends Pick<StageTimes, 'priceMs' | 'decideMs'> {
  /** On the last leg of a basket: what all of it came to. */
  readonly whole?: { readonly basket: DecidedBasket; readonly answer: Answer };
  readonly task: Task;
  readonly change: Change;
  readonly rows: CommandRows;
  readonly answer: Answer | null;
}

/** A leg as a command by itself. */
export const submissionOf = ({ named }: Task, leg: Leg): Submission => ({
  accountId: named.accountId,
  executions: [],
  patienceMs: null,
  ...leg,
});

export const isDecided = (settled: Decided | Settlement): settled is Decided => settled !== 'again' && !('kind' in settled);
