import type { AccountId, OrderId } from '@margrave/vocabulary';
import { sweepSilence, type SilentRequest } from './note-silence.ts';

const silent = ['1000000001', '1000000002', '1000000003'].map((id): SilentRequest => ({
  accountId: id as AccountId,
  orderId: id as OrderId,
}));

describe('a sweep over what providers left unanswered', () => {
  it('counts the orders that are asked about, and not those that were answered meanwhile', async () => {
    const noteSilence = ({ orderId }: SilentRequest) => Promise.resolve(orderId !== silent[1]?.orderId);
    expect(await sweepSilence({ silentRequests: () => Promise.resolve(silent), noteSilence })).toBe(2);
  });

  it('asks about all the others before it says that one of them cannot be asked about', async () => {
    const asked: OrderId[] = [];
    const sweep = sweepSilence({
      silentRequests: () => Promise.resolve(silent),
      noteSilence: async ({ orderId }) => {
        if (orderId === silent[0]?.orderId) throw new TypeError('a bug');
        await new Promise((resolve) => setTimeout(resolve, 10));
        asked.push(orderId);
        return true;
      },
    });
    await expect(sweep).rejects.toThrow('a bug');
    expect(asked).toEqual([silent[1]?.orderId, silent[2]?.orderId]);
  });
});
