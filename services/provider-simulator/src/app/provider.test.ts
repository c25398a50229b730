import { followUp, lots, order, price, profileOf, scripted, START_MS } from '../testing/scene.ts';
import { watch, World } from '../testing/world.ts';

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => expect(world.failures).toEqual([]));

it('is done with an order when the stream has its last report', async () => {
  const { provider, book } = world.start(profileOf({ parts: 2 }));
  const taken = watch(provider.take(order(1)));
  await world.clock.runUntil(START_MS + 4);
  expect(book.openOrders()).toHaveLength(1);
  expect([taken.outcome, world.publishedOf(1)]).toEqual(['waits', ['new']]);
  await world.clock.runOut();
  expect(taken.outcome).toBe('told');
  expect([book.openOrders(), book.openSendings()]).toEqual([[], []]);
  expect(world.publishedOf(1)).toEqual([
    'new',
    'partial_fill 0.05 at 1.08454, 0.05 and 0.05 left',
    'fill 0.05 at 1.08454, 0.10 and 0 left',
  ]);
});

it('executes an order once that comes again at once, later, or after a restart, and answers for it when it is done', async () => {
  const { provider } = world.start(profileOf());
  const taken = [watch(provider.take(order(1))), watch(provider.take(order(1)))];
  await world.clock.runUntil(START_MS + 1);
  expect(taken.map(({ outcome }) => outcome)).toEqual(['waits', 'waits']);
  await world.clock.runOut();
  await provider.take(order(1, { volumeE8: lots('5') }));
  const restarted = world.start(profileOf());
  restarted.provider.resume();
  await restarted.provider.take(order(1));
  await world.clock.runOut();
  expect(taken.map(({ outcome }) => outcome)).toEqual(['told', 'told']);
  expect(world.publishedOf(1)).toEqual(['new', 'fill 0.10 at 1.08454, 0.10 and 0 left']);
  expect(world.repeated).toBe(3);
});

it('answers a status request once, however often it comes', async () => {
  const { provider } = world.start(profileOf());
  await provider.take(followUp('status', 2, 1));
  await provider.take(followUp('status', 2, 1));
  expect(world.publishedOf(2)).toEqual(['status']);
});

it('does not wait for the end of a silence', async () => {
  const { provider } = world.start(scripted({ silent: true }));
  const taken = watch(provider.take(order(1)));
  await world.clock.runOut();
  expect([taken.outcome, world.published]).toEqual(['told', []]);
  await provider.take(followUp('status', 2, 1));
  expect(world.publishedOf(1)).toEqual(['new', 'fill 0.10 at 1.08454, 0.10 and 0 left']);
});

it('waits a little for a first price', async () => {
  world.price = undefined;
  const { provider } = world.start(profileOf());
  void provider.take(order(1));
  await world.clock.runUntil(START_MS + 1_000);
  world.price = price('1.08500', '1.08508');
  await world.clock.runOut();
  expect(world.publishedOf(1)[1]).toBe('fill 0.10 at 1.08508, 0.10 and 0 left');
});

it('refuses an order for which no price comes, before silence is noticed', async () => {
  world.price = undefined;
  const { provider } = world.start(profileOf());
  void provider.take(order(1));
  await world.clock.runUntil(START_MS + 2_000);
  expect(world.publishedOf(1)).toEqual(['new', 'rejected: no_liquidity']);
});

it('does not execute an order that is cancelled while it waits', async () => {
  const { provider } = world.start(scripted({ late: true }));
  const taken = watch(provider.take(order(1)));
  await world.clock.runUntil(START_MS + 1_000);
  await provider.take(followUp('cancel', 2, 1));
  await world.clock.runOut();
  expect(taken.outcome).toBe('told');
  expect(world.publishedOf(1)).toEqual(['new']);
  expect(world.publishedOf(2)).toEqual(['cancelled: null, 0 and 0.10 left']);
});

it('stops at once with a late order in hand, and executes it after the next start, when it is due', async () => {
  const profile = scripted({ late: true, latencyMs: 0 });
  const { provider } = world.start(profile);
  const taken = watch(provider.take(order(1)));
  await world.clock.runUntil(START_MS + 1_000);
  await provider.stop();
  expect(taken.outcome).toBe('stopped');
  expect(await provider.take(order(2))).toBe('stopped');

  world.start(profile).provider.resume();
  await world.clock.runUntil(START_MS + 5_999);
  expect(world.publishedOf(1)).toEqual(['new']);
  await world.clock.runUntil(START_MS + 6_000);
  expect(world.publishedOf(1)).toHaveLength(2);
});

it('tells of a journal that cannot be written, and then tells nobody anything', async () => {
  const { provider } = world.start(profileOf());
  const broken = (world.diskFault = new Error('no space left on device'));
  await expect(provider.take(order(1))).rejects.toBe(broken);
  expect(world.failures.splice(0)).toContain(broken);
  expect(world.published).toEqual([]);
});
