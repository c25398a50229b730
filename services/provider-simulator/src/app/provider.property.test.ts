import type { PriceE8, RequestId, Side } from '@margrave/vocabulary';
import fc from 'fast-check';
import { followUp, lots, order, priceE8, profileOf, replace, requestIdOf } from '../testing/scene.ts';
import { World } from '../testing/world.ts';
import { MISBEHAVIOURS } from './behaviour.ts';
import type { Book } from './book.ts';
import { restsAt } from './decide-execution.ts';
import type { Entry, Report } from './entry.ts';
import type { Price, ProviderRequest } from './request.ts';

const LAST = new Set(['fill', 'rejected', 'cancelled']);
const RUNS = 150;

/** Prices around which limits and quotes lie, in points above or below `MIDDLE_E8`. */
const MIDDLE_E8 = priceE8('1.08450');
const POINT_E8 = priceE8('0.00001');
const pointsAway = (points: number): PriceE8 => (MIDDLE_E8 + BigInt(points) * POINT_E8) as PriceE8;
const quoteAt = (points: number): Price => ({ bidE8: pointsAway(points - 1), askE8: pointsAway(points + 1) });
const near = fc.integer({ min: -3, max: 3 });
/** Beyond every limit there is. */
const FAR = 10;

const limit = fc.option(fc.record({ points: near, rests: fc.boolean() }));
const side = fc.constantFrom('buy' as const, 'sell' as const);
/** Long enough for an order to have come to rest. */
const thenMs = fc.constantFrom(0, 50);
const steps = fc.integer({ min: 1, max: 9 });

/** Orders, with cancellations, replacements, status requests and repetitions among them. */
const requests = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('new' as const),
        original: fc.nat(5),
        steps,
        side,
        limit,
        thenMs,
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constantFrom('cancel', 'status', 'replace'),
        original: fc.nat(5),
        steps,
        side,
        limit,
        thenMs,
      }),
    },
  ),
  { minLength: 1, maxLength: 12 },
);
/** One that contradicts itself has no one end, and one that executes too much no right volume. */
const SOUND = MISBEHAVIOURS.filter((word) => word !== 'end_first' && word !== 'overfill');
const quotes = fc.array(near, { minLength: 2, maxLength: 8 });
const rates = fc.record(Object.fromEntries(SOUND.map((word) => [word, fc.constantFrom(0n, 50_000_000n)])));

interface Crash {
  readonly diesAtLine: number;
  readonly diesAtPublished: number;
}
const crash: fc.Arbitrary<Crash> = fc.oneof(
  fc.record({ diesAtLine: fc.integer({ min: 1, max: 20 }), diesAtPublished: fc.constant(Number.POSITIVE_INFINITY) }),
  fc.record({ diesAtLine: fc.constant(Number.POSITIVE_INFINITY), diesAtPublished: fc.integer({ min: 1, max: 20 }) }),
);

interface Plan {
  readonly kind: 'new' | 'cancel' | 'status' | 'replace';
  readonly original: number;
  readonly steps: number;
  readonly side: Side;
  readonly limit: { readonly points: number; readonly rests: boolean } | null;
  readonly thenMs: number;
}

function buildRequest({ kind, original, steps: count, side: ofSide, limit: at }: Plan, index: number): ProviderRequest {
  const volumeE8 = lots(`0.0${count}`);
  const limitPriceE8 = at === null ? null : pointsAway(at.points);
  if (kind === 'replace') return replace(100 + index, original, { volumeE8, limitPriceE8 });
  if (kind !== 'new') return followUp(kind, 100 + index, original);
  const ofOrder = limitPriceE8 === null ? null : { priceE8: limitPriceE8, rests: at?.rests === true };
  return order(original, { volumeE8, side: ofSide, limit: ofOrder });
}

const entriesOf = (world: World): readonly Entry[] => world.disk.map((line) => JSON.parse(line) as Entry);

/** The reports that decisions on the disk have made. */
const decided = (world: World): readonly Report[] =>
  entriesOf(world).flatMap((entry) => ('reports' in entry ? entry.reports : []));

function checkOrders(world: World): void {
  const asked = checkLimits(entriesOf(world));
  const byOrder = Map.groupBy(decided(world), ({ requestId, originalRequestId }) => originalRequestId ?? requestId);
  const arrived = entriesOf(world).filter((entry) => entry.kind === 'order');
  expect(new Set(arrived.map((entry) => entry.order.requestId)).size).toBe(arrived.length);
  for (const { order: taken } of arrived) {
    const reports = byOrder.get(taken.requestId) ?? [];
    const last = reports.filter(
      ({ executionType, requestId, leavesVolume }) =>
        LAST.has(executionType) && (requestId === taken.requestId || (executionType === 'cancelled' && leavesVolume !== '0')),
    );
    expect(last).toHaveLength(1);
    const filled = reports.reduce((sum, { lastVolume }) => sum + (lastVolume === undefined ? 0n : lots(lastVolume)), 0n);
    const whole = lots(asked.get(taken.requestId)?.volume ?? '0');
    expect(filled + lots(last[0]?.leavesVolume ?? '0')).toBe(whole);
  }
}

/** What each order was to be at last, and that nothing was executed at a price worse than the limit that it then had. */
function checkLimits(entries: readonly Entry[]): ReadonlyMap<RequestId, { readonly volume: string }> {
  const orders = new Map<RequestId, { readonly side: Side; readonly volume: string; readonly limit: string | undefined }>();
  for (const entry of entries) {
    if (entry.kind === 'order') {
      const { requestId, side: ofSide, volume, limit: at } = entry.order;
      orders.set(requestId, { side: ofSide, volume, limit: at?.price });
    }
    if (entry.kind === 'answer' && entry.original?.becomes === 'replaced') {
      const { requestId, volume, price } = entry.original;
      orders.set(requestId, { side: orders.get(requestId)?.side ?? 'buy', volume, limit: price });
    }
    if (entry.kind !== 'execution') continue;
    const { side: ofSide, limit: at } = orders.get(entry.requestId) ?? {};
    for (const { lastPrice } of entry.reports) {
      if (at === undefined || lastPrice === undefined) continue;
      const worseE8 = ofSide === 'buy' ? priceE8(lastPrice) - priceE8(at) : priceE8(at) - priceE8(lastPrice);
      expect(worseE8).toBeLessThanOrEqual(0n);
    }
  }
  return orders;
}

/** Tells a price, lets everything happen, and sees that nothing rests that it reaches. */
async function quoteAndSettle(world: World, book: Book, points: number): Promise<void> {
  world.quote(quoteAt(points));
  await world.clock.runOut();
  expect(book.openOrders().filter((open) => !restsAt(open, world.price))).toEqual([]);
}

it('whenever it dies, each order is executed once, and everything decided is told, unchanged', async () => {
  await fc.assert(
    fc.asyncProperty(requests, quotes, rates, fc.array(crash, { maxLength: 3 }), async (plans, points, ratesE8, crashes) => {
      const world = new World();
      const profile = profileOf({ parts: 2, ratesE8 });
      const messages = plans.map(buildRequest);
      const ahead = [...points];
      for (const life of [...crashes, undefined]) {
        Object.assign(world, {
          diesAtLine: world.disk.length + (life?.diesAtLine ?? Number.POSITIVE_INFINITY),
          diesAtPublished: world.published.length + (life?.diesAtPublished ?? Number.POSITIVE_INFINITY),
        });
        const { provider, book } = world.start(profile);
        provider.resume();
        // Every message is delivered again: nothing was acknowledged before the death.
        for (const [index, message] of messages.entries()) {
          void provider.take(message);
          await world.clock.runUntil(world.clock.ms + (plans[index]?.thenMs ?? 0));
        }
        for (const away of ahead.splice(0, 2)) {
          await world.clock.runUntil(world.clock.ms + 20);
          world.quote(quoteAt(away));
        }
        await world.clock.runOut();
        if (life !== undefined) continue;
        for (const away of [-FAR, FAR]) await quoteAndSettle(world, book, away);
        expect(book.openOrders()).toEqual([]);
      }
      expect(world.failures).toEqual([]);
      checkOrders(world);

      const reports = decided(world);
      expect(new Set(reports.map(({ executionId }) => executionId)).size).toBe(reports.length);
      const ids = new Map(reports.map((report) => [report.executionId, report]));
      for (const { report } of world.published) expect(report).toEqual(ids.get(report.executionId));

      const quiet = silentOrders(world);
      const told = new Set(world.published.map(({ report }) => report.executionId));
      const untold = reports.filter(
        ({ executionId, requestId, originalRequestId }) => !told.has(executionId) && !quiet.has(originalRequestId ?? requestId),
      );
      expect(untold).toEqual([]);
    }),
    { numRuns: RUNS },
  );
});

const silentOrders = (world: World): ReadonlySet<RequestId> =>
  new Set(
    entriesOf(world)
      .filter((entry) => entry.kind === 'order' && (entry.order.behaviour.silent || entry.order.behaviour.mute))
      .map((entry) => (entry.kind === 'order' ? entry.order.requestId : requestIdOf(0))),
  );
