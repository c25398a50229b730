import type { PositionId, PriceE8, RequestId } from '@margrave/vocabulary';
import type { Position } from './account.ts';
import type { DecisionContext } from './change.ts';
import type { ProtectPosition } from './command.ts';
import { Books } from './testing/books.ts';
import {
  account,
  close,
  contextOf,
  group,
  instrument,
  LP_A,
  lotsE8,
  market,
  position,
  priceE8,
  report,
} from './testing/build.ts';
import { withMargin } from './testing/laws.ts';

const ID = '3000000001' as PositionId;
const at = (bid: string, ask: string, ageMs = 5): DecisionContext => contextOf(market({ EURUSD: [bid, ask, ageMs] }));
const NOW = at('1.08450', '1.08458');

const books = (told: Partial<Position> = {}, context = NOW, ofAccount: Parameters<typeof account>[0] = {}): Books => {
  const held = position(ID, { symbol: 'EURUSD', side: 'buy', lots: '0.50', price: '1.08400' }, told);
  return new Books(withMargin(account({ ...ofAccount, positions: [held] }), context), context);
};
const protect = (protection: ProtectPosition['protection']): ProtectPosition => ({ kind: 'protect', positionId: ID, protection });
const level = (text: string) => ({ kind: 'price', priceE8: priceE8(text) }) as const;
const distance = (text: string) => ({ kind: 'distance', distanceE8: priceE8(text) }) as const;
const fire = (of: Position | undefined, which: 'stop_loss' | 'take_profit') =>
  ({ kind: 'trigger_protection', positionId: ID, level: which, armedVersion: of?.version ?? 0n }) as const;
const PROTECTED = { stopLossE8: priceE8('1.08000'), takeProfitE8: priceE8('1.09000') };

describe('protecting a position', () => {
  it('sets both levels in one change, distances counted from the price at which it was opened', () => {
    const change = books().run(protect({ stopLoss: level('1.08000'), takeProfit: distance('0.00600') }));
    expect(change.positions).toMatchObject([{ stopLossE8: priceE8('1.08000'), takeProfitE8: priceE8('1.09000') }]);
    expect(change.events).toMatchObject([{ type: 'position.changed', orderId: null }]);
    const asked = { protection: { stopLoss: level('1.08000'), takeProfit: distance('0.00600') } };
    expect(change.decision).toMatchObject({ command: 'protect', orderId: null, denial: null, asked });
  });

  it('leaves what is not named and takes away what is null, which no market can keep from it', () => {
    const stale = at('1.08450', '1.08458', 60_000);
    expect(books(PROTECTED, stale).run(protect({ takeProfit: null })).positions).toMatchObject([
      { stopLossE8: priceE8('1.08000'), takeProfitE8: null },
    ]);
  });

  it.each<[string, Partial<Position>, ProtectPosition['protection'], string | undefined]>([
    ['a stop loss of a buy at the bid', {}, { stopLoss: level('1.08450') }, 'STOP_WRONG_SIDE'],
    ['one below it', {}, { stopLoss: level('1.08449') }, undefined],
    ['a take profit of a buy at the bid', {}, { takeProfit: level('1.08450') }, 'STOP_WRONG_SIDE'],
    ['one above it', {}, { takeProfit: level('1.08451') }, undefined],
    ['a stop loss of a sell at the ask', { side: 'sell' }, { stopLoss: level('1.08458') }, 'STOP_WRONG_SIDE'],
    ['one above it', { side: 'sell' }, { stopLoss: level('1.08459') }, undefined],
    ['a take profit of a sell at the ask', { side: 'sell' }, { takeProfit: level('1.08458') }, 'STOP_WRONG_SIDE'],
    ['one below it', { side: 'sell' }, { takeProfit: level('1.08457') }, undefined],
    ['a level off the tick', {}, { stopLoss: level('1.080001') }, 'PRICE_OFF_TICK'],
    ['a distance off the tick', {}, { takeProfit: distance('0.006001') }, 'PRICE_OFF_TICK'],
    ['a level of nothing', {}, { stopLoss: level('0') }, 'PRICE_OFF_TICK'],
    ['a distance of nothing', {}, { stopLoss: distance('0') }, 'PRICE_OFF_TICK'],
    ['a distance that leaves no price', {}, { stopLoss: distance('1.08400') }, 'STOP_WRONG_SIDE'],
  ])('with %s is judged by the price at which it would be closed', (_, told, protection, code) => {
    const on = books(told);
    const change = on.run(protect(protection));
    expect(change.decision?.denial?.code).toBe(code);
    if (code !== undefined) expect([change.positions, change.events]).toEqual([[], []]);
  });

  it('keeps the instrument’s distance from the market', () => {
    const far = contextOf(
      market({ EURUSD: ['1.08450', '1.08458'] }, { instruments: [instrument('EURUSD', { stopDistanceMinPoints: 20n })] }),
    );
    expect(books({}, far).run(protect({ stopLoss: level('1.08431') })).decision?.denial?.code).toBe('STOP_TOO_CLOSE');
    expect(books({}, far).run(protect({ stopLoss: level('1.08430') })).decision?.denial).toBeNull();
  });

  it('leaves a level that the market has nearly reached as it is', () => {
    const near = (stopLoss: string) =>
      books(
        { stopLossE8: priceE8(stopLoss) },
        contextOf(
          market({ EURUSD: ['1.08450', '1.08458'] }, { instruments: [instrument('EURUSD', { freezeDistancePoints: 10n })] }),
        ),
      );
    for (const stopLoss of [null, level('1.08000')]) {
      expect(near('1.08441').run(protect({ stopLoss })).decision?.denial?.code).toBe('LEVEL_FROZEN');
      expect(near('1.08440').run(protect({ stopLoss })).decision?.denial).toBeNull();
    }
    expect(near('1.08441').run(protect({ takeProfit: level('1.09000') })).decision?.denial).toBeNull();
  });

  it('is refused once the position is closed, or on an account that is suspended', () => {
    const on = books();
    on.run(close(ID));
    expect(on.run(protect({ stopLoss: level('1.08000') })).decision?.denial?.code).toBe('POSITION_NOT_OPEN');
    const suspended = books({}, NOW, { status: 'suspended' });
    expect(suspended.run(protect({ stopLoss: null })).decision?.denial?.code).toBe('ACCOUNT_NOT_ACTIVE');
  });
});

describe('a level of protection that is reached', () => {
  it('closes all that is open, by an order of the house that says what made it', () => {
    const on = books(PROTECTED);
    const change = on.run(fire(on.positions.get(ID), 'stop_loss'), at('1.07950', '1.07958'));
    expect(change.by).toBe('stop_loss');
    expect(change.orders).toMatchObject([
      { clientOrderId: null, origin: 'stop_loss', type: 'stop', status: 'filled', closesPositionId: ID, side: 'sell' },
    ]);
    // The gap is the client's: at the first price that there is.
    expect(change.deals).toMatchObject([{ priceE8: priceE8('1.07950'), levelE8: priceE8('1.08000'), volumeE8: lotsE8('0.5') }]);
    expect(change.account.positions).toEqual([]);
  });

  it('takes a profit at the level or better, and waits on where the price has left it again', () => {
    const on = books(PROTECTED);
    const armed = on.positions.get(ID);
    expect(on.try(fire(armed, 'take_profit'), at('1.08999', '1.09007'))).toEqual({
      ok: false,
      refusal: { refusedAs: 'not_reached' },
    });
    expect(on.run(fire(armed, 'take_profit'), at('1.09003', '1.09011')).deals).toMatchObject([{ priceE8: priceE8('1.09003') }]);
  });

  it('follows the open volume: after a part was closed it closes the rest, armed anew', () => {
    const on = books(PROTECTED);
    const before = on.positions.get(ID);
    on.run(close(ID, '0.20'));
    const low = at('1.07950', '1.07958');
    expect(on.try(fire(before, 'stop_loss'), low)).toEqual({ ok: false, refusal: { refusedAs: 'nothing_to_do' } });
    expect(on.run(fire(on.positions.get(ID), 'stop_loss'), low).deals).toMatchObject([{ volumeE8: lotsE8('0.3') }]);
  });

  it('has one winner: the stop loss, the take profit and the client’s close meet, and one of them closes', () => {
    for (const first of ['stop_loss', 'take_profit', 'close'] as const) {
      const on = books({ stopLossE8: priceE8('1.08500'), takeProfitE8: priceE8('1.08400') });
      const armed = on.positions.get(ID);
      const commands = { stop_loss: fire(armed, 'stop_loss'), take_profit: fire(armed, 'take_profit'), close: close(ID) };
      on.run(commands[first]);
      for (const [name, command] of Object.entries(commands)) if (name !== first) on.try(command);
      expect(on.deals).toHaveLength(1);
      expect(on.account.positions).toEqual([]);
    }
  });

  it.each([
    ['a price that is stale', at('1.07950', '1.07958', 60_000)],
    [
      'a symbol that is disabled',
      contextOf(market({ EURUSD: ['1.07950', '1.07958'] }, { instruments: [instrument('EURUSD', { tradeMode: 'disabled' })] })),
    ],
  ])('is kept on %s: it is to be tried again', (_, context) => {
    const on = books(PROTECTED);
    expect(on.try(fire(on.positions.get(ID), 'stop_loss'), context)).toEqual({
      ok: false,
      refusal: { refusedAs: 'not_tradable' },
    });
  });

  it('is carried out on an account that is suspended', () => {
    const on = books(PROTECTED, NOW, { status: 'suspended' });
    expect(on.run(fire(on.positions.get(ID), 'stop_loss'), at('1.07950', '1.07958')).deals).toHaveLength(1);
  });

  it('goes to the provider that holds the position, for any price, and is armed again when the close failed', () => {
    const provided = { group: group({ flow: 'provider' }) };
    const low = { ...at('1.07950', '1.07958'), ...provided };
    const on = books({ ...PROTECTED, flow: 'provider', provider: LP_A, openingRequestId: '9000000001' as RequestId }, low);
    const sent = on.run(fire(on.positions.get(ID), 'stop_loss'));
    expect(sent.instructions).toMatchObject([{ kind: 'close', order: { maxDeviationE8: null, origin: 'stop_loss' } }]);
    const closing = on.positions.get(ID);
    expect(on.try(fire(closing, 'take_profit'))).toEqual({ ok: false, refusal: { refusedAs: 'nothing_to_do' } });
    on.run(report(sent.orders[0]!, 'rejected'));
    expect(on.positions.get(ID)).toMatchObject({ closingOrderId: null, stopLossE8: priceE8('1.08000') });
    expect(on.run(fire(on.positions.get(ID), 'stop_loss')).instructions).toHaveLength(1);
  });

  it('that the position does not have does nothing', () => {
    const on = books({ stopLossE8: 1n as PriceE8 });
    expect(on.try(fire(on.positions.get(ID), 'take_profit'))).toEqual({ ok: false, refusal: { refusedAs: 'nothing_to_do' } });
  });
});
