import { gatewayClient } from '@margrave/demo';
import { createAccounts } from '@margrave/store-postgres';
import { parseE8, type Currency, type GroupId, type MoneyE8 } from '@margrave/vocabulary';
import type { BenchStage } from './bench-stage.ts';
import { answeredWith, runLoad } from './load/run-load.ts';
import { exactly, type MeasuredRow } from './row.ts';

const ROOM = 10;
const SENT = 200;
const CROWD = 64;
const VOLUME = '0.10';
const ANSWERED_MS_MAX = 30_000;

/** One account with room for exactly so many orders and many times as many at once: just those are accepted, and all are answered. */
export async function measureContended({ stage, gateway, databaseUrl }: BenchStage): Promise<MeasuredRow[]> {
  const [probe = ''] = await stage.openAccounts(1, 'local');
  const client = gatewayClient(gateway.url, stage.token([probe]));
  const order = { symbol: 'EURUSD', side: 'buy', volume: VOLUME } as const;
  await client.post(`/v1/accounts/${probe}/orders`, { clientOrderId: 'probe', ...order, type: 'market' });
  const { body } = await client.get<{ balance: string; equity: string; marginTotal: string }>(`/v1/accounts/${probe}`);
  const [balance, equity, margin] = [body.balance, body.equity, body.marginTotal].map((text) => parseE8(text) ?? 0n) as [
    bigint,
    bigint,
    bigint,
  ];
  // Each order takes its margin and what the spread costs at once; half an order more, so that a moving price decides nothing.
  const depositE8 = (BigInt(ROOM) * (margin + balance - equity) + margin / 2n) as MoneyE8;
  const [accountId = ''] = await createAccounts(databaseUrl, 1, {
    ownerId: 'user-bench',
    type: 'live',
    groupId: 'standard' as GroupId,
    currency: 'USD' as Currency,
    leverage: 100n,
    mode: 'hedging',
    depositE8,
  });
  const result = await runLoad({
    url: gateway.url,
    connections: CROWD,
    warmUpMs: 0,
    measuredMs: ANSWERED_MS_MAX,
    requestsMax: SENT,
    accounts: [{ accountId, token: stage.token([accountId]) }],
    order: { ...order, keyPrefix: 'contended-' },
  });
  const accepted = answeredWith(result, 201);
  const refused = answeredWith(result, 422);
  const [stored] = await stage.sql<{ filled: number; denied: number }[]>`
    select count(*) filter (where status = 'filled')::int as filled, count(*) filter (where status = 'denied')::int as denied
      from orders where account_id = ${accountId}`;
  if (stored?.filled !== accepted || stored.denied !== refused)
    throw new Error(`${accepted} and ${refused} were told, ${stored?.filled} and ${stored?.denied} are stored`);
  const isExact = accepted === ROOM && accepted + refused === SENT;
  return [
    {
      row: `contended account, room for ${ROOM} of ${SENT} orders at once`,
      value: accepted,
      unit: 'orders accepted',
      comparedWith: `room for ${ROOM}; ${SENT - accepted - refused} of ${SENT} answered neither 201 nor 422`,
      ratio: accepted <= ROOM ? accepted / ROOM : ROOM / accepted,
      bar: 1,
      pass: isExact,
      ours: exactly(accepted),
      other: exactly(ROOM),
    },
  ];
}
