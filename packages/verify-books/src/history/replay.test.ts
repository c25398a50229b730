import type { Finding } from '../finding.ts';
import type { LoggedEvent } from './events.ts';
import { replayHistory } from './replay.ts';
import type { StoredAccount, StoredOrder, StoredPosition, StoredRows } from './stored-rows.ts';

const ACCOUNT = '1000000001';
const ORDER = '2000000001';
const CLOSE = '2000000002';

const order = (orderId: string, changed: object = {}) => ({
  orderId,
  clientOrderId: orderId === ORDER ? 'one' : 'two',
  symbol: 'EURUSD',
  side: orderId === ORDER ? 'buy' : 'sell',
  volume: '0.10',
  filledVolume: '0.00',
  status: 'queued',
  flow: 'provider',
  closesPositionId: orderId === ORDER ? null : ORDER,
  price: null,
  stopPrice: null,
  reason: null,
  decisionId: '3000000001',
  ...changed,
});
const position = (openVolume: string, closingOrderId: string | null = null) => ({
  positionId: ORDER,
  symbol: 'EURUSD',
  side: 'buy',
  openVolume,
  closingOrderId,
  stopLoss: '1.08000',
  takeProfit: null,
});
const deal = (orderId: string, entry: 'in' | 'out', volume: string, price: string) => ({ orderId, entry, volume, price });
const figures = (balance: string, marginExecuted: string, marginTotal: string) => ({ balance, marginExecuted, marginTotal });

type Told = readonly [version: bigint, type: string, data: object];

/** A deposit; a buy of 0.10 filled in two parts; 0.04 of it sold again with a profit of 1.20. */
const TOLD: readonly Told[] = [
  [1n, 'ledger.entry', { entry: { amount: '1000.00' } }],
  [2n, 'order.accepted', { order: order(ORDER) }],
  [2n, 'order.queued', { order: order(ORDER) }],
  [2n, 'margin.changed', { figures: figures('1000.00', '0.00', '108.50') }],
  [3n, 'order.partially_filled', { order: order(ORDER, { status: 'partially_filled', filledVolume: '0.04' }) }],
  [3n, 'position.opened', { position: position('0.04'), deal: deal(ORDER, 'in', '0.04', '1.08450') }],
  [4n, 'order.filled', { order: order(ORDER, { status: 'filled', filledVolume: '0.10' }) }],
  [4n, 'position.changed', { position: position('0.10'), deal: deal(ORDER, 'in', '0.06', '1.08460') }],
  [4n, 'margin.changed', { figures: figures('1000.00', '108.46', '108.46') }],
  [5n, 'order.accepted', { order: order(CLOSE, { volume: '0.04' }) }],
  [5n, 'order.queued', { order: order(CLOSE, { volume: '0.04' }) }],
  [5n, 'position.changed', { position: position('0.10', CLOSE) }],
  [7n, 'order.filled', { order: order(CLOSE, { volume: '0.04', status: 'filled', filledVolume: '0.04' }) }],
  [7n, 'position.changed', { position: position('0.06', CLOSE), deal: deal(CLOSE, 'out', '0.04', '1.08486') }],
  [7n, 'ledger.entry', { entry: { amount: '1.20' } }],
  [7n, 'position.changed', { position: position('0.06') }],
  [7n, 'margin.changed', { figures: figures('1001.20', '65.07', '65.07') }],
];

const eventsOf = (told: readonly Told[], accountId = ACCOUNT): LoggedEvent[] =>
  told.map(([version, type, data], index) => ({
    accountId,
    sequence: BigInt(index + 1),
    version,
    type,
    at: new Date(0),
    by: 'client',
    data,
    orderId: null,
  }));

const EVENTS = eventsOf(TOLD);

const STORED_ACCOUNT: StoredAccount = {
  id: ACCOUNT,
  balanceE8: '100120000000',
  marginExecutedE8: '6507000000',
  marginTotalE8: '6507000000',
  version: '8',
  lastSequence: '17',
};
const shared = {
  accountId: ACCOUNT,
  symbol: 'EURUSD',
  limitPriceE8: null,
  stopPriceE8: null,
  flow: 'provider',
  reason: null,
  decisionId: '3000000001',
};
const STORED_ORDERS: readonly StoredOrder[] = [
  {
    ...shared,
    id: ORDER,
    clientOrderId: 'one',
    side: 'buy',
    volumeE8: '10000000',
    filledVolumeE8: '10000000',
    filledNotionalE16: `${4_000_000n * 108_450_000n + 6_000_000n * 108_460_000n}`,
    status: 'filled',
    closesPositionId: null,
    version: '4',
  },
  {
    ...shared,
    id: CLOSE,
    clientOrderId: 'two',
    side: 'sell',
    volumeE8: '4000000',
    filledVolumeE8: '4000000',
    filledNotionalE16: `${4_000_000n * 108_486_000n}`,
    status: 'filled',
    closesPositionId: ORDER,
    version: '7',
  },
];
const STORED_POSITION: StoredPosition = {
  id: ORDER,
  accountId: ACCOUNT,
  symbol: 'EURUSD',
  side: 'buy',
  openVolumeE8: '6000000',
  openNotionalE16: `${((4_000_000n * 108_450_000n + 6_000_000n * 108_460_000n) * 6n) / 10n}`,
  closingOrderId: null,
  stopLossE8: '108000000',
  takeProfitE8: null,
  trailingDistanceE8: null,
  trailingBestE8: null,
  isClosed: false,
  version: '7',
};

interface Stored {
  readonly accounts: readonly StoredAccount[];
  readonly orders: readonly StoredOrder[];
  readonly positions: readonly StoredPosition[];
}
const STORED: Stored = { accounts: [STORED_ACCOUNT], orders: STORED_ORDERS, positions: [STORED_POSITION] };

const rowsOf = ({ accounts, orders, positions }: Stored): StoredRows => ({
  accounts: (ids) => Promise.resolve(accounts.filter(({ id }) => ids.includes(id))),
  orders: (ids) => Promise.resolve(orders.filter(({ id }) => ids.includes(id))),
  positions: (ids) => Promise.resolve(positions.filter(({ id }) => ids.includes(id))),
  totals: () => Promise.resolve({ accounts: accounts.length, orders: orders.length, positions: positions.length }),
});

async function* streamed(events: readonly LoggedEvent[]): AsyncGenerator<LoggedEvent> {
  for (const event of events) yield await Promise.resolve(event);
}

const replayed = (events: readonly LoggedEvent[], stored: Stored = STORED, waitingMax?: number): Promise<readonly Finding[]> =>
  replayHistory(streamed(events), rowsOf(stored), waitingMax);
const breaksOf = async (events: readonly LoggedEvent[], stored: Stored = STORED): Promise<readonly string[]> =>
  (await replayed(events, stored)).flatMap(({ breaks }) => breaks);

/** The events with the data of one of them changed. */
const tampered = (sequence: number, change: (data: object) => object): LoggedEvent[] =>
  EVENTS.map((event, index) => (index + 1 === sequence ? { ...event, data: change(event.data as object) } : event));

describe('the replay of an event log', () => {
  // With one waiting at most, everything is compared and forgotten as soon as it can be.
  it.each([2_000, 1])('comes to the rows, and says of how many, with %i waiting', async (waitingMax) => {
    const findings = await replayed(EVENTS, STORED, waitingMax);
    expect(findings.map(({ invariant, checked, breaks }) => [invariant.split(' ')[0], checked, breaks])).toEqual([
      ['3a', 2, []],
      ['3b', 17, []],
      ['10a', 1, []],
      ['10b', 2, []],
      ['10c', 1, []],
    ]);
  });

  it('is broken where there is nothing to replay', async () => {
    const findings = await replayed([], { accounts: [], orders: [], positions: [] });
    expect(findings.every(({ checked, mustCheckSome }) => checked === 0 && mustCheckSome)).toBe(true);
  });

  it('names a lost event by its place', async () => {
    expect(await breaksOf(EVENTS.filter(({ sequence }) => sequence !== 3n))).toEqual([
      'order 2000000001 went from accepted to partially_filled',
      'event 4 of account 1000000001 follows 2',
    ]);
  });

  it('names the account whose last event is lost', async () => {
    expect(await breaksOf(EVENTS.slice(0, -1))).toEqual([
      'account 1000000001 counts 17 events, its last is 16',
      'account 1000000001: margin executed is 6507000000, replayed 10846000000; margin total is 6507000000, replayed 10846000000',
    ]);
  });

  it('names the account whose balance an event makes another', async () => {
    expect(await breaksOf(tampered(15, () => ({ entry: { amount: '1.21' } })))).toEqual([
      'event 17 of account 1000000001: the balance said is 100120000000, replayed 100121000000',
      'account 1000000001: balance is 100120000000, replayed 100121000000',
    ]);
    expect(await breaksOf(tampered(4, () => ({ figures: figures('999.00', '0.00', '108.50') })))).toEqual([
      'event 4 of account 1000000001: the balance said is 99900000000, replayed 100000000000',
    ]);
  });

  it('names an order whose row is not what its events say', async () => {
    const [first, second] = STORED_ORDERS as [StoredOrder, StoredOrder];
    const changed = { ...STORED, orders: [{ ...first, status: 'cancelled', filledVolumeE8: '9000000' }, second] };
    expect(await breaksOf(EVENTS, changed)).toEqual([
      'order 2000000001: the status is cancelled, replayed filled; the filled volume is 9000000, replayed 10000000',
    ]);
    expect(await breaksOf(EVENTS, { ...STORED, orders: [{ ...first, limitPriceE8: '1' }, second] })).toEqual([
      'order 2000000001: the limit is 1, replayed null',
    ]);
    expect(await breaksOf(EVENTS, { ...STORED, orders: [first] })).toEqual([
      'order 2000000002 has events and no row',
      'there are 1 orders, and events of 2',
    ]);
    const third = { ...second, id: '2000000003' };
    expect(await breaksOf(EVENTS, { ...STORED, orders: [...STORED_ORDERS, third] })).toEqual([
      'there are 3 orders, and events of 2',
    ]);
  });

  it('names an order whose event says another filled volume than its deals', async () => {
    const said = tampered(5, () => ({ order: order(ORDER, { status: 'partially_filled', filledVolume: '0.05' }) }));
    expect(await breaksOf(said)).toEqual(['order 2000000001 at version 3: the filled volume said is 5000000, replayed 4000000']);
  });

  it('names a position whose row, or whose event, is not what its deals come to', async () => {
    expect(await breaksOf(EVENTS, { ...STORED, positions: [{ ...STORED_POSITION, stopLossE8: null }] })).toEqual([
      'position 2000000001: the stop loss is null, replayed 108000000',
    ]);
    const changed = { ...STORED, positions: [{ ...STORED_POSITION, side: 'sell', openNotionalE16: '1' }] };
    expect(await breaksOf(EVENTS, changed)).toEqual([
      'position 2000000001: the side is sell, replayed buy; the open notional is 1, replayed 650736000000000',
    ]);
    expect(await breaksOf(tampered(16, () => ({ position: position('0.05') })))).toEqual([
      'event 16 of account 1000000001, position 2000000001: the open volume said is 5000000, replayed 6000000',
    ]);
  });

  it('names events whose version goes back, and a type that it does not know', async () => {
    const back = EVENTS.map((event) => (event.sequence === 15n ? { ...event, version: 6n } : event));
    expect(await breaksOf(back)).toEqual(['event 15 of account 1000000001 goes from version 7 back to 6']);
    const strange = EVENTS.map((event) => (event.sequence === 4n ? { ...event, type: 'account.changed' } : event));
    expect(await breaksOf(strange)).toEqual(['event 4 of account 1000000001 is account.changed, which no replay knows']);
  });
});
