import { gatewayClient } from '@margrave/demo';
import type { BenchStage } from './bench-stage.ts';
import { answeredWith, runLoad } from './load/run-load.ts';
import { exactly, figureOf, rowOf, type MeasuredRow } from './row.ts';

const POSITIONS = 50;
const ROUNDS = 3;
const MEASURED_MS = 2_000;
const P50_MS_MAX = 2;

/** Reading an account with 50 positions, valued with the latest quotes, over one connection. */
export async function measureReads({ stage, gateway }: BenchStage): Promise<MeasuredRow[]> {
  const [accountId = ''] = await stage.openAccounts(1, 'local');
  const token = stage.token([accountId]);
  const client = gatewayClient(gateway.url, token);
  const { body } = await client.get<{ items: readonly { symbol: string; volumeMin: string }[] }>('/v1/instruments');
  for (let number = 0; number < POSITIONS; number += 1) {
    const { symbol, volumeMin } = body.items[number % body.items.length] ?? { symbol: 'EURUSD', volumeMin: '0.01' };
    const order = {
      clientOrderId: `read-${number}`,
      symbol,
      side: number % 3 === 0 ? 'sell' : 'buy',
      type: 'market',
      volume: volumeMin,
    };
    const answer = await client.post(`/v1/accounts/${accountId}/orders`, order);
    if (answer.status !== 201) throw new Error(`an order was answered with ${answer.status} ${JSON.stringify(answer.body)}`);
  }
  const p50Ms: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const result = await runLoad({
      url: gateway.url,
      connections: 1,
      warmUpMs: 500,
      measuredMs: MEASURED_MS,
      accounts: [{ accountId, token }],
    });
    if (Object.keys(result.statuses).join() !== '200' || answeredWith(result, 200) === 0)
      throw new Error(`reads were answered with ${JSON.stringify(result.statuses)}`);
    p50Ms.push(result.measured.p50Ms);
  }
  return [
    rowOf({
      row: `account with ${POSITIONS} positions, read`,
      unit: 'ms p50',
      betterIs: 'lower',
      ours: figureOf(p50Ms),
      other: exactly(P50_MS_MAX),
      otherName: 'the bar',
      bar: 1,
    }),
  ];
}
