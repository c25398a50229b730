import type { ServiceDescription } from '@margrave/runtime';
import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const SERVICES = resolve(import.meta.dirname, '../../services');
const OUTPUT_BYTES_MAX = 16 * 1_048_576;
const TIMEOUT_MS = 60_000;

const run = promisify(execFile);

/** What a program of a service prints. Services are programs: nobody imports them, so each is asked. */
export async function printedBy(service: string, program: string, ...args: readonly string[]): Promise<string> {
  const path = join(SERVICES, service, 'src', program);
  const options = { maxBuffer: OUTPUT_BYTES_MAX, timeout: TIMEOUT_MS, env: { PATH: process.env['PATH'] } };
  return (await run(process.execPath, [path, ...args], options)).stdout;
}

/** Every service there is, as it describes itself. */
export async function describeServices(): Promise<readonly ServiceDescription[]> {
  const services = (await readdir(SERVICES)).sort();
  const printed = await Promise.all(services.map((service) => printedBy(service, 'main.ts', '--describe')));
  return printed.map((description) => JSON.parse(description) as ServiceDescription);
}

/** What all services declare alike, and what each declares besides. */
export function sharedAndOwn<Row>(services: readonly { readonly name: string; readonly rows: readonly Row[] }[]): {
  readonly shared: readonly Row[];
  readonly own: readonly { readonly name: string; readonly rows: readonly Row[] }[];
} {
  const written = services.map(({ rows }) => new Set(rows.map((row) => JSON.stringify(row))));
  const isShared = (row: Row): boolean => written.every((rows) => rows.has(JSON.stringify(row)));
  return {
    shared: (services[0]?.rows ?? []).filter(isShared),
    own: services.map(({ name, rows }) => ({ name, rows: rows.filter((row) => !isShared(row)) })),
  };
}
