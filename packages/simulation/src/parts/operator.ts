import { settledHash, type Submission } from '@margrave/account-engine';
import type { StatedExecution } from '@margrave/domain';
import { asError } from '@margrave/runtime';
import type { OrderRow } from '@margrave/store-postgres';
import { parseE8, type LotsE8, type PriceE8, type ProviderName } from '@margrave/vocabulary';
import type { Surroundings } from '../world/surroundings.ts';
import type { Handled, SimProvider } from './provider.ts';

const LOOKS_EVERY_MS = 5_000;
const PATIENCE_MS = 3_000;

/**
 * A dealer who looks through the unknown orders: of one whose provider never says a word to us he has its word by other ways, and
 * settles the order by it.
 */
export class SimOperator {
  readonly #world: Surroundings;
  readonly #providers: ReadonlyMap<string, SimProvider>;

  constructor(world: Surroundings, providers: ReadonlyMap<string, SimProvider>) {
    this.#world = world;
    this.#providers = providers;
  }

  start(): void {
    this.#world.scheduler.after(LOOKS_EVERY_MS, 'a dealer looks through the unknown orders', () => {
      for (const order of this.#world.server.tables.orders.values()) {
        if (order.status !== 'unknown' || order.provider === null) continue;
        const handled = this.#providers.get(order.provider)?.handled.get(order.requestId ?? '');
        if (handled?.isMute === true && handled.pending === 0) this.#settle(order, order.provider, handled);
      }
      this.start();
    });
  }

  /** What comes of it he sees when he looks the next time. */
  #settle({ orderId, accountId, version }: OrderRow, provider: ProviderName, { reports }: Handled): void {
    const stated = reports.flatMap(({ executionId, lastVolume, lastPrice, transactTime }): StatedExecution[] => {
      if (typeof lastVolume !== 'string' || typeof lastPrice !== 'string') return [];
      const [volumeE8, priceE8] = [parseE8(lastVolume) ?? 0n, parseE8(lastPrice) ?? 0n];
      return [{ executionId, volumeE8: volumeE8 as LotsE8, priceE8: priceE8 as PriceE8, executedAt: transactTime }];
    });
    const key = `dealer:${orderId}:${version}`;
    const submission: Submission = {
      accountId,
      command: {
        kind: 'settle',
        orderId,
        orderVersion: version,
        operator: { name: 'dealer-1', role: 'dealer' },
        reason: 'the provider said so on the telephone',
        executions: stated,
        confirmed: ['overfill', 'price'],
      },
      client: { key, requestHash: key, answer: () => ({ status: 200, body: '{}' }) },
      executions: stated.map(({ executionId, volumeE8, priceE8 }) => ({
        provider,
        executionId,
        contentHash: settledHash({ orderId, volumeE8, priceE8 }),
      })),
      patienceMs: PATIENCE_MS,
    };
    const gateway = this.#world.gateway();
    gateway?.engine.submit(submission).catch((error: unknown) => this.#world.onBug(asError(error)));
  }
}
