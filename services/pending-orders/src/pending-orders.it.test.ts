import { FaultProxy } from '@margrave/testkit';
import { until, type RunningService } from './testing/running-service.ts';
import { openTradingFloor, priceE8, type Placed, type TradingFloor } from './testing/trading-floor.ts';

let floor: TradingFloor;
beforeEach(async () => {
  floor = await openTradingFloor();
});
afterEach(async () => {
  const broken = await floor.broken();
  await floor.close();
  expect(broken).toEqual([]);
});

const started = async (environment?: Readonly<Record<string, string>>): Promise<RunningService> => {
  const service = await floor.start(environment);
  await service.untilReady();
  return service;
};
const armed = (service: RunningService, levels: number): Promise<void> =>
  until(
    async () => (await service.metric('margrave_armed_levels')) === levels,
    () => `${levels} levels are armed`,
  );
const becomes = ({ order }: Placed, status: string): Promise<void> =>
  until(
    async () => (await floor.statusOf(order.orderId)) === status,
    () => `order ${order.orderId} is ${status}`,
  );
const closed = ({ position }: Placed): Promise<void> =>
  until(
    async () =>
      (await floor.sql`select from positions where position_id = ${position!.positionId} and open_volume_e8 = 0`).length > 0,
    () => `position ${position!.positionId} is closed`,
  );
const dealsOf = async (): Promise<number> =>
  Number((await floor.sql<{ deals: string }[]>`select count(*) deals from deals`)[0]?.deals);

const limit = (text = '1.08000') => ({ type: 'limit', limitPriceE8: priceE8(text) }) as const;
const level = (text: string) => ({ kind: 'price', priceE8: priceE8(text) }) as const;
const [FALLEN, RISEN] = [
  { bid: '1.07900', ask: '1.07908' },
  { bid: '1.09000', ask: '1.09008' },
];

it('a limit order, a stop order, a stop loss and a take profit are executed when their price comes', async () => {
  const service = await started();
  const buyLimit = await floor.place(limit());
  const sellStop = await floor.place({ type: 'stop', side: 'sell', stopPriceE8: priceE8('1.07950') });
  const held = await floor.place({ protection: { stopLoss: level('1.08100'), takeProfit: null } });
  const shorted = await floor.place({ side: 'sell', protection: { stopLoss: null, takeProfit: level('1.07000') } });
  const waitsOn = await floor.place({ type: 'stop', stopPriceE8: priceE8('1.10000') });
  await armed(service, 5);
  floor.tell(FALLEN);
  await Promise.all([becomes(buyLimit, 'filled'), becomes(sellStop, 'filled'), closed(held)]);
  expect(await floor.statusOf(waitsOn.order.orderId)).toBe('working');
  floor.tell({ bid: '1.06900', ask: '1.06908' });
  await closed(shorted);
  const origins = await floor.sql<
    { origin: string }[]
  >`select origin::text from orders where closes_position_id is not null order by 1`;
  expect(origins.map(({ origin }) => origin)).toEqual(['stop_loss', 'take_profit']);
  await armed(service, 1);
  expect(await service.metric('margrave_triggers_total', 'outcome="committed"')).toBe(4);
  expect(await service.metric('margrave_sweep_findings_total')).toBe(0);
});

it('a stop that the price only touched between two quotes is executed, a limit is not', async () => {
  const service = await started();
  const stop = await floor.place({ type: 'stop', side: 'sell', stopPriceE8: priceE8('1.08000') });
  const untouched = await floor.place(limit());
  await armed(service, 2);
  // The one before it makes the price that was there when they were armed a thing of the past.
  floor.tell({ bid: '1.08446', ask: '1.08454' });
  floor.tell({ bid: '1.08446', ask: '1.08454', low: '1.07900' });
  await becomes(stop, 'filled');
  expect(await floor.statusOf(untouched.order.orderId)).toBe('working');
});

it('what is taken back or changed waits no more as it did', async () => {
  const service = await started();
  const [gone, moved] = [await floor.place(limit()), await floor.place(limit())];
  const held = await floor.place({ protection: { stopLoss: level('1.08100'), takeProfit: null } });
  await armed(service, 3);
  await floor.command({ kind: 'cancel', orderId: gone.order.orderId });
  await floor.command({
    kind: 'replace',
    orderId: moved.order.orderId,
    volumeE8: null,
    limitPriceE8: priceE8('1.07000'),
    stopPriceE8: null,
    lifetime: null,
    protection: {},
  });
  await floor.command({ kind: 'protect', positionId: held.position!.positionId, protection: { stopLoss: null } });
  await armed(service, 1);
  floor.tell(FALLEN);
  floor.tell({ bid: '1.06900', ask: '1.06908' });
  await becomes(moved, 'filled');
  expect(await floor.statusOf(gone.order.orderId)).toBe('cancelled');
  expect(await dealsOf()).toBe(2);
});

it('an order ends when its time has come, and one whose time came while nobody was there ends at the start', async () => {
  const nowMs = Date.now();
  const early = await floor.place({ ...limit(), timeInForce: 'gtd', expiresAtMs: nowMs + 1_000 });
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  const service = await started();
  await becomes(early, 'expired');
  const late = await floor.place({ ...limit(), timeInForce: 'gtd', expiresAtMs: Date.now() + 1_500 });
  await armed(service, 2);
  await becomes(late, 'expired');
  const [row] = await floor.sql<{ late: number }[]>`
    select extract(epoch from updated_at - expires_at) * 1000 late from orders where order_id = ${late.order.orderId}`;
  expect(Number(row?.late)).toBeGreaterThanOrEqual(0);
  expect(Number(row?.late)).toBeLessThan(500);
});

it('what is reached while nobody is there is executed on the first quote after the start', async () => {
  const first = await started();
  const order = await floor.place(limit());
  const held = await floor.place({ protection: { stopLoss: level('1.08100'), takeProfit: null } });
  await armed(first, 2);
  await first.stop('SIGKILL');
  floor.tell(FALLEN);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(await dealsOf()).toBe(1);
  await started();
  await Promise.all([becomes(order, 'filled'), closed(held)]);
});

it('an instance that dies between a commit and its own books, with more in hand, executes nothing twice and loses nothing', async () => {
  const first = await started({ CRASH_AT: 'triggers.after-commit', MARGRAVE_TEST_BUILD: '1', TRIGGER_BATCH_MAX: '10' });
  const accounts = await floor.openAccounts(4);
  const placed: Placed[] = [];
  for (const accountId of accounts)
    for (let count = 0; count < 10; count += 1) placed.push(await floor.place(limit(), accountId));
  const held = await floor.place({ protection: { stopLoss: level('1.08100'), takeProfit: level('1.09500') } });
  await armed(first, 42);
  floor.tell(FALLEN);
  expect(await first.ended).toMatchObject({ signal: 'SIGKILL' });
  const dealsBefore = await dealsOf();
  expect(dealsBefore).toBeGreaterThan(1);
  expect(dealsBefore).toBeLessThan(42);
  const again = await started();
  await Promise.all([...placed.map((each) => becomes(each, 'filled')), closed(held)]);
  floor.tell(RISEN);
  floor.tell(FALLEN);
  await armed(again, 0);
  expect(await dealsOf()).toBe(42);
});

it('an order for which there is no margin any more is cancelled, and those that are reached with it are executed', async () => {
  const service = await started();
  const [poor] = (await floor.openAccounts(1)) as [TradingFloor['accountId']];
  // At a leverage of 100 either of the two takes most of what the account has.
  const large = { volumeE8: 6_000_000_000n as never };
  const first = await floor.place({ ...limit(), ...large }, poor);
  const second = await floor.place({ ...limit(), ...large }, poor);
  const other = await floor.place(limit());
  await armed(service, 3);
  floor.tell(FALLEN);
  await Promise.all([becomes(first, 'filled'), becomes(second, 'cancelled'), becomes(other, 'filled')]);
  await armed(service, 0);
});

it('a price that is old reaches nothing', async () => {
  const service = await started();
  const order = await floor.place(limit());
  const held = await floor.place({ protection: { stopLoss: level('1.08100'), takeProfit: null } });
  await armed(service, 2);
  floor.tell({ ...FALLEN, ageMs: 60_000 });
  await new Promise((resolve) => setTimeout(resolve, 500));
  floor.tell({ bid: '1.08446', ask: '1.08454' });
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(await floor.statusOf(order.order.orderId)).toBe('working');
  expect(await dealsOf()).toBe(1);
  floor.tell(FALLEN);
  await Promise.all([becomes(order, 'filled'), closed(held)]);
});

/** Runs with a wire between the service and a server. */
async function overWire(address: string, work: (wire: FaultProxy, address: string) => Promise<void>): Promise<void> {
  const url = new URL(address);
  const wire = await FaultProxy.start({ host: url.hostname, port: Number(url.port) });
  url.port = `${wire.port}`;
  try {
    await work(wire, url.href);
  } finally {
    await wire.close();
  }
}

it('what is told while the bus is away is known when it is back', () =>
  overWire(floor.natsUrl, async (wire, address) => {
    const service = await started({ NATS_URL: address, TRIGGER_SWEEP_EVERY: '1h' });
    const gone = await floor.place(limit());
    await armed(service, 1);
    await wire.setMode({ kind: 'refuse' });
    await floor.command({ kind: 'cancel', orderId: gone.order.orderId });
    const placed = await floor.place(limit());
    const held = await floor.place({ protection: { stopLoss: level('1.08100'), takeProfit: level('1.09500') } });
    await wire.setMode({ kind: 'pass' });
    await armed(service, 3);
    floor.tell(FALLEN);
    await Promise.all([becomes(placed, 'filled'), closed(held)]);
    expect(await floor.statusOf(gone.order.orderId)).toBe('cancelled');
    await service.stop();
  }));

it('a stop that is reached while the database is away is executed when it is back, wherever the price is by then', () =>
  overWire(floor.databaseUrl, async (wire, address) => {
    const service = await started({ DATABASE_URL: address });
    const order = await floor.place(limit());
    const held = await floor.place({ protection: { stopLoss: level('1.08100'), takeProfit: null } });
    await armed(service, 2);
    await wire.setMode({ kind: 'refuse' });
    floor.tell(FALLEN);
    await until(
      async () => (await service.metric('margrave_triggers_total', 'outcome="again"')) > 0,
      () => 'both are tried in vain',
    );
    expect(await service.metric('margrave_triggers_due', 'in_hand')).toBe(2);
    floor.tell({ bid: '1.08446', ask: '1.08454' });
    await wire.setMode({ kind: 'pass' });
    await closed(held);
    await armed(service, 1);
    expect(await floor.statusOf(order.order.orderId)).toBe('working');
    expect(await service.metric('margrave_trigger_shards_held')).toBe(8);
    await service.stop();
  }));

it('two instances that watch the same symbols execute each once', async () => {
  // Instances that divide the symbols differently do the same work.
  const both = await Promise.all([started({ TRIGGER_SHARDS: '1' }), started({ TRIGGER_SHARDS: '2' })]);
  const accounts = await floor.openAccounts(10);
  const placed: Placed[] = [];
  for (const accountId of accounts)
    for (let count = 0; count < 10; count += 1) placed.push(await floor.place(limit(), accountId));
  const held = await floor.place({ protection: { stopLoss: level('1.08100'), takeProfit: null } });
  await Promise.all(both.map((service) => armed(service, 101)));
  floor.tell(FALLEN);
  await Promise.all([...placed.map((each) => becomes(each, 'filled')), closed(held)]);
  await Promise.all(both.map((service) => armed(service, 0)));
  expect(await dealsOf()).toBe(102);
  const shares = await Promise.all(both.map((service) => service.metric('margrave_triggers_total', 'outcome="committed"')));
  expect(shares[0]! + shares[1]!).toBe(101);
});

it('an instance takes over what another one watched', async () => {
  // Who takes over loads at once, and not when it would sweep.
  const rarely = { TRIGGER_SWEEP_EVERY: '1h' };
  const first = await started(rarely);
  const second = await started(rarely);
  expect([await first.metric('margrave_trigger_shards_held'), await second.metric('margrave_trigger_shards_held')]).toEqual([
    8, 0,
  ]);
  const order = await floor.place(limit());
  await armed(first, 1);
  expect(await second.metric('margrave_armed_levels')).toBe(0);
  await first.stop('SIGKILL');
  await armed(second, 1);
  floor.tell(FALLEN);
  await becomes(order, 'filled');
  await second.stop();
  expect(await second.ended).toEqual({ code: 0, signal: null });
});

it('what its event did not tell is found by the sweep, and counted', async () => {
  const service = await started({ TRIGGER_SWEEP_EVERY: '200ms' });
  const order = await floor.place(limit('1.07000'));
  await armed(service, 1);
  // Nobody tells of what an administrator changes by hand.
  await floor.sql`update orders set limit_price_e8 = 108000000, version = version + 1 where order_id = ${order.order.orderId}`;
  await until(
    async () => (await service.metric('margrave_sweep_findings_total', 'armed')) === 1,
    () => 'the sweep finds what is not armed',
  );
  await floor.sql`update orders set limit_price_e8 = 107000000, version = version - 1 where order_id = ${order.order.orderId}`;
});
