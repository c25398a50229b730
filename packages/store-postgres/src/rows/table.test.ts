import { createRowMaker, localFill } from '../testing/command-rows.ts';
import type { AccountRow } from '../rows.ts';
import { changesOf } from './changes.ts';
import { CHANGES, ORDERS } from './tables.ts';

const account = { accountId: '1000000001', version: 3n, lastSequence: 7n, balanceE8: 0n } as AccountRow;
const command = localFill(createRowMaker(), account, 'key');
const order = command.newOrders[0]!;

describe('a packed row', () => {
  it('has its command’s number, then a field for each column', () => {
    const fields = CHANGES.pack(4, changesOf(command.events)[0]!).split('\x1f');
    expect(fields.slice(0, 5)).toEqual(['4', '1000000001', '8', '12', '4']);
    expect(fields).toHaveLength(9);
  });

  it('tells an empty text from none', () => {
    const reason = 26; // its place after the command's number
    expect(ORDERS.pack(1, { ...order, reason: '' }).split('\x1f')[reason + 1]).toBe('');
    expect(ORDERS.pack(1, { ...order, reason: null }).split('\x1f')[reason + 1]).toBe('\x1a');
  });

  it.each(['\0', '\x1a', '\x1e', '\x1f'])('takes no text with the control character %j', (character) =>
    expect(() => ORDERS.pack(1, { ...order, reason: `a${character}b` })).toThrow('control character'),
  );

  it('takes no flag that is not a plain word', () => expect(() => ORDERS.pack(1, { ...order, flags: ['a,b'] })).toThrow('flags'));
});
