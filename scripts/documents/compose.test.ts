import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CACHE_OPERATOR, CACHE_RIGHTS } from '@margrave/cache-redis';
import { BUS_OPERATOR, busRights } from '@margrave/contracts';
import {
  configurationRows,
  describeFaults,
  readConfiguration,
  type ConfigurationDeclaration,
  type ConfigurationRule,
} from '@margrave/runtime';
import { SEED_SYMBOLS } from '@margrave/testkit';
import { parse } from 'yaml';
import { passwordVariable, STACK_PROVIDERS } from '../reference/rights.ts';

interface Container {
  readonly build?: { readonly dockerfile: string; readonly args: { readonly SERVICE: string } };
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly networks: readonly string[];
  readonly deploy?: { readonly resources: { readonly limits: { readonly cpus: string; readonly memory: string } } };
}

interface ServiceSettings {
  readonly configurationDeclaration: ConfigurationDeclaration;
  readonly configurationRules?: readonly ConfigurationRule<ConfigurationDeclaration>[];
}

const root = resolve(import.meta.dirname, '../..');
const text = (path: string): string => readFileSync(join(root, path), 'utf8');

const composeText = text('docker-compose.yml');
const { services } = parse(composeText, { merge: true }) as { readonly services: Readonly<Record<string, Container>> };
const containers = Object.entries(services);
const programs = containers.filter(([, { build }]) => build?.args.SERVICE.startsWith('services/'));

/** The file that a person copies, with something in the place of each secret. */
const settings = new Map(
  [...text('infra/docker/example.env').matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name = '', value]) => [name, value]),
);
const filledIn = (name: string): string => settings.get(name) || (settings.has(name) ? 'a'.repeat(48) : '');

const VARIABLE = /\$\{([A-Z_]+)(?::([?-])([^}]*))?\}/g;
const interpolate = (value: string): string =>
  value.replaceAll(
    VARIABLE,
    (_, name: string, mark?: string, rest?: string) => filledIn(name) || (mark === '-' ? (rest ?? '') : ''),
  );

const settingsOf = (folder: string): Promise<ServiceSettings> =>
  import(pathToFileURL(join(root, folder, 'src/config.ts')).href) as Promise<ServiceSettings>;

it('the compose file runs every service that there is', () =>
  expect([...new Set(programs.map(([, { build }]) => build?.args.SERVICE))].sort()).toEqual(
    readdirSync(join(root, 'services')).map((name) => `services/${name}`),
  ));

it.each(programs)(
  '%s is given every setting that it needs, well formed, and none that it does not know',
  async (_, container) => {
    const { configurationDeclaration, configurationRules } = await settingsOf(container.build?.args.SERVICE ?? '');
    const environment = Object.fromEntries(
      Object.entries(container.environment ?? {}).map(([name, value]) => [name, interpolate(value)]),
    );
    const declared = Object.values(configurationDeclaration).map((setting) => setting.environment);
    expect(Object.keys(environment).filter((name) => !declared.includes(name))).toEqual([]);
    const read = readConfiguration(configurationDeclaration, environment, configurationRules);
    expect(read.ok ? '' : describeFaults(read.refusal)).toBe('');
  },
);

it.each(containers)('%s writes nowhere but to its volumes, has no rights to lose, and is bounded', (_, container) => {
  expect(container).toMatchObject({ read_only: true, cap_drop: ['ALL'] });
  expect(container.deploy?.resources.limits).toEqual({
    cpus: expect.any(String) as string,
    memory: expect.any(String) as string,
  });
});

it('three ports are published, for clients, for staff and for who watches, to this machine only', () =>
  expect(containers.flatMap(([, { ports = [] }]) => ports.map(interpolate))).toEqual([
    '127.0.0.1:8080:8080',
    '127.0.0.1:8081:8081',
    '127.0.0.1:3000:3000',
  ]));

it('Prometheus reads every service of ours, and none of a provider, where it listens', async () => {
  const { scrape_configs: jobs } = parse(text('infra/prometheus/prometheus.yml')) as {
    readonly scrape_configs: readonly { readonly static_configs: readonly { readonly targets: readonly string[] }[] }[];
  };
  const ours = programs.filter(([name]) => !providers.includes(name));
  const listening = await Promise.all(
    ours.map(async ([name, container]) => {
      const { configurationDeclaration } = await settingsOf(container.build?.args.SERVICE ?? '');
      const port = configurationRows(configurationDeclaration).find(({ environment }) => environment === 'METRICS_PORT');
      return `${name}:${port?.fallback}`;
    }),
  );
  expect(jobs.flatMap((job) => job.static_configs.flatMap(({ targets }) => targets)).sort()).toEqual(listening.sort());
  expect(listening).toHaveLength(4);
});

it('every file that the compose file names is there', () => {
  const mounted = containers.flatMap(([, { volumes = [] }]) => volumes.map((volume) => volume.split(':')[0] ?? ''));
  const built = containers.flatMap(([, { build }]) => (build === undefined ? [] : [build.dockerfile, build.args.SERVICE]));
  const files = [...mounted.filter((path) => path.startsWith('./')), ...built];
  expect(files.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  expect(files.length).toBeGreaterThan(5);
});

it('the example names every variable that the compose file reads, and holds no secret', () => {
  const variables = [...composeText.matchAll(VARIABLE)];
  const example = text('infra/docker/example.env');
  expect(variables.map(([, name = '']) => name).filter((name) => !example.includes(`${name}=`))).toEqual([]);
  const required = new Set(variables.filter(([, , mark]) => mark === '?').map(([, name = '']) => name));
  expect(
    [...settings]
      .filter(([, value]) => value === '')
      .map(([name]) => name)
      .sort(),
  ).toEqual([...required].sort());
});

it('a login is made for each service that uses the database, with the password that the service is given', () => {
  const logins = [...text('infra/postgres/logins.sql').matchAll(/^\\getenv \w+ (\w+)$/gm)].map(([, name]) => name);
  const used = programs.flatMap(([, { environment }]) => /:\$\{(\w+)/.exec(environment?.['DATABASE_URL'] ?? '')?.[1] ?? []);
  expect(used.sort()).toEqual(logins.sort());
  expect(Object.keys(services['postgres']?.environment ?? {})).toEqual(expect.arrayContaining(used));
});

const providers = programs.flatMap(([, { environment }]) => environment?.['PROVIDER_NAME'] ?? []);

/** Containers that do an operator's work, as the operator, who has one name on all servers. */
const OPERATORS_TOOLS = ['streams', 'verify-books'];

const SERVERS = [
  { server: 'NATS', container: 'nats', users: [BUS_OPERATOR, ...busRights(STACK_PROVIDERS).map(({ user }) => user)] },
  { server: 'REDIS', container: 'redis', users: [CACHE_OPERATOR, ...CACHE_RIGHTS.map(({ user }) => user)] },
] as const;

describe.each(SERVERS)('the users of $server', ({ server, container, users }) => {
  const urls = containers.flatMap(([name, { environment }]) => {
    const url = environment?.[`${server}_URL`];
    return url === undefined ? [] : [{ name, url }];
  });

  it.each(urls)('$name logs in as itself, with its own password', ({ name, url }) => {
    const user = OPERATORS_TOOLS.includes(name) ? BUS_OPERATOR : name;
    expect(users).toContain(user);
    expect(url).toContain(`://${user}:\${${passwordVariable(server, user)}:?}@`);
  });

  it('are given a password each, and the server knows all of them and no others', () => {
    const given = Object.keys(services[container]?.environment ?? {}).filter((name) => name.startsWith(`${server}_PASSWORD`));
    expect(given.sort()).toEqual(users.map((user) => passwordVariable(server, user)).sort());
  });
});

it('the providers of the stack are those that the bus has users for', () =>
  expect([...providers].sort()).toEqual([...STACK_PROVIDERS].sort()));

it('providers reach the bus and nothing else of ours', () => {
  const onTheirNetwork = containers.filter(([, { networks }]) => networks.includes('providers')).map(([name]) => name);
  expect(onTheirNetwork.sort()).toEqual([...providers, 'nats'].sort());
});

it.each(programs.filter(([, { environment }]) => environment?.['PROVIDER_SYMBOLS'] !== undefined))(
  '%s trades every symbol that the generated feed has',
  (_, { environment }) => {
    const listed = JSON.parse(environment?.['PROVIDER_SYMBOLS'] ?? '') as Record<string, string | { readonly symbol: string }>;
    const traded = Object.values(listed).map((listing) => (typeof listing === 'string' ? listing : listing.symbol));
    expect(traded.sort()).toEqual(SEED_SYMBOLS.map(({ symbol }) => symbol).sort());
  },
);
