import { setTimeout as timeout } from 'node:timers/promises';
import { createHealth, type CheckOutcome } from './health.ts';
import { createRedact } from './redaction.ts';

const health = () => createHealth({ redact: createRedact() });
const well = (): CheckOutcome => ({ ok: true });

it('is ready only while the service is serving', async () => {
  const service = health();
  expect(await service.readiness()).toMatchObject({ ok: false, checks: [{ name: 'phase', reason: 'the service is starting' }] });
  service.setPhase('serving');
  expect(await service.readiness()).toMatchObject({ ok: true });
  service.setPhase('stopping');
  expect(await service.readiness()).toMatchObject({ ok: false });
});

it('gives a reason for each check that fails, throws or is late, and runs them side by side', async () => {
  const service = health();
  service.setPhase('serving');
  service.addReadiness({ name: 'well', check: well, deadlineMs: 1_000 });
  service.addReadiness({ name: 'away', check: () => ({ ok: false, reason: 'not connected' }), deadlineMs: 1_000 });
  service.addReadiness({
    name: 'throws',
    check: () => {
      throw new Error('connect postgres://app:hidden@db failed');
    },
    deadlineMs: 1_000,
  });
  let release: () => void = () => undefined;
  const hang = new Promise<void>((resolve) => (release = resolve));
  for (const name of ['hangs', 'hangs too']) service.addReadiness({ name, check: () => hang.then(well), deadlineMs: 50 });
  const report = await service.readiness();
  release();
  expect(report.ok).toBe(false);
  expect(report.checks.map(({ name, ok, reason }) => [name, ok, reason])).toEqual([
    ['phase', true, undefined],
    ['well', true, undefined],
    ['away', false, 'not connected'],
    ['throws', false, 'connect postgres://[redacted]@db failed'],
    ['hangs', false, 'hangs took longer than 50 ms'],
    ['hangs too', false, 'hangs too took longer than 50 ms'],
  ]);
});

it('measures what is only watched, and is ready without it', async () => {
  const service = health();
  service.setPhase('serving');
  service.addReadiness({ name: 'needed', check: well, deadlineMs: 100 });
  service.addWatched({ name: 'cache', check: () => ({ ok: false, reason: 'not connected' }), deadlineMs: 100 });
  expect(await service.readiness()).toMatchObject({ ok: true, checks: [{ name: 'phase' }, { name: 'needed' }] });
  expect((await service.everyCheck()).map(({ name, ok }) => [name, ok])).toEqual([
    ['phase', true],
    ['needed', true],
    ['cache', false],
  ]);
});

it('is alive while a dependency is away, and not when a check of its own fails', async () => {
  const service = health();
  service.addReadiness({ name: 'away', check: () => ({ ok: false, reason: 'not connected' }), deadlineMs: 100 });
  expect(await service.liveness()).toEqual({ ok: true, checks: [] });
  service.addLiveness({ name: 'consumer', check: () => ({ ok: false, reason: 'the loop has ended' }), deadlineMs: 100 });
  expect(await service.liveness()).toMatchObject({ ok: false, checks: [{ name: 'consumer' }] });
});

it('runs the checks once for those who ask at the same time, and again for who asks later', async () => {
  const service = health();
  let runs = 0;
  service.addReadiness({
    name: 'counted',
    check: async () => {
      runs += 1;
      await timeout(5);
      return well();
    },
    deadlineMs: 100,
  });
  await Promise.all([service.readiness(), service.readiness()]);
  expect(runs).toBe(1);
  await service.readiness();
  expect(runs).toBe(2);
});
