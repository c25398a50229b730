import { TrailingBook, trailingLevelE8, isBetter, TriggerBook, type ClientQuote } from '@margrave/domain';
import type { AccountId, GroupId, PriceE8, SymbolName } from '@margrave/vocabulary';
import assert from 'node:assert/strict';
import { Expiries } from './expiries.ts';
import { isLater, trailingStopOf, type Aim, type Level, type TrailingLevel, type Waiting } from './waiting.ts';

/** A level that is watched, or that was reached and is not settled yet. */
export interface Armed extends Pick<Level, 'triggerId' | 'aim'> {
  readonly accountId: AccountId;
  readonly symbol: SymbolName;
  readonly groupId: GroupId;
  readonly armedVersion: bigint;
}

/** What the clients of a group see of a symbol: now, and how far it went since the quote before. */
export interface Sight {
  readonly now: ClientQuote;
  /** The lowest bid and the highest ask. */
  readonly furthest: ClientQuote;
}

export interface DeskNeeds {
  readonly monotonicMs: () => number;
  /** Database time. */
  readonly nowMs: () => number;
  /** The prices that the clients of a group could deal on now; undefined while there are none. */
  readonly sight: (symbol: SymbolName, groupId: GroupId) => Sight | undefined;
  readonly onDue: (armed: Armed) => void;
}

/** What is known of an order or a position. */
export interface Known {
  readonly waiting: Waiting;
  readonly groupId: GroupId | undefined;
  /** Monotonic. */
  readonly sinceMs: number;
}

/** What is armed, with what it waits for: a level, or null for a time. */
interface Held {
  readonly armed: Armed;
  readonly level: Level | null;
  /** It was reached, and is in hand. */
  readonly isDue: boolean;
}

/** What waits for the same prices of a symbol. */
interface Books {
  readonly levels: TriggerBook;
  readonly trailing: TrailingBook;
}

/** How what is stored compares with what is armed here. */
export type Comparison = 'fits' | 'overtaken' | 'moved' | 'missing';

/** So long it is remembered that something is over: what is told late must not bring it back. */
const REMEMBERED_MS = 300_000;

/**
 * All that waits for prices, in a book for each symbol and group. It is told how things are, in any order and as often as one
 * likes: the later version counts. What a price reaches leaves its book and is handed on; it is armed still, in the hands of
 * whoever fires it, until that one has settled it.
 */
export class TriggerDesk {
  readonly #needs: DeskNeeds;
  readonly #known = new Map<SymbolName, Map<string, Known>>();
  readonly #books = new Map<SymbolName, Map<GroupId, Books>>();
  readonly #armed = new Map<string, Held>();
  readonly #expiries: Expiries;
  readonly #expiring = new Map<string, Armed>();

  constructor(needs: DeskNeeds) {
    this.#needs = needs;
    this.#expiries = new Expiries(needs.nowMs());
  }

  /** How many levels and times are waited for, or are in hand. */
  get size(): number {
    return this.#armed.size;
  }

  /** Takes how an order or a position is; says whether that was news. Who waits for a price has a group. */
  take(waiting: Waiting, groupId: GroupId | undefined): boolean {
    const known = this.known(waiting.symbol, waiting.key);
    if (known !== undefined && !isLater(waiting, known.waiting)) return false;
    this.#put(waiting, groupId);
    return true;
  }

  /** What is stored, compared with what is armed. */
  compare(stored: Waiting, groupId: GroupId): Comparison {
    const known = this.known(stored.symbol, stored.key);
    if (known === undefined || known.waiting.version < stored.version) return 'missing';
    if (known.waiting.version > stored.version) return 'overtaken';
    if (idsOf(stored).some((id) => !this.#armed.has(id))) return 'missing';
    return known.groupId === groupId ? 'fits' : 'moved';
  }

  /** Arms what is stored in the place of what is known, unless that is later. */
  restore(stored: Waiting, groupId: GroupId): void {
    const known = this.known(stored.symbol, stored.key);
    if (known === undefined || known.waiting.version <= stored.version) this.#put(stored, groupId);
  }

  known(symbol: SymbolName, key: string): Known | undefined {
    return this.#known.get(symbol)?.get(key);
  }

  /** What of a symbol waits for anything. */
  *waitingOf(symbol: SymbolName): Generator<Known> {
    for (const known of this.#known.get(symbol)?.values() ?? []) if (idsOf(known.waiting).length > 0) yield known;
  }

  /** Forgets it: nobody knows of it but we. */
  drop({ waiting: { symbol, key } }: Known): void {
    const known = this.known(symbol, key);
    if (known !== undefined) this.#disarm(known);
    this.#known.get(symbol)?.delete(key);
  }

  /** Another instance watches the symbol from now on. */
  forget(symbol: SymbolName): void {
    for (const known of this.#known.get(symbol)?.values() ?? []) this.#disarm(known);
    this.#known.delete(symbol);
    this.#books.delete(symbol);
  }

  symbols(): readonly SymbolName[] {
    return [...this.#known.keys()];
  }

  /** The symbol has a new price: hands on what it reached. */
  look(symbol: SymbolName): void {
    for (const [groupId, { levels, trailing }] of this.#books.get(symbol) ?? []) {
      if (levels.size + trailing.size === 0) continue;
      const sight = this.#needs.sight(symbol, groupId);
      if (sight === undefined) continue;
      const { now, furthest } = sight;
      const seen = { ...now, bidLowE8: furthest.bidE8, askHighE8: furthest.askE8 };
      const reached = levels.reach(seen);
      // First they follow: what is kept anew is how far they have come.
      const followed = trailing.reach(seen);
      for (const { triggerId } of reached) this.#handOn(triggerId);
      for (const { triggerId, bestE8 } of followed) this.#handOn(triggerId, bestE8);
    }
  }

  /** Hands on what has come to its end. To be called several times a second. */
  lookAtClock(): void {
    for (const key of this.#expiries.take(this.#needs.nowMs())) {
      this.#needs.onDue(this.#expiring.get(key) ?? assert.fail(`${key} ends and is not armed`));
    }
  }

  /** Whether it is armed still, as it was. */
  isArmed(armed: Armed): boolean {
    return this.#armed.get(armed.triggerId)?.armed === armed;
  }

  /** It is done with. What comes of it is told as everything is. */
  settle(armed: Armed): void {
    if (this.isArmed(armed)) this.#armed.delete(armed.triggerId);
  }

  /** The price has left it again: it waits for the next one. */
  armAgain(armed: Armed): void {
    const held = this.#armed.get(armed.triggerId);
    if (held?.armed !== armed || held.level === null) return;
    this.#armed.set(armed.triggerId, { ...held, isDue: false });
    put(this.#booksOf(armed), held.level);
  }

  /** Forgets what has been over for long. */
  forgetOld(): void {
    const beforeMs = this.#needs.monotonicMs() - REMEMBERED_MS;
    for (const ofSymbol of this.#known.values()) {
      for (const [key, { waiting, sinceMs }] of ofSymbol) {
        if (sinceMs < beforeMs && idsOf(waiting).length === 0) ofSymbol.delete(key);
      }
    }
  }

  #put(waiting: Waiting, groupId: GroupId | undefined): void {
    const { symbol, key, accountId, version: armedVersion } = waiting;
    const known = this.known(symbol, key);
    const held = known === undefined ? NOTHING_HELD : this.#disarm(known);
    const ofSymbol = this.#known.get(symbol) ?? new Map<string, Known>();
    this.#known.set(symbol, ofSymbol.set(key, { waiting, groupId, sinceMs: this.#needs.monotonicMs() }));
    if (waiting.levels.length === 0) return;
    assert(groupId !== undefined, `${key} waits for a price of no group`);
    const owner = { accountId, symbol, groupId, armedVersion };
    for (const level of waiting.levels) {
      const before = held.get(level.triggerId);
      // Another group has other prices.
      const same = before?.armed.groupId === groupId ? before : undefined;
      this.#arm({ triggerId: level.triggerId, aim: level.aim, ...owner }, level, same);
    }
    if (waiting.expiresAtMs !== null) {
      const armed = { triggerId: expiryOf(waiting), aim: expiryAim(waiting), ...owner };
      this.#armed.set(armed.triggerId, { armed, level: null, isDue: false });
      this.#expiring.set(key, armed);
      this.#expiries.put(key, waiting.expiresAtMs);
    }
  }

  /**
   * The price that is there now may have come before we heard of what waits for it; how far it went before is none of its
   * business, nor is how far it went until the next quote, of which nobody knows whether it was before or after. What was reached
   * and waits for the same as before stays reached; a stop that follows goes on from where it had come to.
   */
  #arm(armed: Armed, wanted: Level, held: Held | undefined): void {
    const level = goingOn(wanted, held?.level);
    const { triggerId, symbol, groupId } = armed;
    this.#armed.set(triggerId, { armed, level, isDue: false });
    const stays = held?.isDue === true && isSame(level, held.level);
    // What is to be kept anew has first to be followed to.
    const now = armed.aim.kind === 'trail' ? undefined : this.#needs.sight(symbol, groupId)?.now;
    if (stays || (now !== undefined && isReached(level, now))) this.#handOn(triggerId);
    else put(this.#booksOf(armed), level);
  }

  /** It is in hand from now on. Of a stop that follows it is said how far it had come. */
  #handOn(triggerId: string, reachedBestE8?: PriceE8): void {
    const held = this.#armed.get(triggerId) ?? assert.fail(`${triggerId} stood in a book and is not armed`);
    const level = held.level && reachedBestE8 !== undefined ? { ...held.level, bestE8: reachedBestE8 } : held.level;
    const aim = this.#aimNow(held.armed, level);
    const armed = aim === held.armed.aim ? held.armed : { ...held.armed, aim };
    this.#armed.set(triggerId, { armed, level, isDue: true });
    this.#needs.onDue(armed);
  }

  #aimNow({ aim, symbol, groupId }: Armed, level: Level | null): Aim {
    if (level !== null && isTrailing(level) && aim.kind === 'trigger_protection') {
      return { ...aim, level: 'trailing_stop', levelE8: trailingLevelE8(level.side, level) };
    }
    if (aim.kind !== 'trail') return aim;
    const stop = trailingStopOf(aim.positionId);
    const followed = this.#armed.get(stop)?.level;
    const bestE8 = this.#books.get(symbol)?.get(groupId)?.trailing.bestE8(stop);
    return { ...aim, bestE8: bestE8 ?? (followed && isTrailing(followed) ? followed.bestE8 : aim.bestE8) };
  }

  /** What was held of it, with how far each stop that follows had come. */
  #disarm({ waiting }: Known): ReadonlyMap<string, Held> {
    const { symbol, key } = waiting;
    const were = new Map<string, Held>();
    for (const id of idsOf(waiting)) {
      const held = this.#armed.get(id);
      if (held === undefined) continue;
      this.#armed.delete(id);
      const books = this.#books.get(symbol)?.get(held.armed.groupId);
      const bestE8 = books?.trailing.bestE8(id);
      were.set(id, bestE8 === undefined || held.level === null ? held : { ...held, level: { ...held.level, bestE8 } });
      books?.levels.disarm(id);
      books?.trailing.disarm(id);
    }
    this.#expiring.delete(key);
    this.#expiries.remove(key);
    return were;
  }

  #booksOf({ symbol, groupId }: Armed): Books {
    const ofSymbol = this.#books.get(symbol) ?? new Map<GroupId, Books>();
    this.#books.set(symbol, ofSymbol);
    const books = ofSymbol.get(groupId) ?? { levels: new TriggerBook(), trailing: new TrailingBook() };
    ofSymbol.set(groupId, books);
    return books;
  }
}

const NOTHING_HELD: ReadonlyMap<string, Held> = new Map();

const isTrailing = (level: Level): level is Level & TrailingLevel => 'distanceE8' in level;

function put({ levels, trailing }: Books, level: Level): void {
  if (isTrailing(level)) trailing.arm(level);
  else levels.arm(level);
}

/** A stop at the distance that it had follows what it followed: what is kept of that is behind. */
function goingOn(wanted: Level, held: Level | null | undefined): Level {
  if (!isTrailing(wanted) || !held || !isTrailing(held)) return wanted;
  const { side, distanceE8, bestE8 } = wanted;
  const goesOn = held.side === side && held.distanceE8 === distanceE8 && isBetter(side, held.bestE8, bestE8);
  return goesOn ? { ...wanted, bestE8: held.bestE8 } : wanted;
}

function isSame(level: Level, held: Level | null): boolean {
  if (held === null) return false;
  if (isTrailing(level)) return isTrailing(held) && held.side === level.side && held.distanceE8 === level.distanceE8;
  return !isTrailing(held) && held.watch === level.watch && held.priceE8 === level.priceE8;
}

function isReached(level: Level, { bidE8, askE8 }: ClientQuote): boolean {
  const books = { levels: new TriggerBook(), trailing: new TrailingBook() };
  put(books, level);
  const seen = { bidE8, askE8, bidLowE8: bidE8, askHighE8: askE8 };
  return books.levels.reach(seen).length + books.trailing.reach(seen).length > 0;
}

const expiryOf = ({ key }: Waiting): string => `${key}:expiry`;

function expiryAim({ key, levels }: Waiting): Aim {
  const aim = levels[0]?.aim;
  assert(aim?.kind === 'trigger', `${key} ends at a time and is no order`);
  return { kind: 'expire', orderId: aim.orderId };
}

/** Of all that is armed for it. */
const idsOf = (waiting: Waiting): readonly string[] => [
  ...waiting.levels.map(({ triggerId }) => triggerId),
  ...(waiting.expiresAtMs === null ? [] : [expiryOf(waiting)]),
];
