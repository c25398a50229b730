import type { AccountEngine } from '@margrave/account-engine';
import type { AccountId, OrderId, PositionId, SymbolName } from '@margrave/vocabulary';
import type { CacheServer } from '../parts/cache.ts';
import type { Recorder } from '../parts/recorder.ts';
import type { StoreServer } from '../store/sim-store.ts';
import type { BusMessage, Delivery, Published, SharedConsumer } from './bus.ts';
import type { Faults } from './faults.ts';
import type { Process } from './process.ts';
import type { Scheduler } from './scheduler.ts';

/** What the parts know of the world that they are in. */
export interface Surroundings {
  readonly scheduler: Scheduler;
  readonly faults: Faults;
  readonly recorder: Recorder;
  readonly server: StoreServer;
  readonly cache: CacheServer;
  readonly executions: SharedConsumer;
  publish(process: Process, message: BusMessage): Promise<Published>;
  gateway(): { readonly process: Process; readonly engine: AccountEngine } | undefined;
  positionsOf(accountId: AccountId): readonly PositionId[];
  ordersOf(accountId: AccountId): readonly OrderId[];
  pointsOf(symbol: SymbolName): bigint;
  isWanted(key: string): boolean;
  park(delivery: Delivery, why: string): void;
  noteConflicts(conflicts: number): void;
  breaks(invariant: string, expected: string, found: string): void;
  onBug(error: Error): void;
}
