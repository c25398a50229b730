import { EVENT_TYPES } from '@margrave/vocabulary';
import { DealV1 } from '../http/deal.v1.ts';
import { LedgerEntryV1 } from '../http/ledger-entry.v1.ts';
import { OrderV1 } from '../http/order.v1.ts';
import { PositionV1 } from '../http/position.v1.ts';
import { ACCOUNT_EVENT_TYPES, AccountEventV1 } from './account-event.v1.ts';

const dataOf = (type: string): unknown => {
  if (type.startsWith('order.')) return { order: OrderV1.example };
  if (type.startsWith('position.')) return { position: PositionV1.example, orderId: '1000000457', deal: DealV1.example };
  if (type === 'ledger.entry') return { entry: LedgerEntryV1.example, orderId: '1000000457' };
  return { figures: { balance: '-10000000000.00', marginExecuted: '0', marginTotal: '0' } };
};
const decode = (type: string, data: unknown) =>
  AccountEventV1.decode(new TextEncoder().encode(JSON.stringify({ ...AccountEventV1.example, type, data })));

describe('an account event', () => {
  it.each(ACCOUNT_EVENT_TYPES)('%s carries its data', (type) => expect(decode(type, dataOf(type)).ok).toBe(true));
  it.each(ACCOUNT_EVENT_TYPES)('%s does not carry the data of another', (type) => {
    const other = type.startsWith('order.') ? 'margin.changed' : 'order.filled';
    expect(decode(type, dataOf(other)).ok).toBe(false);
  });
  it('has only types that the vocabulary knows', () => {
    const known: readonly string[] = EVENT_TYPES;
    expect(ACCOUNT_EVENT_TYPES.filter((type) => !known.includes(type))).toEqual([]);
  });
  it('of a type that does not exist yet is refused', () => expect(decode('stop_out', {}).ok).toBe(false));
  it('is refused with the place that is wrong, of the branch that was meant', () =>
    expect(decode('order.filled', { order: { ...OrderV1.example, volume: 0.1 } })).toEqual({
      ok: false,
      refusal: '/data/order/volume must be string',
    }));
  it('is named by its message id', () => {
    const { accountId, sequence } = AccountEventV1.example;
    const messageId = AccountEventV1.deduplicationId(undefined as never, AccountEventV1.example);
    expect(AccountEventV1.readId(messageId)).toEqual({ accountId, sequence: BigInt(sequence) });
  });
  it.each(['', '1000000001', '1000000001:', '1:2', '1000000001:-1', '1000000001:1x', 'lp-a:77'])(
    'is not named by %p',
    (messageId) => expect(AccountEventV1.readId(messageId)).toBeUndefined(),
  );
});
