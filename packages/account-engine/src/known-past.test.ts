import type { Change, ClosePosition, Order, Position } from '@margrave/domain';
import type { AccountId, ClientOrderId, OrderId, PositionId } from '@margrave/vocabulary';
import { KnownPast } from './known-past.ts';

const OWNER = '1000000001' as AccountId;
const STRANGER = '1000000002' as AccountId;
const orderId = '4000000001' as OrderId;
const positionId = '4000000001' as PositionId;

describe('what was over before a batch, and what the batch itself ended', () => {
  const past = new KnownPast([], []);
  past.note({
    accountId: OWNER,
    orders: [{ orderId } as Order],
    positions: [{ positionId } as Position],
  } as unknown as Change);
  const withdrawn = { kind: 'withdraw', orderId } as const;
  const close: ClosePosition = { kind: 'close', positionId, clientOrderId: 'mine' as ClientOrderId, volumeE8: null };
  const report = { kind: 'report', orderId } as Parameters<KnownPast['of']>[1];

  it('is known to the commands of its account', () => {
    expect(past.of(OWNER, report).order?.orderId).toBe(orderId);
    expect(past.of(OWNER, { kind: 'silence', orderId }).order?.orderId).toBe(orderId);
    expect(past.of(OWNER, close).position?.positionId).toBe(positionId);
  });

  it('is not there for another account (P42)', () => {
    expect(past.of(STRANGER, report).order).toBeUndefined();
    expect(past.of(STRANGER, close).position).toBeUndefined();
  });

  it('is nothing to commands that only concern what is open', () => expect(past.of(OWNER, withdrawn)).toEqual({}));
});
