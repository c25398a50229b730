import { aggregateFromJson, aggregateRows, aggregateToJson, type AggregateCache } from '@margrave/account-engine';
import type { Account } from '@margrave/domain';
import type { AccountAggregateRows } from '@margrave/store-postgres';
import type { AccountId } from '@margrave/vocabulary';
import type { Faults } from '../world/faults.ts';
import type { Process } from '../world/process.ts';

/** Accounts as JSON, written only if newer, each with the epoch it was read under. */
export class CacheServer {
  readonly held = new Map<AccountId, { readonly version: bigint; readonly epoch: string; readonly json: string }>();

  write({ account, orders, positions }: AccountAggregateRows, epoch: string): void {
    const held = this.held.get(account.accountId);
    if (held !== undefined && held.epoch === epoch && held.version >= account.version) return;
    this.held.set(account.accountId, { version: account.version, epoch, json: aggregateToJson({ account, orders, positions }) });
  }
}

const DEADLINE_MS = 500;

export class SimCache implements AggregateCache {
  readonly #server: CacheServer;
  readonly #process: Process;
  readonly #faults: Faults;
  #epoch: string | undefined;

  constructor(server: CacheServer, process: Process, faults: Faults) {
    this.#server = server;
    this.#process = process;
    this.#faults = faults;
  }

  read: AggregateCache['read'] = (accountIds, epoch) => {
    this.#epoch = epoch;
    return this.#process
      .call<readonly AccountAggregateRows[]>({
        what: 'cache, read',
        arrive: (reply) => {
          const held = accountIds.flatMap((id) => this.#server.held.get(id) ?? []);
          reply.with(held.filter((entry) => entry.epoch === epoch).map(({ json }) => aggregateFromJson(json)));
        },
        isRequestLost: this.#faults.strikes('cache: it does not answer', this.#process.name),
        deadline: { ms: DEADLINE_MS, error: () => new Error('no answer of the cache') },
      })
      .catch(() => []);
  };

  write: AggregateCache['write'] = (accounts, epoch) => {
    this.#epoch = epoch;
    for (const rows of accounts) this.#send(rows, epoch);
  };

  put(account: Account): void {
    if (this.#epoch !== undefined) this.#send(aggregateRows(account), this.#epoch);
  }

  #send(rows: AccountAggregateRows, epoch: string): void {
    this.#process.after(this.#process.draws.between(1, 6), 'cache, written', () => this.#server.write(rows, epoch));
  }
}
