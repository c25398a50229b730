import { createSeededRandom, type SeededRandom } from '@margrave/testkit';
import { DISKS, SERVERS, SERVICES, WIRES, type Fault, type FaultKind } from './fault.ts';

/** Faults that come one after the other; those of different lanes come at the same time. */
export interface Lane {
  readonly name: 'services' | 'servers' | 'wires';
  /** Each of these at least once, in this order. */
  readonly first: readonly Fault[];
  /** What comes when those are over, for ever. */
  readonly next: () => Fault;
}

export interface ScheduleRequest {
  readonly seed: number;
  readonly kinds: readonly FaultKind[];
}

type Target = readonly [kind: FaultKind, target: string];

const across = (kinds: readonly FaultKind[], targets: readonly string[]): readonly Target[] =>
  kinds.flatMap((kind) => targets.map((target): Target => [kind, target]));

/** On a wire, of whichever kind; a reply that is cut is a matter of clients alone, whose requests stand alone on a connection. */
const WIRE_KINDS = ['cut', 'delay', 'half_open', 'black_hole', 'one_way'] as const;

/** A process that stands still, or a wire that says nothing, for longer than most deadlines and shorter than anybody's patience. */
const LASTS_MS: Readonly<Record<FaultKind, readonly [least: number, most: number]>> = {
  kill: [0, 0],
  pause: [1_000, 2_500],
  cut: [300, 1_000],
  delay: [1_000, 2_000],
  half_open: [1_000, 3_000],
  black_hole: [1_000, 3_000],
  one_way: [1_000, 3_000],
  cut_replies: [500, 1_500],
  flush: [0, 0],
  disk_full: [2_500, 3_500],
};

/**
 * The faults of a run, by its seed alone: every kind against every service, server and disk it can be done to, the kinds of
 * wires each against one wire at least, in an order that the seed picks.
 */
export function planFaults({ seed, kinds }: ScheduleRequest): readonly Lane[] {
  const wanted = (targets: readonly Target[]): readonly Target[] => targets.filter(([kind]) => kinds.includes(kind));
  const wires = across(WIRE_KINDS, WIRES);
  const cuts = across(['cut_replies'], WIRES.slice(0, 2));
  const draw = createSeededRandom(seed, 'wires');
  const oneOfEach = WIRE_KINDS.flatMap((kind) => take(draw, across([kind], WIRES), 1));
  return [
    lane('services', seed, wanted(across(['kill', 'pause'], SERVICES))),
    lane('servers', seed, [
      ...wanted(across(['kill', 'pause'], SERVERS)),
      ...wanted([['flush', 'redis']]),
      ...wanted(across(['disk_full'], DISKS)),
    ]),
    lane('wires', seed, wanted([...oneOfEach, ...take(draw, cuts, 1)]), wanted([...wires, ...cuts])),
  ].filter(({ first }) => first.length > 0);
}

function lane(name: Lane['name'], seed: number, targets: readonly Target[], later = targets): Lane {
  const random = createSeededRandom(seed, name);
  const first = take(random, targets, targets.length).map((target) => withMeasures(random, target));
  const endless = createSeededRandom(seed, `${name} later`);
  return {
    name,
    first,
    next: () => {
      const [target] = take(endless, later, 1);
      if (target === undefined) throw new Error(`the lane of ${name} has no fault`);
      return withMeasures(endless, target);
    },
  };
}

function withMeasures(random: SeededRandom, [kind, target]: Target): Fault {
  const forMs = random.between(...LASTS_MS[kind]);
  const amount = kind === 'delay' ? random.between(50, 300) : random.between(0, 40);
  const lost = random.chance(0.5) ? 'requests' : 'replies';
  return { kind, target, forMs, pauseMs: random.between(100, 800), amount, lost };
}

/** So many of them, no one twice. */
function take<Item>(random: SeededRandom, items: readonly Item[], count: number): Item[] {
  const left = [...items];
  return Array.from({ length: Math.min(count, left.length) }, () => left.splice(random.between(0, left.length - 1), 1)).flat();
}
