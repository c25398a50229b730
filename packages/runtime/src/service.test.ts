import { metric } from './metrics.ts';
import { openService, type ServiceDescription, type ServiceOptions } from './service.ts';
import { setting } from './setting-kinds.ts';
import { sharedSettings } from './shared-settings.ts';

const SECRET = 'correct horse battery staple';

const declaration = {
  natsUrl: sharedSettings.natsUrl,
  secret: setting.secret({ environment: 'TELLER_SECRET', sentence: 'What is not told.', charactersMin: 20 }),
  metricsPort: sharedSettings.metricsPort,
  logLevel: sharedSettings.logLevel,
  logLevels: sharedSettings.logLevels,
  crashAt: sharedSettings.crashAt,
  testBuild: sharedSettings.testBuild,
  tellerName: setting.text({ environment: 'TELLER_NAME', sentence: 'Who tells.', default: 'anna' }),
  tellersMax: setting.integer({
    environment: 'TELLERS_MAX',
    sentence: 'How many tell.',
    unit: 'tellers',
    min: 1,
    max: 9,
    default: 9,
  }),
};
const metrics = { told: metric.counter({ name: 'margrave_told_total', sentence: 'What was told.' }) };

type Options = ServiceOptions<typeof declaration, typeof metrics>;

/** Opens a service in an environment of its own; the process is a pretended one. */
function open(environment: Readonly<Record<string, string>> = {}, options: Partial<Options> = {}, argument?: string) {
  const listeners = new Map<string, (error?: unknown) => void>();
  const entries: { service: string; component: string; level: string; msg: string }[] = [];
  const complaints: string[] = [];
  const printed: string[] = [];
  const kills: unknown[] = [];
  const ended = Promise.withResolvers<number>();
  const opened = openService({
    name: 'teller',
    configuration: declaration,
    metrics,
    host: {
      env: { NATS_URL: 'nats://127.0.0.1:4222', TELLER_SECRET: SECRET, METRICS_PORT: '0', ...environment },
      argv: ['node', 'main.ts', ...(argument === undefined ? [] : [argument])],
      stdout: {
        write: (text, onWritten) => {
          printed.push(text);
          onWritten();
        },
      },
      on: (event: string, listener: (error?: unknown) => void) => listeners.set(event, listener),
      exit: (code) => ended.resolve(code),
      pid: 4711,
      kill: (...kill) => kills.push(kill),
      stderr: { write: (text) => complaints.push(text) },
    },
    logDestination: { write: (line: string) => void entries.push(JSON.parse(line)) },
    ...options,
  });
  return { opened, ended: ended.promise, printed, complaints, kills, entries, emit: (event: string) => listeners.get(event)?.() };
}

/** How a process ends that should not have opened its service. */
async function endOf({ opened, ended }: ReturnType<typeof open>): Promise<number> {
  void opened.then(({ lifecycle }) => lifecycle.stop('it opened all the same'));
  return ended;
}

/** The service, open while the test looks at it. */
async function withService(
  look: (service: Awaited<ReturnType<typeof open>['opened']>, world: ReturnType<typeof open>) => Promise<void>,
  ...given: Parameters<typeof open>
): Promise<void> {
  const world = open(...given);
  const service = await world.opened;
  try {
    await look(service, world);
  } finally {
    service.lifecycle.stop('the test is over');
    await world.ended;
  }
}

it('asked to describe itself, prints what can be set and what is measured, in whatever environment, and ends with 0', async () => {
  const world = open({ TELLERS_MAX: '10' }, {}, '--describe');
  expect(await endOf(world)).toBe(0);
  const description: ServiceDescription = JSON.parse(world.printed.join(''));
  expect(description).toMatchObject({
    name: 'teller',
    settings: expect.arrayContaining([expect.objectContaining({ environment: 'TELLERS_MAX', fallback: '9' })]),
  });
  expect(description.metrics.map(({ name }) => name)).toEqual([
    'margrave_check_ok',
    'margrave_event_loop_lag_seconds',
    'margrave_told_total',
  ]);
  expect([world.entries, world.complaints]).toEqual([[], []]);
});

describe('a service whose environment is at fault', () => {
  it('ends with 2, having said everything that is wrong and nothing that is secret', async () => {
    const world = open({ TELLER_SECRET: 'hunter2', TELLERS_MAX: '10' });
    expect(await endOf(world)).toBe(2);
    expect(world.complaints.join('').split('\n')).toEqual([
      'TELLER_SECRET must be set to at least 20 characters (what is set is not shown)',
      'TELLERS_MAX is "10"; it must be a whole number of tellers from 1 to 9',
      '',
    ]);
    expect(world.entries).toEqual([]);
  });

  it('ends with 2 when its settings do not fit together', async () => {
    const world = open(
      {},
      { rules: [({ tellersMax }) => ({ environment: 'TELLER_NAME', allowed: `unset with ${tellersMax} tellers` })] },
    );
    expect(await endOf(world)).toBe(2);
    expect(world.complaints).toEqual(['TELLER_NAME must be set to unset with 9 tellers\n']);
  });
});

it('an open service has its settings, and is watched at the port that it says, before it is ready', async () => {
  await withService(async ({ configuration, metrics: { told }, health, metricsPort }) => {
    expect(configuration).toMatchObject({ natsUrl: ['nats://127.0.0.1:4222'], secret: SECRET, tellersMax: 9 });
    told.inc(3);
    const answer = async (path: string) => {
      const response = await fetch(`http://127.0.0.1:${metricsPort}${path}`);
      return { status: response.status, body: await response.text() };
    };
    const measured = await answer('/metrics');
    expect(measured.body).toContain('margrave_told_total 3');
    expect(measured.body).toContain('margrave_event_loop_lag_seconds');
    expect(measured.body).toContain('process_cpu_seconds_total');
    expect((await answer('/health/ready')).status).toBe(503);
    expect((await answer('/health/live')).status).toBe(200);
    health.addReadiness({
      name: 'database',
      deadlineMs: 1_000,
      check: () => ({ ok: false, reason: `no answer to ${SECRET}` }),
    });
    health.setPhase('serving');
    const ready = await answer('/health/ready');
    expect(ready.status).toBe(503);
    expect(ready.body).toContain('no answer to');
    expect(ready.body).not.toContain(SECRET);
  });
});

it('the log names the service and its parts, at their levels, without its secrets', async () => {
  await withService(
    async ({ log, component }, { entries }) => {
      log.info({ whispered: SECRET }, 'Telling');
      component('feed').info('not important enough');
      const parts = entries.filter((entry) => entry.component === 'lifecycle').map((entry) => entry.msg);
      expect(parts).toEqual(['Part started', 'Part started']);
      expect(entries.at(-1)).toMatchObject({ service: 'teller', component: 'teller', msg: 'Telling' });
      expect(JSON.stringify(entries)).not.toContain(SECRET);
    },
    { LOG_LEVELS: 'feed=warn' },
  );
});

it('one of several that are different things says which one it is', async () => {
  await withService(
    async ({ name, log }, { entries }) => {
      log.info('Telling');
      expect(name).toBe('teller');
      expect(entries.at(-1)).toMatchObject({ service: 'teller-berta', component: 'teller' });
    },
    { TELLER_NAME: 'berta' },
    { instance: ({ tellerName }) => tellerName },
  );
});

it('is not ready and lets go of what waits before its parts are stopped, the last first, and ends with 0', async () => {
  const { opened, ended, emit } = open();
  const { health, lifecycle, stopping, metricsPort } = await opened;
  const seen: unknown[] = [];
  await lifecycle.part(
    'teller',
    () => undefined,
    async () => {
      const response = await fetch(`http://127.0.0.1:${metricsPort}/health/ready`);
      seen.push(stopping.aborted, response.status, await response.text());
    },
  );
  health.setPhase('serving');
  expect((await health.readiness()).ok).toBe(true);
  expect(stopping.aborted).toBe(false);
  emit('SIGTERM');
  expect(await ended).toBe(0);
  expect(seen).toEqual([true, 503, expect.stringContaining('the service is stopping')]);
  await expect(fetch(`http://127.0.0.1:${metricsPort}/metrics`)).rejects.toThrow('fetch failed');
});

it('ends with 1 when it cannot be watched', async () => {
  await withService(async ({ metricsPort }) => {
    expect(await endOf(open({ METRICS_PORT: String(metricsPort) }))).toBe(1);
  });
});

it('dies at its crash point, in a test build only', async () => {
  const reach = async (environment: Readonly<Record<string, string>>): Promise<readonly unknown[]> => {
    const kills: unknown[] = [];
    await withService(async ({ crashAt }, world) => {
      crashAt('worker.after-commit');
      crashAt('worker.before-ack');
      kills.push(...world.kills);
    }, environment);
    return kills;
  };
  const crash = { CRASH_AT: 'worker.before-ack' };
  expect(await reach({ ...crash, MARGRAVE_TEST_BUILD: '0' })).toEqual([]);
  expect(await reach({ ...crash, MARGRAVE_TEST_BUILD: '1' })).toEqual([[4711, 'SIGKILL']]);
});
