import type { RequestId } from '@margrave/vocabulary';
import fc from 'fast-check';
import { followUp, lots, order, profileOf, requestIdOf } from '../testing/scene.ts';
import { World } from '../testing/world.ts';
import { MISBEHAVIOURS } from './behaviour.ts';
import type { Entry, Report } from './entry.ts';
import type { ProviderRequest } from './request.ts';

const LAST = new Set(['fill', 'rejected', 'cancelled']);
const RUNS = 150;

/** Orders, with cancellations, status requests and repetitions among them. */
const requests = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant('new' as const), original: fc.nat(5), steps: fc.integer({ min: 1, max: 9 }) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constantFrom('cancel', 'status'), original: fc.nat(5), steps: fc.constant(1) }),
    },
  ),
  { minLength: 1, maxLength: 12 },
);
/** One that contradicts itself has no one end, and one that executes too much no right volume. */
const SOUND = MISBEHAVIOURS.filter((word) => word !== 'end_first' && word !== 'overfill');
const rates = fc.record(Object.fromEntries(SOUND.map((word) => [word, fc.constantFrom(0n, 50_000_000n)])));

interface Crash {
  readonly diesAtLine: number;
  readonly diesAtPublished: number;
}
const crash: fc.Arbitrary<Crash> = fc.oneof(
  fc.record({ diesAtLine: fc.integer({ min: 1, max: 20 }), diesAtPublished: fc.constant(Number.POSITIVE_INFINITY) }),
  fc.record({ diesAtLine: fc.constant(Number.POSITIVE_INFINITY), diesAtPublished: fc.integer({ min: 1, max: 20 }) }),
);

const buildRequests = (
  plans: readonly { kind: 'new' | 'cancel' | 'status'; original: number; steps: number }[],
): ProviderRequest[] =>
  plans.map(({ kind, original, steps }, index) =>
    kind === 'new' ? order(original, { volumeE8: lots(`0.0${steps}`) }) : followUp(kind, 100 + index, original),
  );

/** The reports that decisions on the disk have made. */
const decided = (world: World): readonly Report[] =>
  world.disk.map((line) => JSON.parse(line) as Entry).flatMap((entry) => ('reports' in entry ? entry.reports : []));

function checkOrders(world: World): void {
  const byOrder = Map.groupBy(decided(world), ({ requestId, originalRequestId }) => originalRequestId ?? requestId);
  const arrived = world.disk.map((line) => JSON.parse(line) as Entry).filter((entry) => entry.kind === 'order');
  expect(new Set(arrived.map((entry) => entry.order.requestId)).size).toBe(arrived.length);
  for (const { order: taken } of arrived) {
    const reports = byOrder.get(taken.requestId) ?? [];
    const last = reports.filter(
      ({ executionType, requestId, leavesVolume }) =>
        LAST.has(executionType) && (requestId === taken.requestId || (executionType === 'cancelled' && leavesVolume !== '0')),
    );
    expect(last).toHaveLength(1);
    const filled = reports.reduce((sum, { lastVolume }) => sum + (lastVolume === undefined ? 0n : lots(lastVolume)), 0n);
    const whole = lots(taken.volume);
    expect(filled + lots(last[0]?.leavesVolume ?? '0')).toBe(whole);
  }
}

it('whenever it dies, each order is executed once, and everything decided is told, unchanged', async () => {
  await fc.assert(
    fc.asyncProperty(requests, rates, fc.array(crash, { maxLength: 3 }), async (plans, ratesE8, crashes) => {
      const world = new World();
      const profile = profileOf({ parts: 2, ratesE8 });
      const messages = buildRequests(plans);
      for (const life of [...crashes, undefined]) {
        Object.assign(world, {
          diesAtLine: world.disk.length + (life?.diesAtLine ?? Number.POSITIVE_INFINITY),
          diesAtPublished: world.published.length + (life?.diesAtPublished ?? Number.POSITIVE_INFINITY),
        });
        const { provider } = world.start(profile);
        provider.resume();
        // Every message is delivered again: nothing was acknowledged before the death.
        for (const message of messages) void provider.take(message);
        await world.clock.runOut();
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
    world.disk
      .map((line) => JSON.parse(line) as Entry)
      .filter((entry) => entry.kind === 'order' && (entry.order.behaviour.silent || entry.order.behaviour.mute))
      .map((entry) => (entry.kind === 'order' ? entry.order.requestId : requestIdOf(0))),
  );
