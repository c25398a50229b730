import type { Account } from '@margrave/domain';
import type { AccountId } from '@margrave/vocabulary';
import { RecentAccounts } from './recent-accounts.ts';

const ONE = '1000000001' as AccountId;
const TWO = '1000000002' as AccountId;
const THREE = '1000000003' as AccountId;

/** All that matters of an account here is how old it is. */
const at = (version: bigint, accountId = ONE): Account => ({ accountId, version, lastSequence: version }) as Account;

describe('the accounts at hand', () => {
  let nowMs: number;
  let recent: RecentAccounts;
  beforeEach(() => {
    nowMs = 0;
    recent = new RecentAccounts(2, () => nowMs);
    recent.enterEpoch('first');
  });

  it('are never replaced by older ones, such as a slow read brings', () => {
    recent.put(at(3n), 'first');
    recent.put(at(2n), 'first');
    expect(recent.get(ONE)?.version).toBe(3n);
  });

  it('are forgotten when another process has gone further, and not when it has not', () => {
    recent.put(at(3n), 'first');
    recent.forgetWithout(ONE, 3n);
    expect(recent.get(ONE)?.version).toBe(3n);
    recent.forgetWithout(ONE, 4n);
    expect(recent.get(ONE)).toBeUndefined();
  });

  it('are none that another process was heard to have gone beyond, whether or not it was at hand', () => {
    recent.forgetWithout(ONE, 4n);
    recent.forgetWithout(ONE, 2n);
    recent.put(at(3n), 'first');
    expect([recent.get(ONE), recent.isOvertaken(at(3n)), recent.isOvertaken(at(4n))]).toEqual([undefined, true, false]);
    recent.put(at(4n), 'first');
    expect(recent.get(ONE)?.version).toBe(4n);
  });

  it('are so many; the one that was not asked for goes first', () => {
    recent.put(at(1n, ONE), 'first');
    recent.put(at(1n, TWO), 'first');
    recent.get(ONE);
    recent.put(at(1n, THREE), 'first');
    expect([ONE, TWO, THREE].map((accountId) => recent.get(accountId) !== undefined)).toEqual([true, false, true]);
  });

  it('are shown for as long as they were lately known to be the newest', () => {
    recent.put(at(1n), 'first');
    nowMs = 10;
    expect(recent.getIfYoungerThan(ONE, 10)?.version).toBe(1n);
    nowMs = 11;
    expect(recent.getIfYoungerThan(ONE, 10)).toBeUndefined();
  });

  it('are all forgotten on another line of history, and none while it goes on', () => {
    recent.put(at(1n), 'first');
    recent.enterEpoch('first');
    expect(recent.get(ONE)).toBeDefined();
    recent.forgetWithout(TWO, 9n);
    recent.enterEpoch('second');
    expect([recent.get(ONE), recent.isOvertaken(at(1n, TWO))]).toEqual([undefined, false]);
    recent.put(at(1n), 'first');
    expect(recent.get(ONE)).toBeUndefined();
  });
});
