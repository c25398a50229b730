import type { AccountId, GroupId } from '@margrave/vocabulary';
import { turns } from '../testing/turns.ts';
import { Arrivals } from './arrivals.ts';
import { order, RAW, STANDARD } from './testing.ts';

const [FIRST, SECOND] = ['1000000001', '1000000002'] as [AccountId, AccountId];

let isOurs: boolean;
let isAway: boolean;
let asked: (readonly AccountId[])[];
let taken: string[];
let failures: number;
let arrivals: Arrivals;
beforeEach(() => {
  [isOurs, isAway, asked, taken, failures] = [true, false, [], [], 0];
  arrivals = new Arrivals({
    isOurs: () => isOurs,
    groupsOf: async (accountIds) => {
      asked.push(accountIds);
      await turns(1);
      if (isAway) throw new Error('away');
      return new Map<AccountId, GroupId>([
        [FIRST, RAW],
        [SECOND, STANDARD],
      ]);
    },
    take: ({ key }, groupId) => taken.push(`${key} ${groupId}`),
    onFailed: () => (failures += 1),
    pause: () => turns(1),
  });
});

it('the groups of accounts that were heard of in one go are looked up together, and once', async () => {
  arrivals.take(order(1, { accountId: FIRST }));
  arrivals.take(order(2, { accountId: SECOND }));
  arrivals.take(order(3, { accountId: FIRST }));
  await turns();
  arrivals.take(order(4, { accountId: SECOND }));
  expect(asked).toEqual([[FIRST, SECOND]]);
  expect(taken).toEqual(['order:1 raw', 'order:3 raw', 'order:2 standard', 'order:4 standard']);
});

it('what waits for no price is taken at once, whoever it is of', () => {
  arrivals.take(order(1, { isResting: false }));
  expect(taken).toEqual(['order:1 undefined']);
  expect(asked).toEqual([]);
});

it('what of symbols of other instances is told is left alone, also when they took them while a group was looked up', async () => {
  arrivals.take(order(1));
  await turns(1);
  isOurs = false;
  arrivals.take(order(2));
  await turns();
  expect(taken).toEqual([]);
});

it('a store that is away is asked again until it answers', async () => {
  isAway = true;
  arrivals.take(order(1));
  await turns(20);
  expect(failures).toBeGreaterThan(1);
  isAway = false;
  await turns();
  expect(taken).toEqual(['order:1 raw']);
});

it('a group that is learned is not looked up, and one that is forgotten is looked up again', async () => {
  arrivals.learn(FIRST, STANDARD);
  arrivals.take(order(1));
  expect(taken).toEqual(['order:1 standard']);
  arrivals.forgetGroups();
  arrivals.take(order(2));
  await turns();
  expect(taken).toEqual(['order:1 standard', 'order:2 raw']);
});
