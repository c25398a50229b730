import type { Change, Order, ProviderInstruction } from '@margrave/domain';
import type { RequestId } from '@margrave/vocabulary';
import { providerMessages } from './provider-messages.ts';
import { bench, buy, task } from './testing/builders.ts';

async function placed(): Promise<{ readonly change: Change; readonly order: Order }> {
  const { runAll, told } = bench('provider');
  await runAll([task(buy('k'))]);
  const { change } = told[0]!;
  return { change, order: change.orders[0]! };
}

describe('of an order whose symbol its provider does not list any more', () => {
  it('the provider is asked for the status, under our name of the symbol', async () => {
    const { change, order } = await placed();
    const status: ProviderInstruction = {
      kind: 'status',
      requestId: '2000000099' as RequestId,
      order,
      originalRequestId: order.requestId!,
    };
    const [message] = providerMessages({ ...change, instructions: [status] }, () => undefined);
    expect(JSON.parse(message!.bodyJson)).toMatchObject({ symbol: 'EURUSD', originalRequestId: order.requestId });
  });

  it('nothing is to be executed: the decision refused it before', async () => {
    const { change } = await placed();
    expect(() => providerMessages(change, () => undefined)).toThrow('EURUSD is not listed at lp-a');
  });
});
