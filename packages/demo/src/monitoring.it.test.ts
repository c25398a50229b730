import { ALERT_GROUPS, DASHBOARDS, PANEL_RANGE, prometheusConfiguration, rulesFile, type Alert } from '@margrave/monitoring';
import { FaultProxy, getPrometheus, startPrometheus, testServers, type RunningPrometheus } from '@margrave/testkit';
import { ChaosClient } from './chaos/client.ts';
import { gatewayClient } from './gateway-client.ts';
import { setStage, type GatewayProcess, type Stage } from './chaos/stage.ts';
import { until } from './chaos/until.ts';
import { scrapedServices, startMonitoring } from './monitoring.ts';

/** In a test minutes pass in seconds: ranges are shorter, and who is told is told sooner. Limits stay. */
const RANGES_SHORTER_BY = 12;
const TOLD_SOONER_BY = 60;
const EVERY_SECONDS = 1;
const PANEL_RANGE_HERE = '5s';
const SHOWN_MS_MAX = 30_000;
/** What tells of the provider, the Redis and the feed that the second test stops. */
const STOPPED = ['FeedSilent', 'ProviderSilent', 'RedisAway'];

const alerts = ALERT_GROUPS.flatMap((group) => group.alerts);
const hurried = (alert: Alert): Alert => ({
  ...alert,
  forSeconds: Math.ceil(alert.forSeconds / TOLD_SOONER_BY),
  expression: alert.expression.replaceAll(
    /\[(\d+)m\]/g,
    (_, minutes: string) => `[${(Number(minutes) * 60) / RANGES_SHORTER_BY}s]`,
  ),
});

const panels = DASHBOARDS.flatMap(({ uid, rows }) =>
  rows.flatMap((row) => row.panels.map(({ title, queries }) => ({ dashboard: uid, title, queries }))),
);

let stage: Stage;
let redis: FaultProxy;
let gateway: GatewayProcess;
let prometheus: RunningPrometheus;
let client: ChaosClient;
let local: string;
let atProvider: string;
let waits = 0;

beforeAll(async () => {
  const binary = getPrometheus((sentence) => void process.stderr.write(`margrave: ${sentence}\n`));
  const servers = await testServers();
  const redisUrl = new URL(servers.redisUrl);
  redis = await FaultProxy.start({ host: redisUrl.hostname, port: Number(redisUrl.port) });
  redisUrl.port = `${redis.port}`;
  stage = await setStage({ ...servers, redisUrl: redisUrl.href, seed: 31, providers: ['lp-a'] });
  const [started, worker, triggers] = await Promise.all([stage.startGateway(), stage.startWorker(), stage.startTriggers()]);
  gateway = started;
  prometheus = await startPrometheus(binary, {
    purpose: 'test',
    configuration: prometheusConfiguration({
      services: scrapedServices([stage.marketData, ...stage.providers, worker, triggers, gateway]),
      rules: ['rules.yml'],
      everySeconds: EVERY_SECONDS,
    }),
    files: { 'rules.yml': rulesFile(ALERT_GROUPS.map((group) => ({ ...group, alerts: group.alerts.map(hurried) }))) },
    onSignal: 'leave to caller',
  });
  [local = ''] = await stage.openAccounts(1, 'local');
  [atProvider = ''] = await stage.openAccounts(1, 'provider');
  client = new ChaosClient('watched', stage.token([local, atProvider]));
}, 400_000);

afterAll(async () => {
  await prometheus?.stop();
  // What waits for somebody who is away ends late.
  stage?.feed.faults.setMute(false);
  await redis?.setMode({ kind: 'pass' });
  await stage?.stop();
  await redis?.close();
}, 60_000);

/** An order in each flow, one beyond anybody's means, and one whose time is over before its price comes. */
async function trade(): Promise<void> {
  client.place(local, 'EURUSD', '0.01');
  client.place(local, 'EURUSD', '100');
  client.place(atProvider, 'EURUSD', '0.02');
  await client.insist(() => gateway.url);
  waits += 1;
  const waiting = {
    clientOrderId: `waits-${waits}`,
    symbol: 'EURUSD',
    side: 'buy',
    type: 'limit',
    volume: '0.01',
    price: '0.50000',
  };
  const lifetime = { timeInForce: 'gtd', expiresAt: new Date(Date.now() + 3_000).toISOString() };
  // Whether each is taken shows in the panels: a machine that is busy may be too late with some.
  await gatewayClient(gateway.url, stage.token([local])).post(`/v1/accounts/${local}/orders`, {
    ...waiting,
    ...lifetime,
  });
}

interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

async function ask<Data>(path: string, parameters: Readonly<Record<string, string>> = {}): Promise<Data> {
  const answer = await fetch(`${prometheus.url}/api/v1/${path}?${new URLSearchParams(parameters).toString()}`);
  const body = (await answer.json()) as { readonly status: string; readonly data: Data };
  expect([path, parameters, body.status]).toEqual([path, parameters, 'success']);
  return body.data;
}

/** What a panel would draw at this moment, numbers only. */
async function shownBy(expression: string): Promise<readonly Sample[]> {
  const query = expression.replaceAll(PANEL_RANGE, PANEL_RANGE_HERE);
  const { result } = await ask<{ readonly result: readonly Sample[] }>('query', { query });
  return result.filter(({ value }) => Number.isFinite(Number(value[1])));
}

const shownOn = async (dashboard: string, title: string): Promise<readonly Sample[]> => {
  const found = panels.find((panel) => panel.dashboard === dashboard && panel.title === title);
  return (await Promise.all((found?.queries ?? []).map(({ expression }) => shownBy(expression)))).flat();
};

async function firing(): Promise<ReadonlyMap<string, Readonly<Record<string, string>>>> {
  type Told = { readonly state: string; readonly labels: Readonly<Record<string, string>> };
  const { alerts: told } = await ask<{ readonly alerts: readonly Told[] }>('alerts');
  return new Map(told.filter(({ state }) => state === 'firing').map(({ labels }) => [labels['alertname'] ?? '', labels]));
}

it('a Prometheus that does not start is no reason for the demo to end', async () => {
  const said: string[] = [];
  const broken = { path: '/bin/false', promtool: '/bin/false', version: '0' };
  expect(await startMonitoring([gateway], broken, (sentence) => said.push(sentence))).toBeUndefined();
  expect(said).toEqual([expect.stringMatching(/^Prometheus did not start, so nobody watches the metrics: /)]);
});

describe('a Prometheus that reads the services under trade', () => {
  it('has numbers for every line of every panel, and tells of nothing that stopped', async () => {
    const waiting = new Map(
      panels.flatMap(({ dashboard, title, queries }) =>
        queries.map((query) => [`${dashboard}: ${title}, ${query.legend}`, query]),
      ),
    );
    expect(waiting.size).toBeGreaterThan(40);
    await until(
      'every panel has numbers',
      async () => {
        await trade();
        for (const [name, { expression }] of waiting) if ((await shownBy(expression)).length > 0) waiting.delete(name);
        return waiting.size === 0 ? true : undefined;
      },
      SHOWN_MS_MAX,
      () => Promise.resolve(`but for ${[...waiting.keys()].join('; ')}`),
    );
    // What is only slow is told of, too, on a machine that is busy with other tests.
    const told = await firing();
    expect(STOPPED.filter((name) => told.has(name))).toEqual([]);
  }, 60_000);

  it('tells of a provider, a Redis and a feed that stop, and the panel that it names shows it', async () => {
    stage.providers.forEach((provider) => provider.signal('SIGSTOP'));
    client.place(atProvider, 'EURUSD', '0.03');
    await client.insist(() => gateway.url);
    // Time that passes elsewhere: half a minute without an answer.
    await until('the request is sent', async () => {
      const { count } = await stage.sql`
        update provider_requests r set created_at = r.created_at - interval '40 s' from outbox o
          where r.request_id = o.request_id and r.ended_at is null and o.published_at is not null`;
      return count > 0 ? true : undefined;
    });
    stage.feed.faults.setMute(true);
    await redis.setMode({ kind: 'refuse' });

    await until(
      `${STOPPED.join(', ')} fire`,
      async () => {
        const told = await firing();
        return STOPPED.every((name) => told.has(name)) ? true : undefined;
      },
      SHOWN_MS_MAX,
      async () => `but only ${[...(await firing()).keys()].join(', ')}`,
    );
    expect((await firing()).get('ProviderSilent')).toMatchObject({ provider: 'lp-a', severity: 'page' });

    const shown = async (name: string): Promise<readonly Sample[]> => {
      const seen = alerts.find((alert) => alert.name === name)?.seen;
      return seen === undefined ? [] : shownOn(seen.dashboard, seen.panel);
    };
    const valuesOf = (samples: readonly Sample[], where: Readonly<Record<string, string>> = {}): readonly number[] =>
      samples
        .filter(({ metric }) => Object.entries(where).every(([label, value]) => metric[label] === value))
        .map(({ value }) => Number(value[1]));
    expect(Math.min(...valuesOf(await shown('ProviderSilent'), { provider: 'lp-a' }))).toBeGreaterThan(30);
    expect(valuesOf(await shown('RedisAway'), { check: 'redis' })).toEqual([0, 0, 0, 0]);
    expect(Math.max(...valuesOf(await shown('RedisAway'), { check: 'postgres' }))).toBe(1);
    expect(
      await until('no tick is drawn', async () => (Math.max(...valuesOf(await shown('FeedSilent'))) === 0 ? true : undefined)),
    ).toBe(true);
  }, 90_000);
});
