import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ALERT_GROUPS, DASHBOARDS, PANEL_RANGE } from '@margrave/monitoring';
import { parse } from 'yaml';
import type { Stack } from './stack.ts';
import { until } from './until.ts';

/** What Grafana puts in the place of its range with the interval of infra/grafana/provisioning. */
const RANGE = '1m';
/** A rate takes two scrapes, which are 15 s apart. */
const NUMBERS_MS_MAX = 90_000;

/** What must be so once orders were placed in both flows: series that nothing was counted in yet are there as well, with zero. */
const TOLD = [
  'margrave_orders_total{flow="local",outcome="filled"} > 0',
  'margrave_orders_total{flow="provider",outcome="queued"} > 0',
  'margrave_denials_total{code="MARGIN_EXCEEDS_FREE"} > 0',
  'margrave_reports_total{provider="lp-a",outcome="booked"} > 0',
  'margrave_reports_total{provider="lp-b",outcome="booked"} > 0',
  'margrave_ticks_total{result="accepted"} > 0',
  'margrave_outbox_depth >= 0',
];

interface Answer<Data> {
  readonly status: string;
  readonly error?: string;
  readonly data: Data;
}

interface Vector {
  readonly result: readonly { readonly metric: Readonly<Record<string, string>>; readonly value: readonly [number, string] }[];
}

/** Asks Prometheus as Grafana does: from the network inside, at the address that Grafana is given. */
export interface Watcher {
  readonly ask: <Data>(paths: readonly string[]) => Promise<readonly Answer<Data>[]>;
}

export function watcherOf(stack: Stack, repository: string): Watcher {
  const url = dataSource(repository);
  return {
    ask: async <Data>(paths: readonly string[]) => {
      const answers = await stack.fetchInside(paths.map((path) => `${url}/api/v1/${path}`));
      return answers as Answer<Data>[];
    },
  };
}

const queryPath = (query: string): string => `query?${new URLSearchParams({ query }).toString()}`;

/** Every service is read, the rules are those that were declared and none of them fails, and what happened has numbers. */
export async function seePrometheus({ ask }: Watcher, stop: AbortSignal): Promise<void> {
  await until('Prometheus reads every service', NUMBERS_MS_MAX, stop, async () => {
    type Targets = { activeTargets: { health: string; scrapePool: string; lastError: string }[] };
    const [answer] = await ask<Targets>(['targets']);
    const targets = answer?.data.activeTargets ?? [];
    const away = targets.filter(({ health }) => health !== 'up');
    if (away.length > 0) return { missing: away.map(({ scrapePool, lastError }) => `${scrapePool} ${lastError}`).join('; ') };
    return targets.length === 4 ? { found: true } : { missing: `it reads ${targets.length} of four services` };
  });
  await until('Prometheus tells what happened', NUMBERS_MS_MAX, stop, async () => {
    const answers = await ask<Vector>(TOLD.map(queryPath));
    const missing = TOLD.filter((_, index) => !hasNumbers(answers[index]));
    return missing.length === 0 ? { found: true } : { missing: `none of ${missing.join(', ')}` };
  });
  type Rules = { groups: { rules: { name: string; health: string; lastError?: string }[] }[] };
  const declared = ALERT_GROUPS.flatMap(({ alerts }) => alerts.map(({ name }) => name));
  await until('Prometheus looks at every alert', NUMBERS_MS_MAX, stop, async () => {
    const [answer] = await ask<Rules>(['rules']);
    const rules = answer?.data.groups.flatMap((group) => group.rules) ?? [];
    assert.deepEqual(rules.map(({ name }) => name).sort(), declared.sort());
    const unwell = rules.filter(({ health }) => health !== 'ok');
    return unwell.length === 0 ? { found: true } : { missing: unwell.map(({ name, health }) => `${name} ${health}`).join(', ') };
  });
}

/**
 * As far as it goes without a Grafana: its data source is the Prometheus that answered, its dashboards are where they are looked for,
 * each is one of those declared, and Prometheus understands every query. Gives how many of them have numbers.
 */
export async function seeDashboards({ ask }: Watcher, repository: string): Promise<{ queries: number; withNumbers: number }> {
  const files = readdirSync(dashboardFolder(repository)).map(
    (name) => JSON.parse(readFileSync(join(dashboardFolder(repository), name), 'utf8')) as GrafanaDashboard,
  );
  assert.deepEqual(files.map(({ uid }) => uid).sort(), DASHBOARDS.map(({ uid }) => uid).sort());
  const queries = files.flatMap(({ panels }) => panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)));
  const answers = await ask<Vector>(queries.map((query) => queryPath(query.replaceAll(PANEL_RANGE, RANGE))));
  assert.deepEqual(
    queries.filter((_, index) => answers[index]?.status !== 'success'),
    [],
    'Prometheus does not understand these queries',
  );
  return { queries: queries.length, withNumbers: answers.filter(hasNumbers).length };
}

interface GrafanaDashboard {
  readonly uid: string;
  readonly panels: readonly { readonly targets?: readonly { readonly expr: string }[] }[];
}

const hasNumbers = (answer: Answer<Vector> | undefined): boolean =>
  answer?.status === 'success' && answer.data.result.some(({ value }) => Number.isFinite(Number(value[1])));

const provisioning = (repository: string, file: string): unknown =>
  parse(readFileSync(join(repository, 'infra/grafana/provisioning', file), 'utf8'));

function dataSource(repository: string): string {
  type DataSources = { datasources: { type: string; url: string; isDefault: boolean }[] };
  const { datasources } = provisioning(repository, 'datasources/prometheus.yml') as DataSources;
  const source = datasources.find(({ type, isDefault }) => type === 'prometheus' && isDefault);
  assert.ok(source, 'Grafana is given no Prometheus that is asked by default');
  return source.url;
}

/** The folder of this repository that docker-compose.yml mounts where Grafana is told to look for dashboards. */
function dashboardFolder(repository: string): string {
  type Providers = { providers: { options: { path: string } }[] };
  const { providers } = provisioning(repository, 'dashboards/margrave.yml') as Providers;
  const compose = parse(readFileSync(join(repository, 'docker-compose.yml'), 'utf8'), { merge: true }) as {
    services: { grafana: { volumes: string[] } };
  };
  const mounted = compose.services.grafana.volumes.map((volume) => volume.split(':'));
  const [folder] = mounted.find(([, target]) => target === providers[0]?.options.path) ?? [];
  assert.ok(folder, `Grafana looks for dashboards in ${providers[0]?.options.path}, where docker-compose.yml mounts nothing`);
  return join(repository, folder);
}
