import { setTimeout as timeout } from 'node:timers/promises';
import { createLifecycle, type LifecycleOptions } from './lifecycle.ts';
import { createLogging } from './logging.ts';

function testLifecycle(options: Partial<LifecycleOptions> = {}) {
  const listeners = new Map<string, (error?: unknown) => void>();
  const entries: { level: string; msg: string; part?: string; left?: string[] }[] = [];
  const logging = createLogging({
    service: 'test',
    level: 'info',
    levels: [],
    destination: { write: (line: string) => void entries.push(JSON.parse(line)) },
  });
  const complaints: string[] = [];
  let exited: (code: number) => void = () => undefined;
  const exit = new Promise<number>((resolve) => (exited = resolve));
  const lifecycle = createLifecycle({
    log: logging.component('lifecycle'),
    flushLog: logging.flush,
    host: {
      on: (event: string, listener: (error?: unknown) => void) => listeners.set(event, listener),
      exit: (code) => exited(code),
      stderr: { write: (text) => complaints.push(text) },
    },
    ...options,
  });
  return { lifecycle, exit, entries, complaints, emit: (event: string, error?: unknown) => listeners.get(event)?.(error) };
}

it('starts parts in order, hands on what they are, and stops them in reverse when it is told to', async () => {
  const steps: string[] = [];
  const { lifecycle, exit, emit } = testLifecycle({ onStopping: () => steps.push('stopping') });
  const bus = await lifecycle.part(
    'bus',
    () => 'the bus',
    (value) => void steps.push(`stop ${value}`),
  );
  await lifecycle.part(
    'consumer',
    () => timeout(5, `reads ${bus}`),
    async (value) => {
      await timeout(5);
      steps.push(`stop what ${value}`);
    },
  );
  await lifecycle.part('without a stop', () => undefined);
  emit('SIGTERM');
  emit('SIGTERM');
  expect(await exit).toBe(0);
  expect(steps).toEqual(['stopping', 'stop what reads the bus', 'stop the bus']);
});

it('stops what had started, with a non-zero exit, when a part does not start', async () => {
  const steps: string[] = [];
  const { lifecycle, exit, entries } = testLifecycle();
  await lifecycle.part(
    'bus',
    () => 'bus',
    () => void steps.push('stop bus'),
  );
  void lifecycle.part('database', () => Promise.reject(new Error('no such host')));
  expect(await exit).toBe(1);
  expect(steps).toEqual(['stop bus']);
  expect(entries).toContainEqual(expect.objectContaining({ level: 'fatal', msg: 'database did not start' }));
});

it('stops a part that was starting when the signal came, and starts no other', async () => {
  const steps: string[] = [];
  const { lifecycle, exit, emit } = testLifecycle();
  void lifecycle
    .part(
      'slow',
      () => timeout(20, 'slow'),
      () => void steps.push('stop slow'),
    )
    .then(() => lifecycle.part('next', () => steps.push('start next')));
  await timeout(5);
  emit('SIGINT');
  void lifecycle.part('other', () => steps.push('start other'));
  expect(await exit).toBe(0);
  expect(steps).toEqual(['stop slow']);
});

it('leaves behind what does not stop in time, and says what', async () => {
  const { lifecycle, exit, emit, entries } = testLifecycle({ stopDeadlineMs: 20 });
  await lifecycle.part(
    'never reached',
    () => 1,
    () => undefined,
  );
  await lifecycle.part(
    'hangs',
    () => 1,
    () => new Promise<never>(() => undefined),
  );
  emit('SIGTERM');
  expect(await exit).toBe(1);
  expect(entries.at(-1)).toMatchObject({ msg: 'The service did not stop in time', left: ['never reached'] });
});

it('goes on stopping when one part cannot stop cleanly, and exits non-zero', async () => {
  const steps: string[] = [];
  const { lifecycle, exit } = testLifecycle();
  await lifecycle.part(
    'first',
    () => 1,
    () => void steps.push('stop first'),
  );
  await lifecycle.part(
    'breaks',
    () => 1,
    () => Promise.reject(new Error('already closed')),
  );
  lifecycle.stop('a test');
  expect(await exit).toBe(1);
  expect(steps).toEqual(['stop first']);
});

it('stops in order, non-zero, after a failure that cannot be mended', async () => {
  const steps: string[] = [];
  const { lifecycle, exit } = testLifecycle();
  await lifecycle.part(
    'bus',
    () => 1,
    () => void steps.push('stop bus'),
  );
  lifecycle.fail(new TypeError('a bug'), 'The consumer found a bug');
  expect(await exit).toBe(1);
  expect(steps).toEqual(['stop bus']);
});

it.each(['unhandledRejection', 'uncaughtException'])('logs %s once and ends the process at once, non-zero', async (event) => {
  const steps: string[] = [];
  const { lifecycle, exit, emit, entries } = testLifecycle();
  await lifecycle.part(
    'bus',
    () => 1,
    () => void steps.push('stop bus'),
  );
  emit(event, new Error('lost'));
  emit(event, new Error('lost again'));
  expect(await exit).toBe(1);
  expect(steps).toEqual([]);
  expect(entries.filter((entry) => entry.level === 'fatal')).toHaveLength(1);
});

it('ends the process though its log cannot be written, and says so', async () => {
  const { lifecycle, exit, complaints } = testLifecycle({ flushLog: () => Promise.reject(new Error('broken pipe')) });
  lifecycle.stop('a test');
  expect(await exit).toBe(0);
  expect(complaints).toEqual(['The log could not be written to its end: broken pipe\n']);
});
