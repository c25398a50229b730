import { AccountEventV1 } from '@margrave/contracts';
import type { AccountId, OrderId, PositionId, SymbolName } from '@margrave/vocabulary';
import assert from 'node:assert/strict';
import { Recorder, type Decide } from '../parts/recorder.ts';
import { CacheServer } from '../parts/cache.ts';
import { SimClient } from '../parts/client.ts';
import { Host } from '../parts/host.ts';
import { Prices } from '../parts/prices.ts';
import { SimProvider } from '../parts/provider.ts';
import { startTriggers } from '../parts/triggers.ts';
import { startWorker } from '../parts/worker.ts';
import { StoreServer } from '../store/sim-store.ts';
import { Tables, type PlantedInStore } from '../store/tables.ts';
import { SharedConsumer, SimStream, type BusMessage, type Delivery, type Published } from './bus.ts';
import { createDraws, type Draws } from './draws.ts';
import { Faults, type Fault } from './faults.ts';
import { Process } from './process.ts';
import { Scheduler } from './scheduler.ts';
import { ACCOUNTS, PROVIDERS, START_MS, SYMBOLS } from './setting.ts';

export interface Break {
  readonly invariant: string;
  readonly step: number;
  readonly expected: string;
  readonly found: string;
}

export interface WorldOptions {
  readonly seed: number;
  readonly decide: Decide;
  readonly faults: ReadonlySet<Fault>;
  /** Which of the clients' wishes, by their keys, are heeded. */
  readonly isWanted: (key: string) => boolean;
  readonly planted: PlantedInStore;
  readonly traceMax: number;
}

const CRASH_EVERY_MS = 500;
const TICK_EVERY_MS = 250;
const PROGRAMS = ['gateway-1', 'gateway-2', 'worker-1', 'worker-2', 'triggers-1', 'triggers-2'] as const;
type Program = (typeof PROGRAMS)[number];

/** Everything that is simulated, put together. */
export class World {
  readonly scheduler: Scheduler;
  readonly faults: Faults;
  readonly recorder: Recorder;
  readonly server: StoreServer;
  readonly cache = new CacheServer();
  readonly executions: SharedConsumer;
  readonly providers: ReadonlyMap<string, SimProvider>;
  readonly clients: readonly SimClient[];
  readonly broken: Break[] = [];
  conflicts = 0;
  parked = 0;
  readonly isWanted: (key: string) => boolean;
  readonly #seed: number;
  readonly #draws: Draws;
  readonly #prices: Prices;
  readonly #hosts = new Map<Program, Host>();
  readonly #orders: SimStream;
  readonly #reports: SimStream;
  readonly #events: SimStream;
  #born = 0;

  constructor({ seed, decide, faults, isWanted, planted, traceMax }: WorldOptions) {
    this.#seed = seed;
    this.isWanted = isWanted;
    this.scheduler = new Scheduler(traceMax);
    this.faults = new Faults(seed, faults);
    this.recorder = new Recorder(decide);
    this.server = new StoreServer(new Tables(ACCOUNTS, START_MS, planted));
    this.executions = new SharedConsumer(this.scheduler);
    this.#draws = createDraws(seed, 'world');
    this.#prices = new Prices(createDraws(seed, 'prices'));
    const stream = (name: string, hear: (message: BusMessage) => void): SimStream =>
      new SimStream(name, { scheduler: this.scheduler, faults: this.faults, draws: createDraws(seed, name) }, hear);
    this.#reports = stream('executions', (message) => this.executions.put(message));
    this.#orders = stream('provider orders', (message) => this.providers.get(message.subject.split('.')[1] ?? '')?.hear(message));
    this.#events = stream('events', (message) => this.#tellEvent(message));
    const { scheduler, faults: struck } = this;
    this.providers = new Map(
      PROVIDERS.map((name) => [
        name,
        new SimProvider(name, { seed, scheduler, faults: struck, executions: () => this.#reports }),
      ]),
    );
    this.clients = ACCOUNTS.flatMap(({ accountId }, index) =>
      [2 * index + 1, 2 * index + 2].map((number) => new SimClient(accountId, number, this, seed)),
    );
  }

  start(): void {
    for (const program of PROGRAMS) this.#bear(program);
    for (const client of this.clients) client.start();
    this.#tick();
    this.#mishap();
  }

  publish(process: Process, message: BusMessage): Promise<Published> {
    return (message.subject.startsWith('account.') ? this.#events : this.#orders).publish(process, message);
  }

  /** One of the gateways that live. */
  gateway(): Host | undefined {
    const gateways = (['gateway-1', 'gateway-2'] as const).flatMap((name) => this.#hosts.get(name) ?? []);
    const living = gateways.filter(({ process }) => process.isAlive);
    return living.length === 0 ? undefined : this.#draws.oneOf(living);
  }

  /** Whether the stream once had a request and has lost it, so that it may take its withdrawal for it never having left. */
  isForgotten(messageId: string): boolean {
    return this.#orders.forgotten.has(messageId);
  }

  /** Messages that a stream has and nobody has heard yet; events apart, which may be lost. */
  get underway(): number {
    return this.#orders.underway + this.#reports.underway;
  }

  /** The ids of the messages that the stream of events took. */
  get toldEvents(): ReadonlySet<string> {
    return this.#events.ids;
  }

  positionsOf(accountId: AccountId): readonly PositionId[] {
    return (this.server.tables.aggregate(accountId)?.positions ?? []).map(({ positionId }) => positionId);
  }

  /** Orders of the account that a client can take back, or those that it could have. */
  ordersOf(accountId: AccountId): readonly OrderId[] {
    return (this.server.tables.aggregate(accountId)?.orders ?? []).map(({ orderId }) => orderId);
  }

  /** The price at which a symbol stands, in points. */
  pointsOf(symbol: SymbolName): bigint {
    return this.#prices.pointsOf(symbol);
  }

  /** A message that nobody can book is set aside, and is not delivered again. */
  park(delivery: Delivery, why: string): void {
    this.parked += 1;
    this.scheduler.note(`set aside ${delivery.message.messageId}: ${why}`);
    delivery.acknowledge();
  }

  noteConflicts(conflicts: number): void {
    this.conflicts += conflicts;
  }

  breaks(invariant: string, expected: string, found: string): void {
    this.broken.push({ invariant, step: this.scheduler.steps, expected, found });
  }

  onBug(error: Error): void {
    this.breaks('bug', 'no assertion fails', error.stack ?? error.message);
  }

  #bear(program: Program): void {
    this.#born += 1;
    const process = new Process(program, this.scheduler, createDraws(this.#seed, `${program} ${this.#born}`));
    const host = new Host(process, this);
    this.#hosts.set(program, host);
    process.onDeath(() =>
      this.scheduler.after(this.#draws.between(100, 3_000), `${program} starts again`, () => this.#bear(program)),
    );
    for (const symbol of SYMBOLS) host.hearQuote(this.#prices.quote(symbol));
    if (program.startsWith('worker')) startWorker(host);
    if (program.startsWith('triggers')) startTriggers(host);
  }

  #tick(): void {
    this.scheduler.after(TICK_EVERY_MS, 'a price moves', () => {
      const quote = this.#prices.tick();
      for (const host of this.#hosts.values()) {
        if (this.faults.strikes('bus: an event is not heard', host.process.name)) continue;
        host.process.after(host.process.draws.between(0, 20), `hears ${quote.symbol} ${quote.bid}`, () => host.hearQuote(quote));
      }
      this.#tick();
    });
  }

  #mishap(): void {
    this.scheduler.after(CRASH_EVERY_MS, 'mishaps', () => {
      for (const { process } of this.#hosts.values()) {
        if (process.isAlive && this.faults.strikes('process: it dies', process.name)) process.die('process: it dies');
      }
      if (this.faults.strikes('cache: it is emptied', 'cache')) this.cache.held.clear();
      if (this.faults.strikes('store: another epoch', 'store')) this.server.epoch += 1;
      if (this.faults.strikes('bus: a stream loses what it had', 'provider orders')) this.#orders.lose();
      this.#mishap();
    });
  }

  #tellEvent({ messageId }: BusMessage): void {
    const { accountId, sequence } = AccountEventV1.readId(messageId) ?? assert.fail(`${messageId} is the id of no event`);
    for (const host of this.#hosts.values()) {
      if (!this.faults.strikes('bus: an event is not heard', `${accountId} ${host.process.name}`))
        host.hearEvent(accountId, sequence);
    }
  }
}
