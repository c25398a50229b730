import { consumerLag, streamFills, type BusConnection } from '@margrave/bus-nats';
import { EXECUTIONS_CONSUMER, STREAM_NAMES } from '@margrave/contracts';
import type { Store } from '@margrave/store-postgres';
import type { AccountId } from '@margrave/vocabulary';
import type { BooksWatch } from '../app/watch-books.ts';
import { REPORT_OUTCOMES, type WorkerMetrics } from '../metrics.ts';

type Measured<Name extends keyof Store> = Pick<Store, Name>;

/** What waits in the outbox, and what providers owe an answer for. */
export async function measureWaiting(store: Measured<'outboxState' | 'providerStates'>, metrics: WorkerMetrics): Promise<void> {
  const [outbox, providers] = await Promise.all([store.outboxState(), store.providerStates()]);
  metrics.outboxDepth.set(outbox.rows);
  metrics.outboxAgeSeconds.set(outbox.ageMs / 1_000);
  const ofProvider = [metrics.openRequests, metrics.openRequestAgeSeconds, metrics.unknownOrders, metrics.unknownAgeSeconds];
  // One that is no longer configured, and owes nothing, is not shown with what it owed last.
  for (const gauge of ofProvider) gauge.reset();
  for (const { provider, ...state } of providers) {
    metrics.openRequests.set({ provider }, state.openRequests);
    metrics.openRequestAgeSeconds.set({ provider }, state.openRequestAgeMs / 1_000);
    metrics.unknownOrders.set({ provider }, state.unknownOrders);
    metrics.unknownAgeSeconds.set({ provider }, state.unknownOrderAgeMs / 1_000);
    for (const outcome of REPORT_OUTCOMES) metrics.reports.inc({ provider, outcome }, 0);
  }
}

const ACCOUNTS_SUMMED_AT_ONCE = 5_000;

/** The margin of all accounts, by currency: so many at a time, that no statement takes longer the more there are. */
export async function measureMargin(store: Measured<'marginSums'>, { margin }: WorkerMetrics): Promise<void> {
  const totals = new Map<string, { executed: number; total: number }>();
  let after: AccountId | null = null;
  do {
    const { sums, next } = await store.marginSums(after, ACCOUNTS_SUMMED_AT_ONCE);
    for (const { currency, executed, total } of sums) {
      const sofar = totals.get(currency) ?? { executed: 0, total: 0 };
      totals.set(currency, { executed: sofar.executed + executed, total: sofar.total + total });
    }
    after = next;
  } while (after !== null);
  margin.reset();
  for (const [currency, { executed, total }] of totals) {
    margin.set({ currency, figure: 'executed' }, executed);
    margin.set({ currency, figure: 'total' }, total);
  }
}

/** Looks at the books of the next few accounts. */
export async function measureBooks(books: BooksWatch, { invariantBreaks }: WorkerMetrics): Promise<void> {
  await books.look();
  for (const [invariant, accounts] of Object.entries(books.counts())) invariantBreaks.set({ invariant }, accounts);
}

/** How far behind the reports we are, and how full the streams. A bus that is away is asked nothing. */
export async function measureBus(bus: Pick<BusConnection, 'client' | 'isConnected'>, metrics: WorkerMetrics): Promise<void> {
  const client = bus.client();
  if (client === undefined || !bus.isConnected()) return;
  const { waiting, unacknowledged } = await consumerLag(client, EXECUTIONS_CONSUMER);
  metrics.workerLag.set(waiting + unacknowledged);
  for (const { stream, ratio } of await streamFills(client, STREAM_NAMES)) metrics.streamFill.set({ stream }, ratio);
}
