import {
  createEngine,
  createIdPool,
  configurationFromRows,
  marketView,
  providerMessages,
  Publisher,
  QuoteBook,
  RecentAccounts,
  type AccountEngine,
} from '@margrave/account-engine';
import type { Account, Group } from '@margrave/domain';
import { asError, createIdLease, type IdLease } from '@margrave/runtime';
import type { AccountId } from '@margrave/vocabulary';
import type { Process } from '../world/process.ts';
import { REGISTRY } from '../world/setting.ts';
import { ID_BLOCK, SimStore } from '../store/sim-store.ts';
import type { Surroundings } from '../world/surroundings.ts';
import { SimCache } from './cache.ts';
import type { SimQuote } from './prices.ts';

export const CONFIGURATION = configurationFromRows(REGISTRY);

export const groupOf = (account: Pick<Account, 'groupId'>): Group => {
  const group = CONFIGURATION.groups.get(account.groupId);
  if (group === undefined) throw new TypeError(`no group ${account.groupId}`);
  return group;
};

/** Chances that are run at places of the code and not on a wire. */
const DIE_BEFORE_COMMIT = 'process: it dies before a commit';
const DIE_AFTER_COMMIT = 'process: it dies after a commit';
const DIE_AFTER_PUBLISH = 'process: it dies after publishing';

/** The account engine as a service opens it, over the simulated servers, for one run of one process. */
export class Host {
  readonly process: Process;
  readonly store: SimStore;
  readonly engine: AccountEngine;
  readonly lease: IdLease;
  readonly #world: Surroundings;
  readonly #quotes: QuoteBook;
  readonly #recent: RecentAccounts;

  constructor(process: Process, world: Surroundings) {
    this.process = process;
    this.#world = world;
    const { scheduler, faults } = world;
    const bornAtMs = scheduler.nowMs;
    const monotonicMs = (): number => scheduler.nowMs - bornAtMs;
    const store = new SimStore(world.server, process, faults);
    const cache = new SimCache(world.cache, process, faults);
    this.store = store;
    this.#quotes = new QuoteBook(monotonicMs);
    this.#recent = new RecentAccounts(3, monotonicMs);
    this.lease = createIdLease({
      fetchBlocks: (blocks) => store.leaseIds(blocks),
      blockSize: ID_BLOCK,
      onFetchFailed: () => undefined,
    });
    const dies = (fault: typeof DIE_BEFORE_COMMIT | typeof DIE_AFTER_COMMIT | typeof DIE_AFTER_PUBLISH) => () => {
      if (process.isAlive && faults.strikes(fault, process.name)) process.die(fault);
    };
    const publisher = new Publisher({
      publish: (messages) =>
        Promise.all(messages.map((message) => world.publish(process, message))).then((all) => all.map(asStored)),
      markPublished: (ids) => store.markPublished(ids),
      schedule: (run, afterMs) => {
        let isOff = false;
        process.after(afterMs, 'marks what was published', () => {
          if (!isOff) run();
        });
        return () => {
          isOff = true;
        };
      },
      later: (run) => process.after(0, 'tells of commits', run),
      crashAfterPublish: dies(DIE_AFTER_PUBLISH),
      onFailure: (error) => {
        if (store.failureOf(error) === 'bug') world.onBug(asError(error));
      },
    });
    this.engine = createEngine({
      decide: world.recorder.decide,
      store,
      cache,
      recent: this.#recent,
      market: () => marketView(CONFIGURATION, this.#quotes, store.databaseNowMs()),
      group: groupOf,
      takeIds: createIdPool(this.lease),
      providerMessages: (change) => {
        const messages = providerMessages(change, CONFIGURATION.providerInstrument);
        world.recorder.note(change, messages);
        return messages;
      },
      monotonicMs,
      sleep: process.sleep,
      crash: { beforeCommit: dies(DIE_BEFORE_COMMIT), afterCommit: dies(DIE_AFTER_COMMIT) },
      onCommitted: (committed) => {
        if (!process.isAlive) return;
        publisher.publish(committed);
        for (const { change } of committed) cache.put(change.account);
      },
      onConflicts: (conflicts) => world.noteConflicts(conflicts),
      onAccountFound: () => undefined,
      batchSizeMax: 64,
      queueDepthMax: 1_000,
      onBatch: () => undefined,
      log: { error: () => undefined },
    });
  }

  hearQuote(quote: SimQuote): void {
    this.#quotes.take(quote);
  }

  hearEvent(accountId: AccountId, sequence: bigint): void {
    this.#recent.forgetWithout(accountId, sequence);
  }

  get world(): Surroundings {
    return this.#world;
  }
}

const asStored = (published: string) => (published === 'duplicate' || published === 'stored' ? 'stored' : 'unknown');
