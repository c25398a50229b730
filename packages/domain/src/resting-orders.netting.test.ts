import type { Position } from './account.ts';
import type { PlaceOrder } from './command.ts';
import { Books } from './testing/books.ts';
import { account, contextOf, lotsE8, market, place, position, priceE8 } from './testing/build.ts';
import { withMargin } from './testing/laws.ts';

const at = (bid: string, ask: string) => contextOf(market({ EURUSD: [bid, ask] }));
const NOW = at('1.08450', '1.08458');
const HELD = { stopLossE8: priceE8('1.07000'), takeProfitE8: priceE8('1.10000') };

/** A netting account that has bought half a lot at 1.084, with an order that has waited and is executed at 1.08. */
function fired(side: 'buy' | 'sell', lots: string, protection: PlaceOrder['protection']): Books {
  const held = position('3000000001', { symbol: 'EURUSD', side: 'buy', lots: '0.50', price: '1.08400' }, HELD);
  const books = new Books(withMargin(account({ mode: 'netting', positions: [held] }), NOW), NOW);
  const price =
    side === 'buy' ? { type: 'limit', limitPriceE8: priceE8('1.08000') } : { type: 'stop', stopPriceE8: priceE8('1.08000') };
  const [order] = books.run({ ...place('EURUSD', side, lots), timeInForce: 'gtc', ...price, protection } as PlaceOrder).orders;
  if (order?.status !== 'working') throw new Error('the order does not wait');
  books.run({ kind: 'trigger', orderId: order.orderId, armedVersion: order.version }, at('1.07992', '1.08000'));
  return books;
}
const only = (books: Books): Position | undefined => {
  expect(books.account.positions.length).toBeLessThanOrEqual(1);
  return books.account.positions[0];
};
const NONE = { stopLoss: null, takeProfit: null };

describe('an order that waited, on a netting account', () => {
  it('adds to the position, which takes the level that the order names and keeps the one that it does not', () => {
    const books = fired('buy', '0.20', { stopLoss: { kind: 'price', priceE8: priceE8('1.06000') }, takeProfit: null });
    expect(only(books)).toMatchObject({
      positionId: '3000000001',
      openVolumeE8: lotsE8('0.70'),
      stopLossE8: priceE8('1.06000'),
      takeProfitE8: HELD.takeProfitE8,
    });
  });

  it('takes from the position, which keeps its levels', () => {
    const books = fired('sell', '0.20', NONE);
    expect(only(books)).toMatchObject({ positionId: '3000000001', side: 'buy', openVolumeE8: lotsE8('0.30'), ...HELD });
    expect(books.deals).toMatchObject([{ entry: 'out', volumeE8: lotsE8('0.20'), levelE8: priceE8('1.08000') }]);
  });

  it('closes the position whole', () => {
    expect(only(fired('sell', '0.50', NONE))).toBeUndefined();
  });

  it('turns the position round: the rest is one of its own, protected as the order says, from where it was executed', () => {
    const distance = { kind: 'distance', distanceE8: priceE8('0.00500') } as const;
    const books = fired('sell', '0.80', { stopLoss: distance, takeProfit: null });
    const turned = only(books);
    expect(turned).toMatchObject({
      side: 'sell',
      openVolumeE8: lotsE8('0.30'),
      stopLossE8: priceE8('1.08492'),
      takeProfitE8: null,
    });
    expect(turned?.positionId).not.toBe('3000000001');
    expect(books.deals).toMatchObject([
      { entry: 'out', volumeE8: lotsE8('0.50') },
      { entry: 'in', volumeE8: lotsE8('0.30') },
    ]);
  });
});
