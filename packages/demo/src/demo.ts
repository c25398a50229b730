import type { AccountV1 } from '@margrave/contracts';
import { ServersUnavailable } from '@margrave/testkit';
import { describeFindings, isBroken, verifyBooks } from '@margrave/verify-books';
import postgres from 'postgres';
import { readAccounts } from './accounts.ts';
import { startBroker, type Broker } from './broker.ts';
import { gatewayClient, signStaffToken, signToken, type GatewayClient } from './gateway-client.ts';
import type { DemoOptions } from './options.ts';
import { countOrders, describeMoment, filled, withStatus } from './summary.ts';
import { describeWelcome } from './welcome.ts';
import { newTally, trade, type Tally, type TraderPlan } from './trader.ts';

const TOKEN_LIFETIME_MS = 24 * 60 * 60 * 1_000;
const SUMMARY_EVERY_MS = 5_000;
/** What providers still owe an answer for when trading ends: their slowest, and one round of asking. */
const SETTLE_MS_MAX = 15_000;
/** What is written to Redis behind the last commits is there by then. */
const WRITE_BEHIND_MS_MAX = 2_000;
const FILLED_MIN = 50;

const FX = ['EURUSD', 'GBPUSD', 'USDJPY', 'AUDUSD', 'EURGBP', 'EURJPY'];
const PLANS: readonly TraderPlan[] = [
  {
    accountId: '1000000001',
    symbols: [...FX, 'XAUUSD', 'BTCUSD'],
    lots: ['0.01', '0.02', '0.05'],
    pauseMs: 120,
    positionsMax: 12,
    hopelessEvery: 25,
    restingMax: 5,
  },
  {
    accountId: '1000000002',
    symbols: [...FX, 'XAUUSD', 'BTCUSD'],
    lots: ['0.01', '0.02', '0.05'],
    pauseMs: 120,
    positionsMax: 12,
    hopelessEvery: 40,
    restingMax: 5,
  },
  {
    accountId: '1000000003',
    symbols: FX,
    lots: ['0.02', '0.04'],
    pauseMs: 200,
    positionsMax: 4,
    hopelessEvery: 40,
    restingMax: 5,
  },
  {
    accountId: '1000000004',
    symbols: FX,
    lots: ['0.01', '0.02'],
    pauseMs: 400,
    positionsMax: 8,
    hopelessEvery: 40,
    restingMax: 5,
  },
];
const [SHOWN] = PLANS;

export interface DemoVoice {
  /** What a person runs the demo for: standard output. */
  readonly print: (text: string) => void;
  /** What is being done meanwhile: standard error. */
  readonly say: (sentence: string) => void;
}

/** Runs the demo until its time is over or it is told to stop; resolves with what is wrong, in sentences. */
export async function runDemo(options: DemoOptions, voice: DemoVoice, stopped: AbortSignal): Promise<readonly string[]> {
  const broker = await startBroker(options, voice.say).catch(unlessServersUnavailable);
  if (broker instanceof ServersUnavailable) return [broker.message];
  try {
    const accounts = await readAccounts(broker.databaseUrl);
    const token = signToken(
      broker.tokenSecret,
      accounts.map(({ accountId }) => accountId),
      TOKEN_LIFETIME_MS,
    );
    const staffToken = signStaffToken(broker.tokenSecret, 'dealer-demo', TOKEN_LIFETIME_MS);
    const { visitorsAccountId, services, servers, loginsFile, adminUrls, prometheusUrl } = broker;
    const adminUrl = adminUrls[0] ?? '';
    const welcome = { source: servers.source, gatewayUrl: gatewayUrl(broker), natsUrl: servers.nats.url, services, accounts };
    voice.print(
      describeWelcome({
        ...welcome,
        sessions: options.sessions,
        loginsFile,
        prometheusUrl,
        visitorsAccountId,
        adminUrl,
        token,
        staffToken,
      }),
    );
    const tally = newTally();
    const trading = new AbortController();
    const end = (): void => trading.abort();
    stopped.addEventListener('abort', end);
    const timer = options.seconds === undefined ? undefined : setTimeout(end, options.seconds * 1_000);
    const client = gatewayClient(gatewayUrl(broker), token);
    await Promise.all([
      ...PLANS.map((plan) => trade(client, plan, tally, Math.random, trading.signal)),
      tell(broker, client, tally, voice, trading.signal),
    ]);
    clearTimeout(timer);
    return stopped.aborted && options.seconds === undefined ? [] : await judge(broker, tally, voice);
  } finally {
    await broker.stop();
  }
}

/** What a person can do about it is all that is to be said. */
function unlessServersUnavailable(error: unknown): ServersUnavailable {
  if (error instanceof ServersUnavailable) return error;
  throw error;
}

const gatewayUrl = ({ gatewayUrls: [url = ''] }: Broker): string => url;

async function tell(broker: Broker, client: GatewayClient, tally: Tally, voice: DemoVoice, stop: AbortSignal): Promise<void> {
  const sql = postgres(broker.databaseUrl, { max: 1 });
  const startedMs = performance.now();
  let quotesBefore = await quotesPublished(broker);
  let beforeMs = startedMs;
  try {
    for (;;) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, SUMMARY_EVERY_MS);
        stop.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
      });
      if (stop.aborted) return;
      const quotes = await quotesPublished(broker);
      const nowMs = performance.now();
      // A server that was just killed is no reason to stop telling.
      const counts = await countOrders(sql).catch((error: unknown) => {
        voice.say(`the orders could not be counted: ${String(error)}`);
        return [];
      });
      const shown =
        SHOWN &&
        (await client.get<AccountV1>(`/v1/accounts/${SHOWN.accountId}`).catch((error: unknown) => {
          tally.unexpected.push(String(error));
          return undefined;
        }));
      voice.print(
        describeMoment({
          seconds: (nowMs - startedMs) / 1_000,
          quotesPerSecond: Math.max(0, ((quotes - quotesBefore) * 1_000) / (nowMs - beforeMs)),
          counts,
          tally,
          account: shown?.status === 200 ? shown.body : undefined,
        }),
      );
      [quotesBefore, beforeMs] = [quotes, nowMs];
    }
  } finally {
    await sql.end();
  }
}

/** As market-data counts them itself. */
async function quotesPublished(broker: Broker): Promise<number> {
  const service = broker.services.find(({ name }) => name === 'market-data');
  const text = await fetch(`${service?.metricsUrl}/metrics`).then(
    (answer) => answer.text(),
    () => '',
  );
  const lines = text.split('\n').filter((line) => line.startsWith('margrave_quotes_total{result="told"}'));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

/** The demo's own verdict: enough was traded in both flows, nothing was answered that should not be, and the books are right. */
async function judge(broker: Broker, tally: Tally, voice: DemoVoice): Promise<readonly string[]> {
  const sql = postgres(broker.databaseUrl, { max: 1, onnotice: () => undefined });
  try {
    voice.say('trading ended; waiting for what providers still owe an answer for');
    const untilMs = performance.now() + SETTLE_MS_MAX;
    let unsettled = await findUnsettled(sql);
    while (unsettled.length > 0 && performance.now() < untilMs) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      unsettled = await findUnsettled(sql);
    }
    await new Promise((resolve) => setTimeout(resolve, WRITE_BEHIND_MS_MAX));
    const counts = await countOrders(sql);
    const findings = await verifyBooks(sql, { redisUrl: broker.servers.redis.url, atRest: true });
    voice.print(`\nThe books:\n${describeFindings(findings)}\n`);
    const faults = [
      ...unsettled.map((what) => `${SETTLE_MS_MAX / 1_000} s after trading ended ${what}`),
      ...findings
        .filter(isBroken)
        .map(({ invariant, checked, breaks }) => `invariant ${invariant}: ${breaks.length} breaks, ${checked} checked`),
    ];
    for (const flow of ['local', 'provider']) {
      const count = filled(counts, flow);
      if (count < FILLED_MIN) faults.push(`${count} orders were filled in the ${flow} flow, fewer than ${FILLED_MIN}`);
    }
    if (withStatus(counts, 'close filled') === 0) faults.push('no position was closed');
    if (withStatus(counts, 'denied') === 0) faults.push('no order was denied');
    const [unexpected] = tally.unexpected;
    if (unexpected !== undefined)
      voice.say(`clients saw ${tally.unexpected.length} unexpected answers, the first: ${unexpected}`);
    voice.print(
      `${filled(counts, 'local')} local and ${filled(counts, 'provider')} provider orders filled, ${withStatus(counts, 'close filled')} positions closed, ${withStatus(counts, 'denied')} orders denied.`,
    );
    return faults;
  } finally {
    await sql.end();
  }
}

/** Orders that a provider still owes an answer for, and messages that were not published, each in half a sentence. */
async function findUnsettled(sql: postgres.Sql): Promise<readonly string[]> {
  const rows = await sql<{ what: string }[]>`
    select format('order %s at %s was still %s, since %s', order_id, provider, status, updated_at) as what
      from orders where status in ('queued', 'working', 'partially_filled', 'unknown')
        -- What waits with us for its price may do so for ever.
        and not (status = 'working' and request_id is null)
    union all
    select format('outbox row %s was still not published: %s', outbox_id, coalesce(subject, 'events of ' || account_id))
      from outbox where published_at is null`;
  return rows.map(({ what }) => what);
}
