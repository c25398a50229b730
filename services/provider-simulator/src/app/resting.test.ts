import type { SymbolName } from '@margrave/vocabulary';
import { followUp, limitAt, order, price, priceE8, profileOf, QUOTE, replace, scripted, START_MS } from '../testing/scene.ts';
import { watch, World } from '../testing/world.ts';

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => expect(world.failures).toEqual([]));

/** An order that rests. */
const resting = order(1, { limit: limitAt('1.08400', true) });

it('an order that rests is done with for now when it was acknowledged, and answers that it works', async () => {
  const { provider, book } = world.start(profileOf());
  const taken = watch(provider.take(resting));
  await world.clock.runUntil(START_MS + 40);
  expect([taken.outcome, world.publishedOf(1)]).toEqual(['told', ['new']]);
  expect(book.openOrders()).toHaveLength(1);
  await provider.take(followUp('status', 2, 1));
  expect(world.published.at(-1)?.report).toMatchObject({ orderStatus: 'working', cumulativeVolume: '0', leavesVolume: '0.10' });
});

it('an order that rests is executed by the quote that reaches it, by no other, and once', async () => {
  const { provider, book } = world.start(profileOf());
  void provider.take(resting);
  await world.clock.runOut();
  world.quote(price('1.08393', '1.08401'));
  await world.clock.runOut();
  expect(world.publishedOf(1)).toEqual(['new']);
  world.quote(price('1.08392', '1.08400'));
  world.quote(price('1.08391', '1.08399'));
  await world.clock.runOut();
  expect(world.publishedOf(1)).toEqual(['new', 'fill 0.10 at 1.084, 0.10 and 0 left']);
  expect([book.openOrders(), book.openSendings()]).toEqual([[], []]);
});

it('an order that rests is executed at its time where the price is there already', async () => {
  world.price = price('1.08300', '1.08308');
  const { provider } = world.start(profileOf());
  const taken = watch(provider.take(resting));
  world.quote(price('1.08301', '1.08309')); // before its time
  await world.clock.runUntil(START_MS + 4);
  expect(world.publishedOf(1)).toEqual(['new']);
  await world.clock.runOut();
  expect(taken.outcome).toBe('told');
  expect(world.publishedOf(1)).toEqual(['new', 'fill 0.10 at 1.08309, 0.10 and 0 left']);
});

it('an order that rests waits for a first price as it waits for its own', async () => {
  world.price = undefined;
  const { provider } = world.start(profileOf());
  const taken = watch(provider.take(resting));
  await world.clock.runUntil(START_MS + 40);
  expect(taken.outcome).toBe('told');
  await world.clock.runOut();
  world.quote(price('1.08300', '1.08308'));
  await world.clock.runOut();
  expect(world.publishedOf(1)).toEqual(['new', 'fill 0.10 at 1.08308, 0.10 and 0 left']);
});

it('an order that rests is executed part by part, each when it is reached and some time after the one before', async () => {
  const { provider } = world.start(profileOf({ parts: 3 }));
  void provider.take(resting);
  await world.clock.runOut();
  world.quote(price('1.08392', '1.08400'));
  world.quote(price('1.08391', '1.08399'));
  await world.clock.runUntil(world.clock.ms + 4);
  expect(world.publishedOf(1)).toHaveLength(2);
  world.quote(price('1.08400', '1.08408'));
  await world.clock.runOut();
  world.quote(price('1.08390', '1.08398'));
  await world.clock.runOut();
  expect(world.publishedOf(1)).toEqual([
    'new',
    'partial_fill 0.04 at 1.084, 0.04 and 0.06 left',
    'partial_fill 0.03 at 1.08398, 0.07 and 0.03 left',
    'fill 0.03 at 1.08398, 0.10 and 0 left',
  ]);
});

it('an order that rests does not look at quotes of another symbol', async () => {
  const { provider } = world.start(profileOf());
  void provider.take(resting);
  await world.clock.runOut();
  world.price = price('1.08300', '1.08308');
  provider.quoted('US500' as SymbolName);
  await world.clock.runOut();
  expect(world.publishedOf(1)).toEqual(['new']);
});

it('an order that rests is not executed after it was cancelled, whatever is quoted', async () => {
  const { provider, book } = world.start(profileOf());
  void provider.take(resting);
  await world.clock.runOut();
  await provider.take(followUp('cancel', 2, 1));
  world.quote(price('1.08300', '1.08308'));
  await world.clock.runOut();
  expect(world.publishedOf(1)).toEqual(['new']);
  expect(world.publishedOf(2)).toEqual(['cancelled: null, 0 and 0.10 left']);
  expect(book.openOrders()).toEqual([]);
});

it('an order rests at another price when it was replaced, and is executed where that is reached already', async () => {
  const { provider, book } = world.start(profileOf());
  void provider.take(resting);
  await world.clock.runOut();
  await provider.take(replace(2, 1, { limitPriceE8: priceE8('1.08300') }));
  world.quote(price('1.08392', '1.08400'));
  await world.clock.runOut();
  expect(world.publishedOf(1)).toEqual(['new']);
  await provider.take(replace(3, 1, { limitPriceE8: priceE8('1.08400') }));
  await provider.take(replace(3, 1, { limitPriceE8: priceE8('1.08') }));
  await world.clock.runOut();
  expect([...world.publishedOf(2), ...world.publishedOf(3)]).toEqual(['replaced: 0 and 0.20 left', 'replaced: 0 and 0.20 left']);
  expect(world.publishedOf(1)).toEqual(['new', 'fill 0.20 at 1.084, 0.20 and 0 left']);
  expect([book.openOrders(), book.openSendings()]).toEqual([[], []]);
});

it('an order that rests is executed as it was replaced where that happens before its time', async () => {
  const { provider } = world.start(scripted({ latencyMs: 20 }));
  void provider.take(order(1, { limit: limitAt('1.09', true) }));
  await world.clock.runUntil(START_MS + 19);
  await provider.take(replace(2, 1, { limitPriceE8: priceE8('1.09') }));
  await world.clock.runUntil(START_MS + 23);
  expect(world.publishedOf(1)).toEqual(['new']);
  await world.clock.runUntil(START_MS + 24);
  expect(world.publishedOf(1)).toEqual(['new', 'fill 0.20 at 1.08454, 0.20 and 0 left']);
});

it('an order rests as it was replaced after a restart', async () => {
  const { provider } = world.start(profileOf({ parts: 2 }));
  void provider.take(resting);
  await world.clock.runOut();
  await provider.take(replace(2, 1, { limitPriceE8: priceE8('1.08300') }));
  await provider.stop();
  const restarted = world.start(profileOf({ parts: 2 }));
  restarted.provider.resume();
  world.quote(price('1.08293', '1.08301'));
  await world.clock.runOut();
  expect(await restarted.provider.take(replace(2, 1, { limitPriceE8: priceE8('1.09') }))).toBe('told');
  world.quote(price('1.08292', '1.08300'));
  await world.clock.runOut();
  expect(world.publishedOf(1)).toEqual([
    'new',
    'partial_fill 0.10 at 1.083, 0.10 and 0.10 left',
    'fill 0.10 at 1.083, 0.20 and 0 left',
  ]);
});

it('an order that rests is still reached by the next quote after it was asked for its status', async () => {
  const { provider } = world.start(profileOf());
  void provider.take(resting);
  await world.clock.runOut();
  const asked = provider.take(followUp('status', 2, 1));
  world.quote(price('1.08392', '1.08400'));
  world.price = QUOTE;
  await asked;
  await world.clock.runOut();
  expect(world.publishedOf(1).at(-1)).toBe('fill 0.10 at 1.084, 0.10 and 0 left');
});

it('an order rests on after a restart, and is executed then', async () => {
  const { provider } = world.start(profileOf({ parts: 2 }));
  void provider.take(resting);
  await world.clock.runOut();
  world.quote(price('1.08392', '1.08400'));
  world.quote(price('1.08400', '1.08408'));
  await world.clock.runOut();
  await provider.stop();
  provider.quoted('EURUSD' as SymbolName);

  const restarted = world.start(profileOf({ parts: 2 }));
  restarted.provider.resume();
  await world.clock.runOut();
  expect(await restarted.provider.take(resting)).toBe('told');
  expect(world.publishedOf(1)).toHaveLength(2);
  world.quote(price('1.08391', '1.08399'));
  await world.clock.runOut();
  expect(world.publishedOf(1)).toEqual([
    'new',
    'partial_fill 0.05 at 1.084, 0.05 and 0.05 left',
    'fill 0.05 at 1.08399, 0.10 and 0 left',
  ]);
});

it('an order that rests is executed at a start where the price reached it meanwhile, and not by one that has stopped', async () => {
  const { provider } = world.start(profileOf());
  void provider.take(resting);
  await world.clock.runOut();
  await provider.stop();
  const { length } = world.disk;
  world.quote(price('1.08300', '1.08308'));
  await world.clock.runOut();
  expect([world.publishedOf(1), world.disk.length]).toEqual([['new'], length]);
  world.start(profileOf()).provider.resume();
  await world.clock.runOut();
  expect(world.publishedOf(1)).toEqual(['new', 'fill 0.10 at 1.08308, 0.10 and 0 left']);
});
