import type { AccountId } from '@margrave/vocabulary';
import { BooksWatch, type AccountBooks } from './watch-books.ts';

const account = (number: number): AccountId => `${1_000_000_000 + number}` as AccountId;

describe('the watch over the books', () => {
  let accounts: AccountBooks[];
  let told: AccountId[];
  let asked: number[];
  let isSlow: boolean;
  let watch: BooksWatch;
  beforeEach(() => {
    accounts = Array.from({ length: 60 }, (_, number) => ({
      accountId: account(number),
      balanceHolds: true,
      historyHolds: true,
    }));
    [told, asked, isSlow] = [[], [], false];
    watch = new BooksWatch({
      readBooks: (after, limit) => {
        asked.push(limit);
        if (isSlow) return Promise.reject(new Error('took too long'));
        return Promise.resolve(accounts.filter(({ accountId }) => after === null || accountId > after).slice(0, limit));
      },
      onBroken: ({ accountId }) => told.push(accountId),
    });
  });

  const look = async (times: number): Promise<void> => {
    for (let time = 0; time < times; time += 1) await watch.look();
  };

  it('comes to every account, and finds each that is broken', async () => {
    accounts[59] = { ...accounts[59]!, balanceHolds: false };
    accounts[3] = { ...accounts[3]!, historyHolds: false };
    await look(2);
    expect(watch.counts()).toEqual({ balance: 0, history: 1 });
    await look(1);
    expect(watch.counts()).toEqual({ balance: 1, history: 1 });
    expect(told).toEqual([account(3), account(59)]);
  });

  it('begins anew after the last, counts none twice, and forgets what was mended', async () => {
    accounts[3] = { ...accounts[3]!, balanceHolds: false };
    await look(4);
    expect(watch.counts()).toEqual({ balance: 1, history: 0 });
    accounts[3] = { ...accounts[3], balanceHolds: true };
    await look(3);
    expect(watch.counts()).toEqual({ balance: 0, history: 0 });
  });

  it('looks at one alone after it failed, and goes on where it was', async () => {
    await look(1);
    isSlow = true;
    await expect(look(1)).rejects.toThrow('took too long');
    isSlow = false;
    accounts[25] = { ...accounts[25]!, balanceHolds: false };
    await look(2);
    expect(asked).toEqual([25, 25, 1, 25]);
    expect(told).toEqual([account(25)]);
  });
});
