import type { AccountId, LotsE8 } from '@margrave/vocabulary';
import { until, type RunningService } from './testing/running-service.ts';
import { openTradingFloor, priceE8, type TradingFloor } from './testing/trading-floor.ts';

const [ACCOUNTS, ORDERS_EACH] = [100, 100];
const ORDERS = ACCOUNTS * ORDERS_EACH;
const KILLED_AFTER = ORDERS / 4;

let floor: TradingFloor;
beforeAll(async () => {
  floor = await openTradingFloor();
}, 60_000);
afterAll(() => floor.close());

const countOf = async (status: string): Promise<number> =>
  Number((await floor.sql<{ orders: string }[]>`select count(*) orders from orders where status::text = ${status}`)[0]?.orders);
const executed = (orders: number): Promise<void> =>
  until(
    async () => (await countOf('filled')) >= orders,
    () => `${orders} orders are executed`,
  );

const armed = (service: RunningService, levels: number): Promise<void> =>
  until(
    async () => (await service.metric('margrave_armed_levels')) === levels,
    () => `${levels} levels are armed`,
  );

it('ten thousand orders reached by one tick are executed once each, by two instances of which one is killed meanwhile and comes again', async () => {
  for (const accountId of await floor.openAccounts(ACCOUNTS)) await placeMany(accountId);
  expect(await countOf('working')).toBe(ORDERS);
  // Instances that divide the symbols differently watch the same ones.
  const start = async (shards: string): Promise<RunningService> => {
    const service = await floor.start({ TRIGGER_SHARDS: shards });
    await service.untilReady();
    await armed(service, ORDERS);
    return service;
  };
  const [first, second] = await Promise.all([start('1'), start('2')]);

  floor.tell({ bid: '1.07900', ask: '1.07908' });
  await executed(KILLED_AFTER);
  await first.stop('SIGKILL');
  expect(await countOf('working')).toBeGreaterThan(0);
  await (await floor.start({ TRIGGER_SHARDS: '1' })).untilReady();
  await executed(ORDERS);

  const [found] = await floor.sql<{ deals: number; orders: number; prices: number }[]>`
    select count(*)::int deals, count(distinct order_id)::int orders, count(distinct price_e8)::int prices from deals`;
  expect(found).toEqual({ deals: ORDERS, orders: ORDERS, prices: 1 });
  await armed(second, 0);
  expect(await floor.broken()).toEqual([]);
}, 180_000);

/** Many commands of one account at once are a few commits. */
const placeMany = async (accountId: AccountId): Promise<void> => {
  const limit = { type: 'limit', limitPriceE8: priceE8('1.08000'), volumeE8: 1_000_000n as LotsE8 } as const;
  await Promise.all(Array.from({ length: ORDERS_EACH }, () => floor.place(limit, accountId)));
};
