import { freePort, isFree } from './ports.ts';

it('gives many that ask at once a port each, on which nothing listens', async () => {
  const ports = await Promise.all(Array.from({ length: 300 }, freePort));
  expect(new Set(ports).size).toBe(ports.length);
  expect(await isFree(ports[0] ?? 0)).toBe(true);
});
