import { parseE8, type LotsE8, type RequestId } from '@margrave/vocabulary';
import { createDraws, type Draws } from './seeded-random.ts';

/** How a report is said once more: under the message id it had, or under a new one that no stream recognises. */
export type Repetition = 'same_id' | 'new_id';

/** How a fill is said once more, falsely: what no house may book. */
export const DISTORTIONS = ['other_price', 'other_symbol', 'other_side', 'unknown_request', 'malformed'] as const;
export type Distortion = (typeof DISTORTIONS)[number];

/** What an order can be said to have come to, before it is executed all the same. */
export type FalseEnd = 'cancelled' | 'rejected';

/** How the provider treats one order, decided when it arrives. */
export interface Behaviour {
  /** From the arrival to the first execution. */
  readonly latencyMs: number;
  /** Whether it says `new` at once. */
  readonly acknowledge: boolean;
  /** In how many parts it executes. */
  readonly parts: number;
  /** The reason of a refusal that comes instead of an execution. */
  readonly reject: string | null;
  /** The last part is not to be had. */
  readonly short: boolean;
  /** It executes and says nothing, until it is asked. */
  readonly silent: boolean;
  /** It has never seen the request. */
  readonly lose: boolean;
  /** It says everything at the end, the last first. */
  readonly reorder: boolean;
  /** Each report is said again in these ways. */
  readonly repeat: readonly Repetition[];
  /** It says that the order is over, in these ways, and executes it then. */
  readonly endFirst: readonly FalseEnd[];
  /** The last part is twice what was left. */
  readonly overfill: boolean;
  /** Each fill is said again in these ways, falsely. */
  readonly distort: readonly Distortion[];
  /** It executes and never says anything, whoever asks. */
  readonly mute: boolean;
}

/** What can be asked of the provider at a rate. */
export const MISBEHAVIOURS = [
  'reject',
  'silent',
  'lose',
  'late',
  'parts',
  'short',
  'repeat',
  'reorder',
  'end_first',
  'overfill',
  'distort',
  'mute',
] as const;
export type Misbehaviour = (typeof MISBEHAVIOURS)[number];

/** What a script may say of an order. What it leaves open is as usual. */
export interface ScriptedBehaviour {
  readonly latencyMs?: number;
  readonly acknowledge?: boolean;
  readonly parts?: number;
  readonly reject?: string;
  readonly short?: boolean;
  readonly silent?: boolean;
  readonly lose?: boolean;
  readonly late?: boolean;
  readonly reorder?: boolean;
  readonly repeat?: readonly Repetition[];
  readonly endFirst?: readonly FalseEnd[];
  readonly overfill?: boolean;
  readonly distort?: readonly Distortion[];
  readonly mute?: boolean;
}

/** Which orders a line of a script is about: all that it names must fit. */
export interface ScriptRule {
  readonly when: {
    /** Counts the orders that this provider ever took, from 1. */
    readonly nth?: number;
    readonly kind?: 'new' | 'close';
    /** The provider's own symbol. */
    readonly symbol?: string;
    /** Lots; 0.1 and 0.10 are the same. */
    readonly volume?: string;
  };
  readonly then: ScriptedBehaviour;
}

/** How the provider behaves as a rule, and how often otherwise. */
export interface Manners {
  readonly seed: number;
  readonly latencyMinMs: number;
  readonly latencyMaxMs: number;
  readonly acknowledge: boolean;
  readonly parts: number;
  /** How much later than usual a late execution is: beyond the time after which silence is noticed. */
  readonly lateMs: number;
  /** Probabilities in 1e-8. */
  readonly ratesE8: Readonly<Partial<Record<Misbehaviour, bigint>>>;
  /** The first rule that fits an order decides; then nothing is left to chance. */
  readonly script: readonly ScriptRule[];
}

export interface OrderInQuestion {
  readonly requestId: RequestId;
  readonly kind: 'new' | 'close';
  readonly nth: number;
  readonly symbol: string;
  readonly volumeE8: LotsE8;
  /** Whether it waits for its price. */
  readonly rests: boolean;
}

const PARTS_MAX_BY_CHANCE = 3;
const REFUSED_BY_CHANCE = 'no_liquidity';

/** The same for the same seed, request and script, whatever else happens. */
export function chooseBehaviour(manners: Manners, order: OrderInQuestion): Behaviour {
  const draws = createDraws(manners.seed, order.requestId);
  const usual: Behaviour = {
    latencyMs: draws.between(manners.latencyMinMs, manners.latencyMaxMs),
    acknowledge: manners.acknowledge || order.rests, // for long nothing else says that it was taken
    parts: manners.parts,
    reject: null,
    short: false,
    silent: false,
    lose: false,
    reorder: false,
    repeat: [],
    endFirst: [],
    overfill: false,
    distort: [],
    mute: false,
  };
  const rule = manners.script.find(({ when }) => fits(when, order));
  const { late = false, ...particular } = rule === undefined ? drawBehaviour(manners, draws) : rule.then;
  const chosen = { ...usual, ...particular };
  return late ? { ...chosen, latencyMs: chosen.latencyMs + manners.lateMs } : chosen;
}

const fits = ({ nth, kind, symbol, volume }: ScriptRule['when'], order: OrderInQuestion): boolean =>
  (nth === undefined || nth === order.nth) &&
  (kind === undefined || kind === order.kind) &&
  (symbol === undefined || symbol === order.symbol) &&
  (volume === undefined || parseE8(volume) === order.volumeE8);

/** Every draw is made in any case and in this order, so that changing one rate leaves the others' outcomes as they were. */
function drawBehaviour({ ratesE8 }: Manners, draws: Draws): ScriptedBehaviour {
  const drawn = new Set(MISBEHAVIOURS.filter((misbehaviour) => draws.chance(ratesE8[misbehaviour] ?? 0n)));
  const parts = draws.between(2, PARTS_MAX_BY_CHANCE);
  const repetition: Repetition = draws.between(0, 1) === 0 ? 'same_id' : 'new_id';
  const end: FalseEnd = draws.between(0, 1) === 0 ? 'cancelled' : 'rejected';
  const distortion = DISTORTIONS[draws.between(0, DISTORTIONS.length - 1)];
  return {
    ...(drawn.has('reject') && { reject: REFUSED_BY_CHANCE }),
    ...(drawn.has('parts') && { parts }),
    ...(drawn.has('repeat') && { repeat: [repetition] }),
    ...(drawn.has('end_first') && { endFirst: [end] }),
    ...(drawn.has('distort') && distortion !== undefined && { distort: [distortion] }),
    short: drawn.has('short'),
    silent: drawn.has('silent'),
    lose: drawn.has('lose'),
    late: drawn.has('late'),
    reorder: drawn.has('reorder'),
    overfill: drawn.has('overfill'),
    mute: drawn.has('mute'),
  };
}
