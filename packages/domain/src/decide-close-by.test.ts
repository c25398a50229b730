import type { ClientOrderId, PositionId, Side } from '@margrave/vocabulary';
import type { Position } from './account.ts';
import type { CloseBy } from './command.ts';
import { Books } from './testing/books.ts';
import { account, close, contextOf, group, LP_A, lotsE8, market, moneyE8, position } from './testing/build.ts';
import { withMargin } from './testing/laws.ts';

const CONTEXT = contextOf(market({ EURUSD: ['1.08446', '1.08454'], GBPUSD: ['1.27304', '1.27316'] }));
const held = (id: string, side: Side, lots: string, price: string, told: Partial<Position> = {}): Position =>
  position(id, { symbol: 'EURUSD', side, lots, price }, told);
const [LONG, SHORT] = ['3000000001', '3000000002'] as PositionId[] as [PositionId, PositionId];
const by = (positionId: PositionId, byPositionId: PositionId): CloseBy => ({
  kind: 'close_by',
  clientOrderId: 'mine-1' as ClientOrderId,
  positionId,
  byPositionId,
});
const books = (positions: readonly Position[], context = CONTEXT): Books =>
  new Books(withMargin(account({ positions }), context), context);

describe('two opposite positions that close each other', () => {
  it.each([
    ['the long one by the short one', LONG, SHORT],
    ['the short one by the long one', SHORT, LONG],
  ])('book what the pair has gained, and pay no spread: %s', (_, first, second) => {
    const on = books([held(LONG, 'buy', '0.50', '1.08400'), held(SHORT, 'sell', '0.50', '1.08500')]);
    const change = on.run(by(first, second));
    // 0.00100 × 50 000 units; closed one by one at the market it would be 16.
    expect(change.account.balanceE8).toBe(moneyE8('10050'));
    expect([change.account.positions, change.account.marginTotalE8]).toEqual([[], 0n]);
    expect(change.orders.map(({ closesPositionId, status, clientOrderId }) => [closesPositionId, status, clientOrderId])).toEqual(
      [
        [first, 'filled', 'mine-1'],
        [second, 'filled', null],
      ],
    );
    expect(change.deals.map(({ profitE8 }) => profitE8)).toEqual([moneyE8('50'), 0n]);
    expect(change.orders.map(({ decisionId }) => decisionId)).toEqual([change.decision?.decisionId, change.decision?.decisionId]);
  });

  it('leave open what the larger one has more', () => {
    const on = books([held(LONG, 'buy', '0.50', '1.08400'), held(SHORT, 'sell', '0.20', '1.08500')]);
    expect(on.run(by(LONG, SHORT)).account.positions).toMatchObject([{ positionId: LONG, openVolumeE8: lotsE8('0.3') }]);
  });

  it('do so in the books alone where a provider holds both', () => {
    const provided = { flow: 'provider', provider: LP_A, openingRequestId: '9000000001' as never } as const;
    const context = { ...CONTEXT, group: group({ flow: 'provider' }) };
    const on = books([held(LONG, 'buy', '0.50', '1.08400', provided), held(SHORT, 'sell', '0.50', '1.08500', provided)], context);
    const change = on.run(by(LONG, SHORT));
    expect([change.instructions, change.account.positions]).toEqual([[], []]);
    expect(change.account.balanceE8).toBe(moneyE8('10050'));
  });

  it.each<[string, Position, string]>([
    ['on the same side', held(SHORT, 'buy', '0.50', '1.08500'), 'POSITIONS_NOT_OPPOSITE'],
    [
      'of another symbol',
      position(SHORT, { symbol: 'GBPUSD', side: 'sell', lots: '0.5', price: '1.27' }),
      'POSITIONS_NOT_OPPOSITE',
    ],
    ['at a provider', held(SHORT, 'sell', '0.50', '1.08500', { flow: 'provider', provider: LP_A }), 'POSITIONS_NOT_OPPOSITE'],
    [
      'that is being closed',
      held(SHORT, 'sell', '0.50', '1.08500', { closingOrderId: '1' as never }),
      'POSITION_ALREADY_CLOSING',
    ],
    ['that leaves less than can be traded', held(SHORT, 'sell', '0.495', '1.08500'), 'VOLUME_OFF_STEP'],
  ])('are not two of which one is %s', (_, other, code) => {
    const on = books([held(LONG, 'buy', '0.50', '1.08400'), other]);
    const change = on.run(by(LONG, SHORT));
    expect(change.decision?.denial?.code).toBe(code);
    expect([change.deals, change.orders[0]?.status]).toEqual([[], 'denied']);
  });

  it('are not a position and itself, nor one that was closed, nor one that never was', () => {
    const on = books([held(LONG, 'buy', '0.50', '1.08400'), held(SHORT, 'sell', '0.50', '1.08500')]);
    expect(on.run(by(LONG, LONG)).decision?.denial?.code).toBe('POSITIONS_NOT_OPPOSITE');
    on.run(close(SHORT));
    expect(on.run(by(LONG, SHORT)).decision?.denial?.code).toBe('POSITIONS_NOT_OPPOSITE');
    expect(on.run(by(SHORT, LONG)).decision?.denial?.code).toBe('POSITION_NOT_OPEN');
    expect(on.try(by('3999999999' as PositionId, LONG))).toEqual({ ok: false, refusal: { refusedAs: 'no_such_position' } });
  });
});
