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

const started = async (): Promise<RunningService> => {
  const service = await floor.start();
  await service.untilReady();
  return service;
};

interface Row {
  readonly open: string;
  readonly best: string | null;
}
const rowOf = async ({ position }: Placed): Promise<Row | undefined> =>
  (
    await floor.sql<Row[]>`
      select open_volume_e8::text open, trailing_best_e8::text best from positions where position_id = ${position!.positionId}`
  )[0];
const bestIs = (held: Placed, text: string): Promise<void> =>
  until(
    async () => (await rowOf(held))?.best === `${priceE8(text)}`,
    () => `the best price kept of position ${held.position!.positionId} is ${text}`,
  );
const closed = (held: Placed): Promise<void> =>
  until(
    async () => (await rowOf(held))?.open === '0',
    () => `position ${held.position!.positionId} is closed`,
  );
const follow = (held: Placed): Promise<void> =>
  floor.command({
    kind: 'protect',
    positionId: held.position!.positionId,
    protection: {},
    trailingDistanceE8: priceE8('0.00200'),
  });
const dealsOf = async ({ position }: Placed) => [
  ...(await floor.sql<{ origin: string; level: string }[]>`
    select origin::text, stop_price_e8::text level from deals join orders using (order_id)
      where position_id = ${position!.positionId} and entry = 'out'`),
];
/** What its clients see is five points worse on either side. */
const at = (bid: string, ask: string): void => floor.tell({ bid, ask });

it('a stop follows the price, what it follows is kept, and it closes once where it stood, over a death of who watches', async () => {
  const first = await started();
  const held = await floor.place({});
  await follow(held);
  await bestIs(held, '1.08441');
  await until(
    async () => (await first.metric('margrave_armed_levels')) === 2,
    () => 'the stop is armed',
  );
  at('1.08605', '1.08613');
  await bestIs(held, '1.08600');
  // Less than a tenth of the distance on: it follows, and nothing is kept.
  at('1.08615', '1.08623');
  at('1.08425', '1.08433');
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(await rowOf(held)).toEqual({ open: '10000000', best: `${priceE8('1.08600')}` });
  await first.stop('SIGKILL');
  const again = await started();
  // 1.08400 for the client: where it stood by what was kept.
  at('1.08405', '1.08413');
  await closed(held);
  expect(await dealsOf(held)).toEqual([{ origin: 'trailing_stop', level: `${priceE8('1.08400')}` }]);
  expect(await again.metric('margrave_triggers_total', 'kind="trailing_stop",outcome="committed"')).toBe(1);
});

it('a stop that has followed further than is kept closes where it stood', async () => {
  const service = await started();
  const held = await floor.place({ side: 'sell' });
  await follow(held);
  await until(
    async () => (await service.metric('margrave_armed_levels')) === 2,
    () => 'the stop is armed',
  );
  // The client's ask goes from 1.08459 to 1.08442: less than a tenth of the distance.
  at('1.08429', '1.08437');
  await new Promise((resolve) => setTimeout(resolve, 300));
  at('1.08629', '1.08637');
  await closed(held);
  expect(await dealsOf(held)).toEqual([{ origin: 'trailing_stop', level: `${priceE8('1.08642')}` }]);
});
