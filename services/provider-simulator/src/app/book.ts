import type { LotsE8, PriceE8, RequestId } from '@margrave/vocabulary';
import assert from 'node:assert/strict';
import type { Distortion } from './behaviour.ts';
import { readAmount, type Effect, type Entry, type OrderStatus, type Report, type Sending, type TakenOrder } from './entry.ts';
import { readExecutionNumber, type ExecutionNumber } from './execution-number.ts';

/** An order the provider knows, as it stands. */
export interface OrderState {
  readonly taken: TakenOrder;
  readonly volumeE8: LotsE8;
  readonly filledE8: LotsE8;
  /** Lots of each part that is still to be executed. */
  readonly partsLeft: readonly string[];
  /** Null at the market. */
  readonly limitPriceE8: PriceE8 | null;
  readonly referencePriceE8: PriceE8 | null;
  readonly status: OrderStatus;
  readonly dueMs: number | null;
  /** Whether it is one of those of which nothing is said, until it is asked for. */
  readonly isSilent: boolean;
  /** Everything there is to say of it, said or not, in the order in which it happened. */
  readonly reports: readonly Report[];
}

/** A report on its way to the stream. */
export interface OpenSending {
  /** Its place among all sendings of the journal. */
  readonly number: number;
  readonly messageId: string;
  readonly report: Report;
  /** It is said falsely. */
  readonly distortion?: Distortion;
}

/** What the provider knows. Decisions read it; only `applyEntry` changes it. */
export interface Book {
  readonly order: (requestId: RequestId) => OrderState | undefined;
  /** Requests that were answered and left no order: cancellations, status requests and the like. */
  readonly isAnswered: (requestId: RequestId) => boolean;
  /** Whether it must never be executed, for we said that we never saw it. */
  readonly isForbidden: (requestId: RequestId) => boolean;
  /** How many orders were taken, refused ones among them. */
  readonly orderCount: () => number;
  readonly lastExecution: () => ExecutionNumber | undefined;
  /** Orders of which something is still to be executed. */
  readonly openOrders: () => readonly OrderState[];
  /** What the stream has not confirmed, in the order of the journal. */
  readonly openSendings: () => readonly OpenSending[];
  /** Takes a decision into the book. Returns what it adds to the open sendings. */
  readonly apply: (entry: Entry) => readonly OpenSending[];
}

interface BookState {
  readonly orders: Map<RequestId, OrderState>;
  readonly open: Set<RequestId>;
  readonly answered: Set<RequestId>;
  readonly forbidden: Set<RequestId>;
  readonly sendings: Map<number, OpenSending>;
  sendingCount: number;
  lastExecution: ExecutionNumber | undefined;
}

/** An empty book. The entries of a journal make it what it was. */
export function createBook(): Book {
  const state: BookState = {
    orders: new Map(),
    open: new Set(),
    answered: new Set(),
    forbidden: new Set(),
    sendings: new Map(),
    sendingCount: 0,
    lastExecution: undefined,
  };
  return {
    order: (requestId) => state.orders.get(requestId),
    isAnswered: (requestId) => state.answered.has(requestId),
    isForbidden: (requestId) => state.forbidden.has(requestId),
    orderCount: () => state.orders.size,
    lastExecution: () => state.lastExecution,
    openOrders: () => [...state.open].map((requestId) => knownOrder(state, requestId)),
    openSendings: () => [...state.sendings.values()],
    apply: (entry) => applyEntry(state, entry),
  };
}

function applyEntry(state: BookState, entry: Entry): readonly OpenSending[] {
  switch (entry.kind) {
    case 'order':
      putOrder(state, openOrder(entry.order, entry));
      break;
    case 'execution':
      putOrder(state, moveOrder(knownOrder(state, entry.requestId), entry));
      break;
    case 'answer':
      state.answered.add(entry.requestId);
      if (entry.original !== null) applyToOriginal(state, entry.original, entry.reports);
      break;
    case 'loss':
      state.forbidden.add(entry.requestId);
      return [];
    case 'sent':
      for (const number of entry.numbers) state.sendings.delete(number);
      return [];
    default:
      return entry satisfies never;
  }
  const last = entry.reports.at(-1);
  if (last !== undefined) state.lastExecution = readExecutionNumber(last.executionId);
  return addSendings(state, entry.sendings, entry.reports, entry.kind === 'answer' ? entry.original?.requestId : undefined);
}

function knownOrder(state: BookState, requestId: RequestId): OrderState {
  const order = state.orders.get(requestId);
  assert(order, `the journal tells of order ${requestId} before it tells that it arrived`);
  return order;
}

function putOrder(state: BookState, order: OrderState): void {
  const { requestId } = order.taken;
  state.orders.set(requestId, order);
  if (order.dueMs === null) state.open.delete(requestId);
  else state.open.add(requestId);
}

type Step = Pick<OrderState, 'status' | 'dueMs' | 'reports'>;

const openOrder = (taken: TakenOrder, { status, dueMs, reports }: Step): OrderState => ({
  taken,
  volumeE8: readAmount<LotsE8>(taken.volume),
  filledE8: 0n as LotsE8,
  partsLeft: taken.parts,
  limitPriceE8: taken.limit === undefined ? null : readAmount<PriceE8>(taken.limit.price),
  referencePriceE8: taken.referencePrice === null ? null : readAmount<PriceE8>(taken.referencePrice),
  status,
  dueMs,
  isSilent: taken.behaviour.silent || taken.behaviour.mute,
  reports,
});

function moveOrder(order: OrderState, { status, dueMs, reports }: Step): OrderState {
  const fills = reports.filter(({ executionType }) => executionType === 'partial_fill' || executionType === 'fill');
  const firstPrice = fills[0]?.lastPrice;
  return {
    ...order,
    status,
    dueMs,
    filledE8: fills.reduce((sum, { lastVolume = '0' }) => (sum + readAmount<LotsE8>(lastVolume)) as LotsE8, order.filledE8),
    partsLeft: order.partsLeft.slice(fills.length),
    referencePriceE8: order.referencePriceE8 ?? (firstPrice === undefined ? null : readAmount<PriceE8>(firstPrice)),
    reports: [...order.reports, ...reports],
  };
}

function applyToOriginal(state: BookState, effect: Effect, reports: readonly Report[]): void {
  const { requestId } = effect;
  switch (effect.becomes) {
    case 'forbidden':
      state.forbidden.add(requestId);
      break;
    case 'outspoken':
      putOrder(state, { ...knownOrder(state, requestId), isSilent: false });
      break;
    case 'cancelled': {
      const order = knownOrder(state, requestId);
      putOrder(state, { ...order, status: 'cancelled', dueMs: null, reports: [...order.reports, ...reports] });
      break;
    }
    case 'replaced': {
      const order = knownOrder(state, requestId);
      putOrder(state, {
        ...order,
        volumeE8: readAmount<LotsE8>(effect.volume),
        limitPriceE8: readAmount<PriceE8>(effect.price),
        partsLeft: effect.parts,
        dueMs: effect.dueMs,
        reports: [...order.reports, ...reports],
      });
      break;
    }
    default:
      effect satisfies never;
  }
}

function addSendings(
  state: BookState,
  sendings: readonly Sending[],
  reports: readonly Report[],
  originalRequestId: RequestId | undefined,
): readonly OpenSending[] {
  const told = new Map<string, Report>();
  for (const report of reportsInReach(state, reports, originalRequestId)) told.set(report.executionId, report);
  return sendings.map(({ executionId, messageId, distortion }) => {
    const report = told.get(executionId);
    assert(report, `the journal sends ${executionId} and does not know it`);
    const sending = { number: state.sendingCount, messageId, report, ...(distortion !== undefined && { distortion }) };
    state.sendingCount += 1;
    state.sendings.set(sending.number, sending);
    return sending;
  });
}

/** New reports, and the earlier ones of the order that they are about. */
function reportsInReach(
  state: BookState,
  reports: readonly Report[],
  originalRequestId: RequestId | undefined,
): readonly Report[] {
  const requestId = originalRequestId ?? reports[0]?.requestId;
  const order = requestId === undefined ? undefined : state.orders.get(requestId);
  return order === undefined ? reports : [...order.reports, ...reports];
}
