import { openEngine, type OpenEngine } from '@margrave/account-engine';
import { connectBus, createBroadcaster, ensureStreams } from '@margrave/bus-nats';
import { connectCache } from '@margrave/cache-redis';
import { QuoteV1, STREAMS } from '@margrave/contracts';
import type { Change, Command, Order, PlaceOrder, Position } from '@margrave/domain';
import { createLogging } from '@margrave/runtime';
import { connectStore, createAccounts, ensureServiceLogin, seedDemo } from '@margrave/store-postgres';
import { loginUrl, testServers } from '@margrave/testkit';
import { isBroken, verifyBooks } from '@margrave/verify-books';
import type { AccountId, ClientOrderId, Currency, GroupId, LotsE8, MoneyE8, PriceE8, SymbolName } from '@margrave/vocabulary';
import postgres, { type Sql } from 'postgres';
import { startService, until, type Environment, type RunningService } from './running-service.ts';

export const EURUSD = 'EURUSD' as SymbolName;
const TOLD_EVERY_MS = 200;
const PATIENCE_MS = 20_000;

/** Bid and ask, and how far they went. */
export interface Price {
  readonly bid: string;
  readonly ask: string;
  readonly low?: string;
  readonly high?: string;
  /** Young, unless told. */
  readonly ageMs?: number;
}

/** A client's desk on real servers, a price that is told as market-data would, and trigger services that come and go. */
export interface TradingFloor {
  readonly sql: Sql;
  /** As the service logs in. */
  readonly natsUrl: string;
  readonly databaseUrl: string;
  readonly accountId: AccountId;
  readonly openAccounts: (count: number) => Promise<readonly AccountId[]>;
  /** From now on the price is this. Without a word it is told on and on. */
  readonly tell: (price: Price) => void;
  /** Nobody says anything any more. */
  readonly fallSilent: () => void;
  readonly place: (order: Partial<PlaceOrder>, accountId?: AccountId) => Promise<Placed>;
  readonly command: (command: Command, accountId?: AccountId) => Promise<void>;
  readonly start: (environment?: Environment) => Promise<RunningService>;
  readonly statusOf: (orderId: string) => Promise<string | undefined>;
  /** What of the books does not hold. */
  readonly broken: () => Promise<readonly string[]>;
  readonly close: () => Promise<void>;
}

export interface Placed {
  readonly order: Order;
  readonly position: Position | undefined;
}

const log = createLogging({ service: 'trading-floor', level: 'fatal', levels: [], destination: { write: () => undefined } });
const quiet = log.component('test');

export async function openTradingFloor(): Promise<TradingFloor> {
  const servers = await testServers();
  await seedDemo(servers.databaseUrl, { sessions: 'always' });
  const databaseUrl = await ensureServiceLogin(servers.databaseUrl, { name: 'margrave_triggers_test', password: 'test' });
  const natsUrl = loginUrl(servers.natsUrl, 'pending-orders');
  const bugs: Error[] = [];
  const onBug = (error: Error): void => void bugs.push(error);
  const store = connectStore({ databaseUrl, applicationName: 'desk', log: quiet, deadlineMs: 20_000 });
  const cache = connectCache({ url: servers.redisUrl, log: quiet, deadlineMs: 5_000 });
  const connect = (name: string) => connectBus({ servers: [servers.natsUrl], name, log: quiet, onLost: onBug });
  // No one hears on the bus what he said himself.
  const [bus, feed] = [connect('desk'), connect('feed')];
  await ensureStreams(await bus.ready, Object.values(STREAMS));
  await feed.ready;
  const none = (): void => undefined;
  const engine = await openEngine({
    store,
    cache,
    bus,
    log: quiet,
    observer: { batch: none, conflicts: none, cacheRequest: none, unreadable: none },
    crash: { beforeCommit: none, afterCommit: none, afterPublish: none },
    onBug,
  });
  const quotes = tellQuotes(createBroadcaster(feed, { log: quiet }).broadcast);
  const openAccounts = (count: number) =>
    createAccounts(servers.databaseUrl, count, {
      ownerId: 'user-17',
      type: 'live',
      groupId: 'standard' as GroupId,
      currency: 'USD' as Currency,
      leverage: 100n,
      mode: 'hedging',
      depositE8: 10_000_000_000_000n as MoneyE8,
    });
  const [accountId] = (await openAccounts(1)) as [AccountId];
  const sql = postgres(servers.databaseUrl, { max: 2, onnotice: none });
  const running: RunningService[] = [];
  quotes.tell({ bid: '1.08446', ask: '1.08454' });
  await until(
    () => engine.market().quote(EURUSD) !== undefined,
    () => 'the desk has a price',
  );
  return {
    sql,
    natsUrl,
    databaseUrl,
    accountId,
    openAccounts,
    ...quotes,
    ...deskOf(engine, accountId),
    start: async (environment = {}) => {
      const service = await startService({
        NATS_URL: natsUrl,
        REDIS_URL: loginUrl(servers.redisUrl, 'pending-orders'),
        DATABASE_URL: databaseUrl,
        ...environment,
      });
      running.push(service);
      return service;
    },
    statusOf: async (orderId) =>
      (await sql<{ status: string }[]>`select status::text from orders where order_id = ${orderId}`)[0]?.status,
    broken: async () =>
      // Not every test has something of everything to check.
      (await verifyBooks(sql))
        .filter((finding) => isBroken(finding) && finding.breaks.length > 0)
        .map(({ invariant, breaks }) => `${invariant}: ${breaks.join('; ')}`),
    close: async () => {
      quotes.fallSilent();
      await Promise.all(running.map((service) => service.stop()));
      await engine.stop();
      await Promise.all([bus.close(), feed.close(), cache.close(), store.close(), sql.end()]);
      const [bug] = bugs;
      if (bug !== undefined) throw bug;
    },
  };
}

/** One price of EURUSD, numbered as market-data numbers. */
function tellQuotes(broadcast: (subject: string, body: string) => boolean): Pick<TradingFloor, 'tell' | 'fallSilent'> {
  let sequence = 3_000_000_000_000n;
  let telling: NodeJS.Timeout | undefined;
  const say = ({ bid, ask, low = bid, high = ask, ageMs = 0 }: Price): void => {
    sequence += 1n;
    const quote: QuoteV1 = { symbol: EURUSD, sequence: `${sequence}`, bid, ask, low, high, ageMs };
    broadcast(QuoteV1.subject({ symbol: EURUSD }), JSON.stringify(quote));
  };
  const fallSilent = (): void => clearInterval(telling);
  return {
    fallSilent,
    tell: (price) => {
      fallSilent();
      say(price);
      const { low: _low, high: _high, ...now } = price;
      telling = setInterval(() => say(now), TOLD_EVERY_MS);
    },
  };
}

function deskOf(engine: OpenEngine, accountId: AccountId): Pick<TradingFloor, 'place' | 'command'> {
  let keys = 0;
  const submit = async (command: Command, by: AccountId, key?: string) => {
    const answer = ({ orders }: Change) => ({ status: 201, body: JSON.stringify({ orderId: orders[0]?.orderId }) });
    const outcome = await engine.submit({
      accountId: by,
      command,
      client: key === undefined ? null : { key, requestHash: key, answer },
      executions: [],
      patienceMs: PATIENCE_MS,
    });
    if (outcome.kind !== 'committed') throw new Error(`the command was not committed: ${JSON.stringify(outcome)}`);
    return outcome.change;
  };
  return {
    command: async (command, by = accountId) => void (await submit(command, by)),
    place: async (told, by = accountId) => {
      const key = `order-${(keys += 1)}`;
      const change = await submit(
        {
          kind: 'place',
          clientOrderId: key as ClientOrderId,
          symbol: EURUSD,
          side: 'buy',
          type: 'market',
          timeInForce: told.type === undefined ? 'ioc' : 'gtc',
          limitPriceE8: null,
          stopPriceE8: null,
          expiresAtMs: null,
          reduceOnly: false,
          protection: { stopLoss: null, takeProfit: null },
          volumeE8: 10_000_000n as LotsE8,
          maxDeviationE8: null,
          ...told,
        },
        by,
        key,
      );
      const [order] = change.orders;
      if (order === undefined || order.status === 'denied')
        throw new Error(`no order was made, or it was denied: ${order?.reason}`);
      return { order, position: change.positions[0] };
    },
  };
}

export const priceE8 = (text: string): PriceE8 => BigInt(text.replace('.', '').padEnd(9, '0')) as PriceE8;
