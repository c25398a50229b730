import assert from 'node:assert/strict';
import type { ClientQuotesV1, OrderV1 } from '@margrave/contracts';
import { formatE8, parseE8 } from '@margrave/vocabulary';
import { ACCOUNTS, read, type Client } from './trading.ts';
import { until } from './until.ts';

const FIRED_MS_MAX = 60_000;
const EXPIRES_AFTER_MS = 2_000;
/** In steps of a hundred-thousandth: beyond the least distance of a stop, and soon reached. */
const [NEAR, FAR] = [12n, 1_000n];

/** What waits for a price is executed when it comes, with what protects it armed, and what has waited to its end expires. */
export async function seeTriggers({ http }: Client, stop: AbortSignal): Promise<void> {
  const account = `/v1/accounts/${ACCOUNTS.local}`;
  const { quotes } = await read<ClientQuotesV1>(http, `/v1/quotes?symbols=EURUSD&accountId=${ACCOUNTS.local}`);
  const [quote] = quotes;
  assert.ok(quote, 'there is no price of EURUSD');
  const from = (price: string, steps: bigint): string => formatE8((parseE8(price) ?? 0n) + steps * 1_000n);
  const place = async (order: { readonly clientOrderId: string }): Promise<void> => {
    const { status, body } = await http.post<OrderV1>(`${account}/orders`, { symbol: 'EURUSD', volume: '0.01', ...order });
    assert.equal(status, 201, `order ${order.clientOrderId} was answered with ${status}: ${JSON.stringify(body)}`);
  };
  const stateOf = async (clientOrderId: string): Promise<string> =>
    (await read<OrderV1>(http, `${account}/orders/@${clientOrderId}`)).status;

  // Wherever the price goes, it comes to one of the two.
  const above = { clientOrderId: 'above', type: 'stop', side: 'buy', stopPrice: from(quote.ask, NEAR) };
  const below = { clientOrderId: 'below', type: 'stop', side: 'sell', stopPrice: from(quote.bid, -NEAR) };
  const expiresAt = new Date(Date.now() + EXPIRES_AFTER_MS).toISOString();
  const brief = { clientOrderId: 'brief', type: 'limit', side: 'buy', price: from(quote.bid, -FAR) };
  await place(above);
  await place(below);
  await place({ ...brief, timeInForce: 'gtd', expiresAt } as typeof brief);
  await until('an order that waited for its price is filled', FIRED_MS_MAX, stop, async () => {
    const states = [await stateOf('above'), await stateOf('below')];
    return states.includes('filled') ? { found: true } : { missing: `they are ${states.join(' and ')}` };
  });
  await until('an order that waited to its end is expired', FIRED_MS_MAX, stop, async () => {
    const state = await stateOf('brief');
    return state === 'expired' ? { found: true } : { missing: `it is ${state}` };
  });
}
