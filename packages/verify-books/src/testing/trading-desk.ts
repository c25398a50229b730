import { openEngine, type OpenEngine, type Outcome } from '@margrave/account-engine';
import { connectBus, createBroadcaster, ensureStreams } from '@margrave/bus-nats';
import { connectCache } from '@margrave/cache-redis';
import { QuoteV1, STREAMS } from '@margrave/contracts';
import { createLogging } from '@margrave/runtime';
import { connectStore, ensureServiceLogin, seedDemo } from '@margrave/store-postgres';
import type {
  AccountId,
  ClientOrderId,
  ExecutionType,
  LotsE8,
  OrderId,
  PositionId,
  PriceE8,
  ProviderName,
  RequestId,
  Side,
  SymbolName,
} from '@margrave/vocabulary';

const EURUSD = 'EURUSD' as SymbolName;
const QUOTE = { symbol: EURUSD, bid: '1.08450', ask: '1.08458', low: '1.08450', high: '1.08458', ageMs: 0 } as const;
const QUOTE_EVERY_MS = 500;
const READY_MS_MAX = 30_000;
const PATIENCE_MS = 60_000;

export interface DeskServers {
  readonly databaseUrl: string;
  readonly natsUrl: string;
  readonly redisUrl: string;
}

/** An order that the desk made, as it was decided. */
export interface DeskOrder {
  readonly accountId: AccountId;
  readonly orderId: OrderId;
  readonly requestId: RequestId | null;
  readonly provider: ProviderName | null;
  readonly side: Side;
  readonly positionId: PositionId | null;
}

/** What a provider reports of an order; lots and prices in e8. */
export interface DeskReport {
  readonly executionId: string;
  readonly executionType: ExecutionType;
  readonly lastVolumeE8?: bigint;
  readonly lastPriceE8?: bigint;
}

/** The real engine on real servers, in one process, with a price of EURUSD that stands still. */
export interface TradingDesk {
  readonly place: (accountId: string, key: string, side: Side, volumeE8: bigint) => Promise<DeskOrder>;
  /** Without a volume the whole position. */
  readonly close: (accountId: string, key: string, positionId: PositionId, volumeE8?: bigint) => Promise<DeskOrder>;
  readonly report: (order: DeskOrder, report: DeskReport) => Promise<void>;
  readonly stop: () => Promise<void>;
}

const log = createLogging({ service: 'verify-books-test', level: 'fatal', levels: [], destination: { write: () => undefined } });

/** Opens a desk on a migrated database, seeded with the demo's accounts and with sessions that never close. */
export async function openTradingDesk({ databaseUrl, natsUrl, redisUrl }: DeskServers): Promise<TradingDesk> {
  await seedDemo(databaseUrl, { sessions: 'always' });
  const serviceUrl = await ensureServiceLogin(databaseUrl, { name: 'margrave_desk', password: 'desk' });
  const store = connectStore({
    databaseUrl: serviceUrl,
    applicationName: 'desk',
    log: log.component('store'),
    deadlineMs: 30_000,
  });
  const cache = connectCache({ url: redisUrl, log: log.component('cache'), deadlineMs: 5_000 });
  const bugs: Error[] = [];
  const onBug = (error: Error): void => void bugs.push(error);
  const connect = (name: string) => connectBus({ servers: [natsUrl], name, log: log.component('bus'), onLost: onBug });
  // No one hears on the bus what he said himself.
  const [bus, feed] = [connect('desk'), connect('feed')];
  const client = await until(() => (bus.isConnected() && feed.isConnected() && cache.isReady() ? bus.client() : undefined));
  await ensureStreams(client, Object.values(STREAMS));
  const engine = await openEngine({
    store,
    cache,
    bus,
    log: log.component('engine'),
    observer: {
      batch: () => undefined,
      conflicts: () => undefined,
      cacheRequest: () => undefined,
      unreadable: () => undefined,
    },
    crash: { beforeCommit: () => undefined, afterCommit: () => undefined, afterPublish: () => undefined },
    onBug,
  });
  const { broadcast } = createBroadcaster(feed, { log: log.component('quotes') });
  let sequence = 1;
  const tell = (): void => {
    const quote = { ...QUOTE, sequence: `${(sequence += 1)}` };
    broadcast(QuoteV1.subject({ symbol: EURUSD }), JSON.stringify(quote));
  };
  tell();
  const telling = setInterval(tell, QUOTE_EVERY_MS);
  await until(() => engine.market().quote(EURUSD));
  return {
    ...commands(engine),
    stop: async () => {
      clearInterval(telling);
      await engine.stop();
      await Promise.all([bus.close(), feed.close(), cache.close(), store.close()]);
      const [bug] = bugs;
      if (bug !== undefined) throw bug;
    },
  };
}

function commands(engine: OpenEngine): Omit<TradingDesk, 'stop'> {
  const submit = async (accountId: string, key: string, command: Parameters<OpenEngine['submit']>[0]['command']) =>
    made(
      await engine.submit({
        accountId: accountId as AccountId,
        command,
        client: {
          key,
          requestHash: key,
          answer: ({ orders }) => ({ status: 201, body: JSON.stringify({ orderId: orders[0]?.orderId }) }),
        },
        executions: [],
        patienceMs: PATIENCE_MS,
      }),
    );
  return {
    place: (accountId, key, side, volumeE8) =>
      submit(accountId, key, {
        kind: 'place',
        type: 'market',
        timeInForce: 'ioc',
        limitPriceE8: null,
        stopPriceE8: null,
        expiresAtMs: null,
        reduceOnly: false,
        protection: { stopLoss: null, takeProfit: null },
        clientOrderId: key as ClientOrderId,
        symbol: EURUSD,
        side,
        volumeE8: volumeE8 as LotsE8,
        maxDeviationE8: null,
      }),
    close: (accountId, key, positionId, volumeE8) =>
      submit(accountId, key, {
        kind: 'close',
        clientOrderId: key as ClientOrderId,
        positionId,
        volumeE8: volumeE8 === undefined ? null : (volumeE8 as LotsE8),
      }),
    report: async ({ accountId, orderId, requestId, provider, side }, report) => {
      if (requestId === null || provider === null) throw new Error(`order ${orderId} went to no provider`);
      const { executionId, executionType, lastVolumeE8 = null, lastPriceE8 = null } = report;
      made(
        await engine.submit({
          accountId,
          command: {
            kind: 'report',
            orderId,
            provider,
            executionId,
            requestId,
            executionType,
            symbol: EURUSD,
            side,
            lastVolumeE8: lastVolumeE8 as LotsE8 | null,
            lastPriceE8: lastPriceE8 as PriceE8 | null,
            orderStatus: null,
            cumulativeVolumeE8: null,
            reason: null,
          },
          client: null,
          executions: [{ provider, executionId, contentHash: executionId }],
          patienceMs: null,
        }),
      );
    },
  };
}

function made(outcome: Outcome): DeskOrder {
  if (outcome.kind !== 'committed') throw new Error(`the command was not committed: ${JSON.stringify(outcome)}`);
  const { accountId, orders, positions } = outcome.change;
  const [order] = orders;
  if (order === undefined) throw new Error('the command made no order');
  const { orderId, requestId, provider, side } = order;
  return { accountId, orderId, requestId, provider, side, positionId: positions[0]?.positionId ?? null };
}

async function until<Value>(look: () => Value | undefined): Promise<Value> {
  const untilMs = performance.now() + READY_MS_MAX;
  while (performance.now() < untilMs) {
    const value = look();
    if (value !== undefined) return value;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`the servers were not ready within ${READY_MS_MAX / 1_000} s`);
}
