import type { AccountId, OrderId } from '@margrave/vocabulary';
import type { EventRow } from '../rows.ts';

/** Events of one command that stand in one row of `account_changes`; they tell of at most one order. */
export interface ChangeRow {
  readonly accountId: AccountId;
  readonly firstSequence: bigint;
  readonly lastSequence: bigint;
  readonly version: bigint;
  readonly atMs: number;
  readonly by: string;
  readonly orderId: OrderId | null;
  readonly eventsJson: string;
}

/** The rows of a command's events, in their order: a new row begins where another order does. */
export function changesOf(events: readonly EventRow[]): readonly ChangeRow[] {
  const runs: EventRow[][] = [];
  let orderId: OrderId | null = null;
  for (const event of events) {
    if (runs.length === 0 || (event.orderId !== null && orderId !== null && event.orderId !== orderId)) {
      runs.push([]);
      orderId = null;
    }
    runs.at(-1)!.push(event);
    orderId ??= event.orderId;
  }
  return runs.map(changeOf);
}

function changeOf(run: readonly EventRow[]): ChangeRow {
  const { accountId, version, atMs, by } = run[0]!;
  const [firstSequence, lastSequence] = [run[0]!.sequence, run.at(-1)!.sequence];
  const orderId = run.find((event) => event.orderId !== null)?.orderId ?? null;
  return { accountId, firstSequence, lastSequence, version, atMs, by, orderId, eventsJson: `[${run.map(elementOf).join(',')}]` };
}

const elementOf = ({ type, orderId, dataJson }: EventRow): string =>
  `{"type":${JSON.stringify(type)},${orderId === null ? '' : '"ofOrder":true,'}"data":${dataJson}}`;
