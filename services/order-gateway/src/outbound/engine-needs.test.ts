import { settledHash, type OpenEngine, type Submission } from '@margrave/account-engine';
import type { SettleOrder } from '@margrave/domain';
import type { AccountId, LotsE8, OrderId, PriceE8, ProviderName } from '@margrave/vocabulary';
import { engineNeeds } from './engine-needs.ts';

const ACCOUNT = '1000000001' as AccountId;
const LP_A = 'lp-a' as ProviderName;
const client = { key: 'operator/1', requestHash: 'asked', answer: () => ({ status: 201, body: '{}' }) };
const stated = { volumeE8: 4_000_000n as LotsE8, priceE8: 108_455_000n as PriceE8, executedAt: '2026-01-07T11:59:30Z' };
const command: SettleOrder = {
  kind: 'settle',
  orderId: '4000000001' as OrderId,
  orderVersion: 5n,
  operator: { name: 'dealer-3', role: 'dealer' },
  reason: 'By telephone',
  executions: [
    { executionId: 'desk-1', ...stated },
    { executionId: 'desk-2', ...stated, volumeE8: 1_000_000n as LotsE8 },
  ],
  confirmed: [],
};

/** What the engine is asked when a settlement of an order at a provider, or at none, is handed on. */
async function submittedFor(provider: ProviderName | null): Promise<Submission | undefined> {
  let submitted: Submission | undefined;
  const submit: OpenEngine['submit'] = (submission) => {
    submitted = submission;
    return Promise.resolve({ kind: 'busy' });
  };
  const { settle } = engineNeeds({ submit } as OpenEngine);
  await settle(ACCOUNT, command, provider, client, 3_000);
  return submitted;
}

describe('a settlement that is handed to the engine', () => {
  it('records each execution as its provider’s, so that a report of it is known', async () => {
    const { orderId } = command;
    const hashOf = ({ volumeE8, priceE8 }: (typeof command.executions)[number]) => settledHash({ orderId, volumeE8, priceE8 });
    expect(await submittedFor(LP_A)).toMatchObject({
      accountId: ACCOUNT,
      command,
      client,
      executions: command.executions.map((each) => ({
        provider: LP_A,
        executionId: each.executionId,
        contentHash: hashOf(each),
      })),
      patienceMs: 3_000,
    });
  });

  it('of an order that no provider has records none', async () => expect((await submittedFor(null))?.executions).toEqual([]));
});
