import type { AccountId } from '@margrave/vocabulary';
import fc from 'fast-check';
import { accountPartition, checkPartition } from './partition.ts';

describe('the partition of an account', () => {
  it('is its id modulo 64', () => {
    fc.assert(
      fc.property(fc.bigInt(1_000_000_000n, 999_999_999_999_999_999n), (id) =>
        expect(accountPartition(String(id) as AccountId)).toBe(String(id % 64n)),
      ),
    );
  });
  it('of 1000000001 is 1', () => expect(accountPartition('1000000001' as AccountId)).toBe('1'));
  it('is read from a subject only as a number from 0 to 63', () => {
    expect(checkPartition('63')).toBe('63');
    expect(['64', '-1', '01', '', '*', '1.5'].map(checkPartition)).toEqual(Array(6).fill(undefined));
  });
  it('of something that is not an account id is a bug', () =>
    expect(() => accountPartition('x' as AccountId)).toThrow('account id'));
});
