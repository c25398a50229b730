// What back ends of this kind commonly do: one call after the other, five of Redis and three of the database, in floating point. Kept here
// to be compared with and never imported.
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Redis } from 'ioredis';
import postgres from 'postgres';

const databaseUrl = process.env['DATABASE_URL'];
const redisUrl = process.env['REDIS_URL'];
assert(databaseUrl !== undefined && redisUrl !== undefined, 'DATABASE_URL and REDIS_URL');

const sql = postgres(databaseUrl, { max: 8, onnotice: () => undefined });
const redis = new Redis(redisUrl, { keyPrefix: 'sequential:' });
await sql`create table if not exists sequential_orders (order_id bigint primary key, account_id text not null, key text not null,
  symbol text not null, side text not null, volume double precision not null, price double precision not null,
  margin double precision not null, status text not null, created_at timestamptz not null default now())`;
await sql`create sequence if not exists sequential_ids`;
await sql`create table if not exists sequential_accounts (account_id text primary key, balance double precision not null,
  used_margin double precision not null)`;
await redis.set('quote:EURUSD', JSON.stringify({ bid: 1.0845, ask: 1.0847 }));
await redis.set('group:standard', JSON.stringify({ leverage: 100, contractSize: 100_000 }));

const server = createServer((request, response) => {
  void place(request).then(
    (order) => response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify(order)),
    (error: unknown) => response.writeHead(500).end(String(error)),
  );
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
process.once('SIGTERM', () => {
  server.close();
  server.closeAllConnections();
  redis.disconnect();
  void sql.end();
});

async function place(request: IncomingMessage): Promise<object> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { clientOrderId, symbol, side, volume } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, string>;
  assert(clientOrderId !== undefined && symbol !== undefined && side !== undefined, 'an order');
  const accountId = request.url?.split('/')[3] ?? '';
  const quote = JSON.parse((await redis.get(`quote:${symbol}`)) ?? '{}') as { ask: number };
  const group = JSON.parse((await redis.get('group:standard')) ?? '{}') as { leverage: number; contractSize: number };
  const account = await redis.hgetall(`account:${accountId}`);
  const used = Number(account['usedMargin'] ?? 0);
  const positions = Number((await redis.hlen(`positions:${accountId}`)) ?? 0);
  const lots = Number.parseFloat(volume ?? '0');
  const margin = (lots * group.contractSize * quote.ask) / group.leverage;
  if (used + margin > 1e9 || positions > 1e6) throw new Error('not enough margin');
  const [id] = await sql<{ id: string }[]>`select nextval('sequential_ids')::text as id`;
  await sql`insert into sequential_orders (order_id, account_id, key, symbol, side, volume, price, margin, status)
    values (${id?.id ?? ''}, ${accountId}, ${clientOrderId}, ${symbol}, ${side}, ${lots}, ${quote.ask}, ${margin}, 'filled')`;
  await sql`insert into sequential_accounts values (${accountId}, 1000000, ${margin})
    on conflict (account_id) do update set used_margin = sequential_accounts.used_margin + ${margin}`;
  await redis.hset(`account:${accountId}`, { usedMargin: used + margin });
  return { orderId: id?.id, accountId, symbol, side, volume: lots, price: quote.ask, margin, status: 'filled' };
}
