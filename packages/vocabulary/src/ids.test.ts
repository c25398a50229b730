import { currencyDecimals } from './currency.ts';
import {
  checkAccountId,
  checkClientOrderId,
  checkCurrency,
  checkDecisionId,
  checkGroupId,
  checkOrderId,
  checkPositionId,
  checkProviderName,
  checkRequestId,
  checkSymbolName,
} from './ids.ts';

const HOSTILE = [
  ...[
    '',
    ' ',
    '\n',
    '\u0000',
    '＊',
    '*',
    '>',
    '.',
    '1.5',
    '-1',
    '+1',
    '0x10',
    '1e10',
    'NaN',
    '١٢٣٤٥٦٧٨٩٠',
    '１２３４５６７８９０',
  ],
  ...['1000000001 ', ' 1000000001', '1000000001\n', '1000000001;', "' OR 1=1 --", '../1000000001', '__proto__', 'constructor'],
];

describe('an id', () => {
  it.each([checkAccountId, checkOrderId, checkPositionId, checkRequestId, checkDecisionId])(
    'is ten digits at least, does not begin with zero, and fits a PostgreSQL bigint (%#)',
    (check) => {
      for (const id of ['1000000000', '9999999999', '999999999999999999']) expect(check(id)).toBe(id);
      for (const id of ['999999999', '0100000000', '9223372036854775808', '9999999999999999999', '1'.repeat(40)]) {
        expect([id, check(id)]).toEqual([id, undefined]);
      }
      for (const id of HOSTILE) expect([id, check(id)]).toEqual([id, undefined]);
    },
  );
});

describe('a client’s own key', () => {
  it.each(['a', 'my-1', 'A_b.c:d-9', 'x'.repeat(48)])('may be %j', (key) => expect(checkClientOrderId(key)).toBe(key));
  it.each(['', 'x'.repeat(49), 'a b', 'a/b', 'a\n', 'ä', 'a\u200b', '@a', 'a*'])('may not be %j', (key) =>
    expect(checkClientOrderId(key)).toBeUndefined(),
  );
});

describe('a name of configuration', () => {
  it.each(['EURUSD', 'US500', 'BTC-USD', 'A'])('may be the symbol %j', (name) => expect(checkSymbolName(name)).toBe(name));
  it.each([
    '',
    'eurusd',
    'EUR/USD',
    'EUR.USD',
    'EURUSD\u200b',
    'ＥＵＲＵＳＤ',
    '-A',
    'A*',
    'A>',
    'A:',
    'A'.repeat(25),
    ...HOSTILE,
  ])('may not be the symbol %j', (name) => expect(checkSymbolName(name)).toBeUndefined());
  it.each([checkGroupId, checkProviderName])('is short, lower case and plain (%#)', (check) => {
    for (const name of ['standard', 'lp-a', 'x1']) expect(check(name)).toBe(name);
    for (const name of [
      'Standard',
      '-a',
      'a.b',
      'a*',
      'a>',
      'a'.repeat(33),
      ...HOSTILE.filter((each) => !/^[a-z0-9]+$/.test(each)),
    ]) {
      expect([name, check(name)]).toEqual([name, undefined]);
    }
  });
  it.each(['USD', 'USDT', 'XAU', 'US500'])('may be the currency %j', (name) => expect(checkCurrency(name)).toBe(name));
  it.each(['', 'usd', 'US', '1AB', 'USD ', 'A'.repeat(9)])('may not be the currency %j', (name) =>
    expect(checkCurrency(name)).toBeUndefined(),
  );
});

describe('the minor unit', () => {
  it.each([
    ['USD', 2],
    ['EUR', 2],
    ['JPY', 0],
    ['BTC', 8],
  ])('of %s has %s decimals', (name, decimals) => {
    const currency = checkCurrency(name);
    expect(currency && currencyDecimals(currency)).toBe(decimals);
  });
});
