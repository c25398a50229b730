import { readFileSync } from 'node:fs';
import { formatE8, parseE8 } from '@margrave/vocabulary';

/** What the journals of the simulated providers say, as far as it is compared with what is stored. */
export interface ProviderBooks {
  /** The requests that each took for new, one for each time that it did. */
  readonly taken: readonly string[];
  /** What was executed of each request, in lots e8; of what was taken and not executed, zero. */
  readonly executedE8: ReadonlyMap<string, bigint>;
}

interface JournalEntry {
  readonly kind: string;
  readonly order?: { readonly requestId: string };
  readonly reports?: readonly { readonly requestId: string; readonly executionType: string; readonly lastVolume?: string }[];
}

const EXECUTIONS = ['partial_fill', 'fill'];

export function readProviderBooks(journals: readonly string[]): ProviderBooks {
  const taken: string[] = [];
  const executedE8 = new Map<string, bigint>();
  const add = (requestId: string, volumeE8: bigint): void =>
    void executedE8.set(requestId, (executedE8.get(requestId) ?? 0n) + volumeE8);
  for (const { kind, order, reports = [] } of journals.flatMap(entriesOf)) {
    if (kind === 'order' && order !== undefined) {
      taken.push(order.requestId);
      add(order.requestId, 0n);
    }
    // What is said of an earlier request is said under the ids of then: it is in the journal once.
    for (const { requestId, executionType, lastVolume = '' } of reports)
      if (EXECUTIONS.includes(executionType)) add(requestId, parseE8(lastVolume) ?? 0n);
  }
  return { taken, executedE8 };
}

function entriesOf(journal: string): readonly JournalEntry[] {
  const [, ...lines] = readFileSync(journal, 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as JournalEntry);
}

/** An order that went to a provider, as it is stored. */
export interface SentOrder {
  readonly requestId: string;
  readonly orderId: string;
  /** Lots e8. */
  readonly filledE8: bigint;
}

/** Where the books of the providers and ours differ, in sentences: what was executed and is not booked, or booked and was not. */
export function compareExecutions({ executedE8 }: ProviderBooks, orders: readonly SentOrder[]): readonly string[] {
  const known = new Set(orders.map(({ requestId }) => requestId));
  const strangers = [...executedE8.keys()].filter((requestId) => !known.has(requestId));
  return [
    ...strangers.map((requestId) => `a provider took request ${requestId}, which no order made`),
    ...orders.flatMap(({ requestId, orderId, filledE8 }) => {
      const providersE8 = executedE8.get(requestId) ?? 0n;
      if (providersE8 === filledE8) return [];
      return [
        `order ${orderId}: its provider executed ${formatE8(providersE8)} lots of it, and ${formatE8(filledE8)} are booked`,
      ];
    }),
  ];
}
