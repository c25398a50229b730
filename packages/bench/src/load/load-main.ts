// Sends what its plan says, each connection one request after the other, in a process of its own so that it takes nothing from those it
// measures but a core.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Client } from 'undici';
import type { LoadPlan, LoadResult } from './load-plan.ts';

const file = process.argv[2];
assert(file !== undefined, 'the file of the plan is named');
const plan = JSON.parse(readFileSync(file, 'utf8')) as LoadPlan;
const { order, legs, replacedBy, accounts, requestsMax = Infinity } = plan;

const statuses: Record<string, number> = {};
const elapsedMs: number[] = [];
let sent = 0;

const beganMs = performance.now();
const measuredFromMs = beganMs + plan.warmUpMs;
const untilMs = measuredFromMs + plan.measuredMs;

await Promise.all(Array.from({ length: plan.connections }, run));
const measuredSeconds = Math.min(plan.measuredMs, performance.now() - measuredFromMs) / 1_000;
elapsedMs.sort((a, b) => a - b);
const at = (share: number): number => elapsedMs[Math.min(elapsedMs.length - 1, Math.floor(elapsedMs.length * share))] ?? NaN;
const result: LoadResult = {
  statuses,
  measured: { requests: elapsedMs.length, seconds: measuredSeconds, p50Ms: at(0.5), p99Ms: at(0.99) },
};
process.stdout.write(JSON.stringify(result));

async function run(): Promise<void> {
  const client = new Client(plan.url);
  for (let startedMs = performance.now(); startedMs < untilMs && sent < requestsMax; startedMs = performance.now()) {
    sent += 1;
    const { statusCode, body } = await client.request(requestOf(sent));
    await body.dump();
    const endedMs = performance.now();
    statuses[statusCode] = (statuses[statusCode] ?? 0) + 1;
    if (startedMs >= measuredFromMs && endedMs <= untilMs) elapsedMs.push(endedMs - startedMs);
  }
  await client.close();
}

function requestOf(number: number) {
  const { accountId, token, restingOrderId } = accounts[number % accounts.length] ?? assert.fail('a plan has accounts');
  const account = `/v1/accounts/${accountId}`;
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  if (replacedBy !== undefined) {
    const body = JSON.stringify({ price: replacedBy[Math.floor(number / accounts.length) % replacedBy.length] });
    return { method: 'PUT', path: `${account}/orders/${restingOrderId}`, headers, body } as const;
  }
  if (order === undefined) return { method: 'GET', path: account, headers } as const;
  const { keyPrefix, symbol, side, volume } = order;
  const placed = (key: string) => ({ clientOrderId: key, symbol, side, type: 'market', volume });
  const path = `${account}/orders`;
  if (legs === undefined) {
    return { method: 'POST', path, headers, body: JSON.stringify(placed(`${keyPrefix}${number}`)) } as const;
  }
  const orders = Array.from({ length: legs }, (_, leg) => placed(`${keyPrefix}${number}-${leg}`));
  const keyed = { ...headers, 'idempotency-key': `${keyPrefix}${number}` };
  return { method: 'POST', path: `${path}/batch`, headers: keyed, body: JSON.stringify({ orders }) } as const;
}
