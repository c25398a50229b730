import type { RequestId, SymbolName } from '@margrave/vocabulary';
import { followUp, inShort, limitAt, lots, order, price, profileOf, requestIdOf, scripted, START_MS } from '../testing/scene.ts';
import { World } from '../testing/world.ts';
import type { Told } from './provider.ts';

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => expect(world.failures).toEqual([]));

const publishedOf = (requestId: RequestId): readonly string[] =>
  world.published.filter(({ report }) => report.requestId === requestId).map(({ report }) => inShort(report));

/** What a promise gave until now. */
const watch = (promise: Promise<Told>): { outcome: Told | 'waits' } => {
  const watched: { outcome: Told | 'waits' } = { outcome: 'waits' };
  void promise.then((told) => (watched.outcome = told));
  return watched;
};

it('is done with an order when the stream has its last report', async () => {
  const { provider, book } = world.start(profileOf({ parts: 2 }));
  const taken = watch(provider.take(order(1)));
  await world.clock.runUntil(START_MS + 4);
  expect(book.openOrders()).toHaveLength(1);
  expect([taken.outcome, publishedOf(requestIdOf(1))]).toEqual(['waits', ['new']]);
  await world.clock.runOut();
  expect(taken.outcome).toBe('told');
  expect([book.openOrders(), book.openSendings()]).toEqual([[], []]);
  expect(publishedOf(requestIdOf(1))).toEqual([
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
  expect(publishedOf(requestIdOf(1))).toEqual(['new', 'fill 0.10 at 1.08454, 0.10 and 0 left']);
  expect(world.repeated).toBe(3);
});

it('answers a status request once, however often it comes', async () => {
  const { provider } = world.start(profileOf());
  await provider.take(followUp('status', 2, 1));
  await provider.take(followUp('status', 2, 1));
  expect(publishedOf(requestIdOf(2))).toEqual(['status']);
});

it('does not wait for the end of a silence', async () => {
  const { provider } = world.start(scripted({ silent: true }));
  const taken = watch(provider.take(order(1)));
  await world.clock.runOut();
  expect([taken.outcome, world.published]).toEqual(['told', []]);
  await provider.take(followUp('status', 2, 1));
  expect(publishedOf(requestIdOf(1))).toEqual(['new', 'fill 0.10 at 1.08454, 0.10 and 0 left']);
});

it('waits a little for a first price', async () => {
  world.price = undefined;
  const { provider } = world.start(profileOf());
  void provider.take(order(1));
  await world.clock.runUntil(START_MS + 1_000);
  world.price = price('1.08500', '1.08508');
  await world.clock.runOut();
  expect(publishedOf(requestIdOf(1))[1]).toBe('fill 0.10 at 1.08508, 0.10 and 0 left');
});

it('refuses an order for which no price comes, before silence is noticed', async () => {
  world.price = undefined;
  const { provider } = world.start(profileOf());
  void provider.take(order(1));
  await world.clock.runUntil(START_MS + 2_000);
  expect(publishedOf(requestIdOf(1))).toEqual(['new', 'rejected: no_liquidity']);
});

it('does not execute an order that is cancelled while it waits', async () => {
  const { provider } = world.start(scripted({ late: true }));
  const taken = watch(provider.take(order(1)));
  await world.clock.runUntil(START_MS + 1_000);
  await provider.take(followUp('cancel', 2, 1));
  await world.clock.runOut();
  expect(taken.outcome).toBe('told');
  expect(publishedOf(requestIdOf(1))).toEqual(['new']);
  expect(publishedOf(requestIdOf(2))).toEqual(['cancelled: null, 0 and 0.10 left']);
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
  expect(publishedOf(requestIdOf(1))).toEqual(['new']);
  await world.clock.runUntil(START_MS + 6_000);
  expect(publishedOf(requestIdOf(1))).toHaveLength(2);
});

describe('an order that rests', () => {
  const resting = order(1, { limit: limitAt('1.08400', true) });

  it('is done with for now when it was acknowledged, and answers that it works', async () => {
    const { provider, book } = world.start(profileOf());
    const taken = watch(provider.take(resting));
    await world.clock.runUntil(START_MS + 40);
    expect([taken.outcome, publishedOf(requestIdOf(1))]).toEqual(['told', ['new']]);
    expect(book.openOrders()).toHaveLength(1);
    await provider.take(followUp('status', 2, 1));
    expect(world.published.at(-1)?.report).toMatchObject({ orderStatus: 'working', cumulativeVolume: '0', leavesVolume: '0.10' });
  });

  it('is executed by the quote that reaches it, by no other, and once', async () => {
    const { provider, book } = world.start(profileOf());
    void provider.take(resting);
    await world.clock.runOut();
    world.quote(price('1.08393', '1.08401'));
    await world.clock.runOut();
    expect(publishedOf(requestIdOf(1))).toEqual(['new']);
    world.quote(price('1.08392', '1.08400'));
    world.quote(price('1.08391', '1.08399'));
    await world.clock.runOut();
    expect(publishedOf(requestIdOf(1))).toEqual(['new', 'fill 0.10 at 1.084, 0.10 and 0 left']);
    expect([book.openOrders(), book.openSendings()]).toEqual([[], []]);
  });

  it('is executed at its time where the price is there already', async () => {
    world.price = price('1.08300', '1.08308');
    const { provider } = world.start(profileOf());
    const taken = watch(provider.take(resting));
    world.quote(price('1.08301', '1.08309')); // before its time
    await world.clock.runUntil(START_MS + 4);
    expect(publishedOf(requestIdOf(1))).toEqual(['new']);
    await world.clock.runOut();
    expect(taken.outcome).toBe('told');
    expect(publishedOf(requestIdOf(1))).toEqual(['new', 'fill 0.10 at 1.08309, 0.10 and 0 left']);
  });

  it('waits for a first price as it waits for its own', async () => {
    world.price = undefined;
    const { provider } = world.start(profileOf());
    const taken = watch(provider.take(resting));
    await world.clock.runUntil(START_MS + 40);
    expect(taken.outcome).toBe('told');
    await world.clock.runOut();
    world.quote(price('1.08300', '1.08308'));
    await world.clock.runOut();
    expect(publishedOf(requestIdOf(1))).toEqual(['new', 'fill 0.10 at 1.08308, 0.10 and 0 left']);
  });

  it('is executed part by part, each when it is reached and some time after the one before', async () => {
    const { provider } = world.start(profileOf({ parts: 3 }));
    void provider.take(resting);
    await world.clock.runOut();
    world.quote(price('1.08392', '1.08400'));
    world.quote(price('1.08391', '1.08399'));
    await world.clock.runUntil(world.clock.ms + 4);
    expect(publishedOf(requestIdOf(1))).toHaveLength(2);
    world.quote(price('1.08400', '1.08408'));
    await world.clock.runOut();
    world.quote(price('1.08390', '1.08398'));
    await world.clock.runOut();
    expect(publishedOf(requestIdOf(1))).toEqual([
      'new',
      'partial_fill 0.04 at 1.084, 0.04 and 0.06 left',
      'partial_fill 0.03 at 1.08398, 0.07 and 0.03 left',
      'fill 0.03 at 1.08398, 0.10 and 0 left',
    ]);
  });

  it('does not look at quotes of another symbol', async () => {
    const { provider } = world.start(profileOf());
    void provider.take(resting);
    await world.clock.runOut();
    world.price = price('1.08300', '1.08308');
    provider.quoted('US500' as SymbolName);
    await world.clock.runOut();
    expect(publishedOf(requestIdOf(1))).toEqual(['new']);
  });

  it('is not executed after it was cancelled, whatever is quoted', async () => {
    const { provider, book } = world.start(profileOf());
    void provider.take(resting);
    await world.clock.runOut();
    await provider.take(followUp('cancel', 2, 1));
    world.quote(price('1.08300', '1.08308'));
    await world.clock.runOut();
    expect(publishedOf(requestIdOf(1))).toEqual(['new']);
    expect(publishedOf(requestIdOf(2))).toEqual(['cancelled: null, 0 and 0.10 left']);
    expect(book.openOrders()).toEqual([]);
  });

  it('rests on after a restart, and is executed then', async () => {
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
    expect(publishedOf(requestIdOf(1))).toHaveLength(2);
    world.quote(price('1.08391', '1.08399'));
    await world.clock.runOut();
    expect(publishedOf(requestIdOf(1))).toEqual([
      'new',
      'partial_fill 0.05 at 1.084, 0.05 and 0.05 left',
      'fill 0.05 at 1.08399, 0.10 and 0 left',
    ]);
  });

  it('is executed at a start where the price reached it meanwhile, and not by one that has stopped', async () => {
    const { provider } = world.start(profileOf());
    void provider.take(resting);
    await world.clock.runOut();
    await provider.stop();
    const { length } = world.disk;
    world.quote(price('1.08300', '1.08308'));
    await world.clock.runOut();
    expect([publishedOf(requestIdOf(1)), world.disk.length]).toEqual([['new'], length]);
    world.start(profileOf()).provider.resume();
    await world.clock.runOut();
    expect(publishedOf(requestIdOf(1))).toEqual(['new', 'fill 0.10 at 1.08308, 0.10 and 0 left']);
  });
});

it('tells of a journal that cannot be written, and then tells nobody anything', async () => {
  const { provider } = world.start(profileOf());
  const broken = (world.diskFault = new Error('no space left on device'));
  await expect(provider.take(order(1))).rejects.toBe(broken);
  expect(world.failures.splice(0)).toContain(broken);
  expect(world.published).toEqual([]);
});
