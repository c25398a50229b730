import { strayPrice } from './collar.ts';
import { instrument, market, order, priceE8, symbolName } from './testing/build.ts';
import { BUY, ID } from './testing/in-flight.ts';

const EURUSD = instrument('EURUSD');
const reserved = order(ID, { ...BUY, price: '1.20000' });
const closing = { ...reserved, reservation: null };
const quoteOf = (bid: string, ask: string) => market({ EURUSD: [bid, ask] }).quote(symbolName('EURUSD'));
const AT_ONE = quoteOf('1.00000', '1.00000');

describe('a price that a provider reports, where ten spike limits are a tenth', () => {
  it.each([
    ['0.90000', true],
    ['0.89999', false],
    ['1.10000', true],
    ['1.10001', false],
  ])('%s beside a quote of 1.00000: near it %s', (price, isNear) =>
    expect(strayPrice(closing, EURUSD, AT_ONE, priceE8(price)) === undefined).toBe(isNear),
  );

  it('may lie near what was reserved, wherever the market is by now', () => {
    expect(strayPrice(reserved, EURUSD, AT_ONE, priceE8('1.30000'))).toBeUndefined();
    expect(strayPrice(reserved, EURUSD, AT_ONE, priceE8('1.32001'))).toBe(
      `a fill of order ${ID} at 1.32001, more than 10/100 away from every price of EURUSD at hand: 1 to 1, 1.2 to 1.2`,
    );
  });

  it('may lie between the sides of a wide quote, and near either', () => {
    const wide = quoteOf('1.00000', '1.50000');
    expect(strayPrice(closing, EURUSD, wide, priceE8('0.92000'))).toBeUndefined();
    expect(strayPrice(closing, EURUSD, wide, priceE8('1.60000'))).toBeUndefined();
    expect(strayPrice(closing, EURUSD, wide, priceE8('1.20000'))).toBeUndefined();
    expect(strayPrice(closing, EURUSD, wide, priceE8('1.66000'))).toBeDefined();
  });

  it('is judged by what was reserved where there is no quote', () => {
    expect(strayPrice(reserved, EURUSD, undefined, priceE8('1.30000'))).toBeUndefined();
    expect(strayPrice(reserved, EURUSD, undefined, priceE8('90000000'))).toBe(
      `a fill of order ${ID} at 90000000, more than 10/100 away from every price of EURUSD at hand: 1.2 to 1.2`,
    );
  });

  it('is taken as it comes where there is nothing to judge it by', () =>
    expect(strayPrice(closing, EURUSD, undefined, priceE8('90000000'))).toBeUndefined());

  it('is judged by the spike limit of its instrument', () => {
    const wild = instrument('BTCUSD', { spikeLimit: { numerator: 5n, denominator: 100n } });
    expect(strayPrice(closing, wild, AT_ONE, priceE8('1.49999'))).toBeUndefined();
    expect(strayPrice(closing, wild, AT_ONE, priceE8('1.50001'))).toBeDefined();
  });
});
