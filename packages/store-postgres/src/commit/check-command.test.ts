import type { LotsE8 } from '@margrave/vocabulary';
import type { AccountRow, CommandRows } from '../rows.ts';
import { createRowMaker, localFill } from '../testing/command-rows.ts';
import { checkCommand } from './check-command.ts';

const account = { accountId: '1000000001', version: 3n, lastSequence: 7n, balanceE8: 0n, currency: 'USD' } as AccountRow;
const good = localFill(createRowMaker(), account, 'key');
const [order, position, entry] = [good.newOrders[0]!, good.newPositions[0]!, good.ledger[0]!];
const none = 0n as LotsE8;

describe('the rows of a command', () => {
  it('are taken when they agree', () => expect(() => checkCommand(good)).not.toThrow());

  it.each<[string, Partial<CommandRows>, string]>([
    ['of another account', { accountId: '1000000002' as never }, 'its own account'],
    ['that raise the account by two versions', { expectedVersion: 2n }, 'by one version'],
    ['with an order of another account', { orders: [{ ...order, accountId: '1000000002' as never }] }, 'belongs to the account'],
    ['with a gap in the events', { events: [good.events[0]!, good.events[2]!] }, 'without a gap'],
    ['with an event of another version', { events: [{ ...good.events[0]!, version: 9n }] }, 'version of its command'],
    ['with two causes', { events: [good.events[0]!, { ...good.events[1]!, by: 'relay' }] }, 'one cause'],
    ['with two times', { events: [good.events[0]!, { ...good.events[1]!, atMs: 1 }] }, 'one time'],
    ['with an order of nothing', { orders: [{ ...order, volumeE8: none }] }, 'has no volume'],
    ['with half a reservation', { orders: [{ ...order, reservedRateNumerator: 1n }] }, 'part of a reservation'],
    ['with nothing open and no time of closing', { positions: [{ ...position, openVolumeE8: none }] }, 'nothing is open'],
    ['with something open and a time of closing', { positions: [{ ...position, closedAtMs: 1 }] }, 'nothing is open'],
    ['with a closed notional', { positions: [{ ...position, openVolumeE8: none, closedAtMs: 1 }] }, 'has a notional'],
    ['with an entry of a client and the house', { ledger: [{ ...entry, house: 'profit' }] }, 'or of the house'],
    ['with an entry of nobody', { ledger: [{ ...entry, accountId: null }] }, 'or of the house'],
    [
      'with an entry of the house in the sequence',
      { ledger: [{ ...entry, accountId: null, house: 'profit' }] },
      'has a sequence',
    ],
    ['with a code and no denial', { decision: { ...good.decision!, code: 'MARKET_CLOSED' } }, 'exactly when it denies'],
    ['with a denial and no code', { decision: { ...good.decision!, outcome: 'denied' } }, 'exactly when it denies'],
  ])('are refused %s', (_which, changed, message) => expect(() => checkCommand({ ...good, ...changed })).toThrow(message));

  it('may be an order of nothing that was denied', () =>
    expect(() => checkCommand({ ...good, orders: [{ ...order, volumeE8: none, status: 'denied' }] })).not.toThrow());
});
