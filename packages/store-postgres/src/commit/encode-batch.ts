import type { CommandRows } from '../rows.ts';
import { changesOf } from '../rows/changes.ts';
import { joinPacked, type Table } from '../rows/table.ts';
import { outboxRows } from '../rows/outbox-rows.ts';
import {
  ACCOUNTS,
  APPLIED_EXECUTIONS,
  CHANGES,
  COMMAND_KEYS,
  DEALS,
  DECISIONS,
  LEDGER,
  OPERATOR_ACTIONS,
  ORDERS,
  OUTBOX,
  POSITIONS,
  REQUESTS,
} from '../rows/tables.ts';
import { checkCommand } from './check-command.ts';

/** A batch as `commit_batch` takes it: sorted by account, an account's chain in the order it was given. */
export interface EncodedBatch {
  /** The parameters after the epoch and the deadline. */
  readonly parameters: readonly string[];
  readonly commands: readonly CommandRows[];
  /** For each sorted command its place in the batch that was given. */
  readonly places: readonly number[];
  /** For each command the earlier command of the batch that has its key or its execution, if any. */
  readonly repeats: readonly (number | undefined)[];
}

/** @throws AssertionError when the rows of a command contradict each other, which is a bug of who made them. */
export function encodeBatch(given: readonly CommandRows[]): EncodedBatch {
  given.forEach(checkCommand);
  const places = given.map((_, place) => place).sort((a, b) => compareIds(given[a]!.accountId, given[b]!.accountId) || a - b);
  const commands = places.map((place) => given[place]!);
  const repeats = findRepeats(commands);
  const pack = <Row>(table: Table<Row>, rowsOf: (command: CommandRows) => readonly Row[]): string =>
    joinPacked(commands.flatMap((command, index) => rowsOf(command).map((row) => table.pack(index + 1, row))));
  return {
    commands,
    places,
    repeats,
    parameters: [
      arrayOf(commands.map((command) => command.accountId)),
      arrayOf(commands.map((command) => command.expectedVersion)),
      arrayOf(commands.map((command) => command.events[0]?.sequence)),
      arrayOf(commands.map((command) => command.events.at(-1)?.sequence)),
      arrayOf(repeats.map((earlier) => earlier !== undefined)),
      pack(ACCOUNTS, (command) => [command.account]),
      pack(COMMAND_KEYS, ({ commandKeys }) => commandKeys),
      pack(APPLIED_EXECUTIONS, ({ appliedExecutions }) => appliedExecutions),
      pack(DECISIONS, ({ decision }) => listed(decision)),
      pack(ORDERS, (command) => command.newOrders),
      pack(ORDERS, (command) => command.orders),
      pack(POSITIONS, (command) => command.newPositions),
      pack(POSITIONS, (command) => command.positions),
      pack(REQUESTS, (command) => command.newRequests),
      pack(REQUESTS, (command) => command.requests),
      pack(DEALS, (command) => command.deals),
      pack(LEDGER, (command) => command.ledger),
      pack(CHANGES, (command) => changesOf(command.events)),
      pack(OUTBOX, outboxRows),
      pack(OPERATOR_ACTIONS, ({ operatorAction }) => listed(operatorAction)),
    ],
  };
}

/** As numbers: ids are decimal strings without leading zeros. */
const compareIds = (a: string, b: string): number =>
  a.length === b.length ? (a < b ? -1 : a === b ? 0 : 1) : a.length - b.length;

const listed = <Row>(row: Row | null): readonly Row[] => (row === null ? [] : [row]);

/** A PostgreSQL array literal of numbers and truths. */
const arrayOf = (values: readonly (string | bigint | boolean | undefined)[]): string =>
  `{${values.map((value) => value ?? 'null').join(',')}}`;

/** Only the first of a key, and of an execution, in a batch can stand. */
function findRepeats(commands: readonly CommandRows[]): (number | undefined)[] {
  const firstWith = new Map<string, number>();
  return commands.map(({ accountId, commandKeys, appliedExecutions }, index) => {
    const ids = [
      ...commandKeys.map(({ key }) => `key ${accountId} ${key}`),
      ...appliedExecutions.map(({ provider, executionId }) => `execution ${provider} ${executionId}`),
    ];
    const earlier = ids.map((id) => firstWith.get(id)).find((found) => found !== undefined);
    for (const id of ids) if (!firstWith.has(id)) firstWith.set(id, index);
    return earlier;
  });
}
