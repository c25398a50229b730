import type { ExecutionType, RequestId } from '@margrave/vocabulary';
import type { Order } from './account.ts';
import type { ApplyReport, Command, ReportedStatus } from './command.ts';
import { Books } from './testing/books.ts';
import { account, contextOf, LP_A, lotsE8, order, priceE8, settle } from './testing/build.ts';
import { BUY, ID, LIVE, QUOTES } from './testing/in-flight.ts';
import { withMargin } from './testing/laws.ts';

/**
 * Whatever an order is in, and whatever happens to it then. A status: that is how it stands after the commit. `same`: committed, and
 * it stands as before. `denied`: the client is told why not. `nothing`: there is nothing to commit. `parked`: a person must look.
 */
const TABLE = `
                   new               part              fill    rejected  cancelled  expired  replaced  trade_cancel  says-working      says-never  says-over  says-filled  cancel     replace  trigger  expire   silence  withdraw   settle
rests              parked            parked            parked  parked    parked     parked   parked    parked        parked            parked      parked     parked       cancelled  queued   queued   nothing  nothing  nothing    not_settled
rests-in-house     parked            parked            parked  parked    parked     parked   parked    parked        parked            parked      parked     parked       cancelled  filled   filled   nothing  nothing  nothing    not_settled
past-its-time      parked            parked            parked  parked    parked     parked   parked    parked        parked            parked      parked     parked       cancelled  denied   expired  expired  nothing  nothing    not_settled
queued             working           partially_filled  filled  rejected  cancelled  expired  parked    parked        working           rejected    cancelled  same         denied     denied   nothing  nothing  unknown  cancelled  not_settled
fired              working           partially_filled  filled  rejected  cancelled  expired  parked    parked        working           rejected    cancelled  same         denied     denied   nothing  nothing  unknown  cancelled  not_settled
acknowledged       same              partially_filled  filled  rejected  cancelled  expired  parked    parked        same              rejected    cancelled  same         denied     denied   nothing  nothing  unknown  nothing    not_settled
in-part            same              partially_filled  filled  same      cancelled  expired  parked    parked        same              same        cancelled  same         denied     denied   nothing  nothing  unknown  nothing    not_settled
unknown            working           partially_filled  filled  rejected  cancelled  expired  parked    parked        working           rejected    cancelled  same         denied     denied   nothing  nothing  same     cancelled  cancelled
unknown-in-part    partially_filled  partially_filled  filled  same      cancelled  expired  parked    parked        partially_filled  same        cancelled  same         denied     denied   nothing  nothing  same     nothing    cancelled
filled             same              filled            filled  same      same       same     parked    parked        same              same        same       same         denied     denied   nothing  nothing  same     nothing    not_settled
rejected           same              partially_filled  filled  same      cancelled  expired  parked    parked        same              same        cancelled  same         denied     denied   nothing  nothing  same     nothing    not_settled
cancelled          same              cancelled         filled  same      same       same     parked    parked        same              same        same       same         denied     denied   nothing  nothing  same     nothing    not_settled
cancelled-in-part  same              cancelled         filled  same      same       same     parked    parked        same              same        same       same         denied     denied   nothing  nothing  same     nothing    not_settled
withdrawn          same              cancelled         filled  same      same       same     parked    parked        same              same        same       same         denied     denied   nothing  nothing  same     nothing    not_settled
settled            same              cancelled         filled  same      same       same     parked    parked        same              same        same       same         denied     denied   nothing  nothing  nothing  nothing    not_settled
expired            same              expired           filled  same      cancelled  same     parked    parked        same              same        cancelled  same         denied     denied   nothing  nothing  same     nothing    not_settled
denied             parked            parked            parked  parked    parked     parked   parked    parked        parked            parked      parked     parked       denied     denied   nothing  nothing  nothing  nothing    not_settled
`;

/** The columns: what can happen. Of a lot the fills are of four tenths, or of all of it. */
const EVENTS = {
  new: reported('new'),
  part: reported('partial_fill', { lastVolumeE8: lotsE8('0.4'), lastPriceE8: priceE8('1.08454') }),
  fill: reported('fill', { lastVolumeE8: lotsE8('1'), lastPriceE8: priceE8('1.08454') }),
  rejected: reported('rejected'),
  cancelled: reported('cancelled'),
  expired: reported('expired'),
  replaced: reported('replaced'),
  trade_cancel: reported('trade_cancel'),
  'says-working': status('working'),
  'says-never': status('never_seen'),
  'says-over': status('cancelled'),
  'says-filled': status('filled'),
  cancel: ({ orderId }: Order) => ({ kind: 'cancel', orderId }),
  replace: ({ orderId }: Order) => ({
    kind: 'replace',
    orderId,
    volumeE8: lotsE8('0.5'),
    limitPriceE8: null,
    stopPriceE8: null,
    lifetime: null,
    protection: {},
  }),
  trigger: ({ orderId, version }: Order) => ({ kind: 'trigger', orderId, armedVersion: version }),
  expire: ({ orderId }: Order) => ({ kind: 'expire', orderId }),
  silence: ({ orderId }: Order) => ({ kind: 'silence', orderId }),
  withdraw: ({ orderId }: Order) => ({ kind: 'withdraw', orderId }),
  settle: (of: Order) => settle(of),
} satisfies Readonly<Record<string, (of: Order) => Command>>;

const RESTING = {
  status: 'working',
  requestId: null,
  reservation: null,
  type: 'limit',
  timeInForce: 'gtc',
  limitPriceE8: priceE8('1.08460'),
} as const satisfies Partial<Order>;
const PART = { filledVolumeE8: lotsE8('0.4'), filledNotionalE16: lotsE8('0.4') * priceE8('1.08454') };
const OVER = { reservation: null } as const;

/** The rows: what an order can be in. A resting one is reached by the price; one that rests by the hour is past it. */
const SITUATIONS: Readonly<Record<string, Partial<Order>>> = {
  rests: RESTING,
  'rests-in-house': { ...RESTING, flow: 'local', provider: null },
  'past-its-time': { ...RESTING, timeInForce: 'gtd', expiresAtMs: 1 },
  queued: {},
  fired: { ...RESTING, status: 'queued', requestId: '9000000001' as RequestId, triggeredAtMs: 1, timeInForce: 'ioc' },
  acknowledged: { status: 'working' },
  'in-part': { status: 'partially_filled', ...PART },
  unknown: { status: 'unknown', reason: 'provider_silent' },
  'unknown-in-part': { status: 'unknown', reason: 'provider_silent', ...PART },
  filled: { ...OVER, status: 'filled', filledVolumeE8: lotsE8('1'), filledNotionalE16: lotsE8('1') * priceE8('1.08454') },
  rejected: { ...OVER, status: 'rejected', reason: 'no_liquidity' },
  cancelled: { ...OVER, status: 'cancelled' },
  'cancelled-in-part': { ...OVER, status: 'cancelled', ...PART },
  withdrawn: { ...OVER, status: 'cancelled', reason: 'not_sent_in_time' },
  settled: { ...OVER, status: 'cancelled', reason: 'settled_by_operator' },
  expired: { ...OVER, status: 'expired' },
  denied: { ...OVER, status: 'denied', requestId: null },
};

function reported(executionType: ExecutionType, told: Partial<ApplyReport> = {}) {
  return ({ orderId, requestId, symbol, side }: Order): ApplyReport => ({
    kind: 'report',
    orderId,
    provider: LP_A,
    executionId: executionType,
    requestId: requestId ?? ('9000000002' as RequestId),
    executionType,
    symbol,
    side,
    lastVolumeE8: null,
    lastPriceE8: null,
    orderStatus: null,
    cumulativeVolumeE8: null,
    reason: null,
    ...told,
  });
}

function status(orderStatus: ReportedStatus) {
  return reported('status', { orderStatus, requestId: '7000000001' as RequestId });
}

const LIVE_STATUSES = new Set(['queued', 'working', 'partially_filled', 'unknown']);

function outcome(told: Partial<Order>, event: (of: Order) => Command): string {
  const of = order(ID, BUY, told);
  const context = contextOf(QUOTES, LIVE);
  const orders = LIVE_STATUSES.has(of.status) ? [of] : [];
  const books = new Books(withMargin(account({ orders }), context), context);
  books.orders.set(ID, of);
  const decided = books.try(event(of));
  if (!decided.ok) return decided.refusal.refusedAs === 'park' ? 'parked' : decided.refusal.refusedAs.replace('_to_do', '');
  if ((decided.value.decision?.denial ?? null) !== null) return 'denied';
  const after = books.order(ID);
  return after.status === of.status && after.filledVolumeE8 === of.filledVolumeE8 ? 'same' : after.status;
}

const [header = [], ...rows] = TABLE.trim()
  .split('\n')
  .map((line) => line.trim().split(/\s+/));

it('the table names every situation and everything that can happen', () => {
  expect(header).toEqual(Object.keys(EVENTS));
  expect(rows.map(([situation]) => situation)).toEqual(Object.keys(SITUATIONS));
  expect(new Set(rows.map((row) => row.length))).toEqual(new Set([header.length + 1]));
});

describe.each(Object.entries(SITUATIONS))('an order that is %s', (situation, told) => {
  const cells = rows.find(([name]) => name === situation)?.slice(1) ?? [];
  it.each(Object.entries(EVENTS).map(([event, happens], column) => [event, cells[column], happens] as const))(
    'comes by %s to %s',
    (_event, cell, happens) => expect(outcome(told, happens)).toBe(cell),
  );
});
