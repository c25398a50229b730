import { MESSAGES, type MessageName } from '@margrave/contracts';
import type { ProviderName } from '@margrave/vocabulary';
import { lots, priceE8, requestIdOf } from '../testing/scene.ts';
import { readRequest } from './requests.ts';

const provider = 'lp-a' as ProviderName;
const NEW = MESSAGES.ProviderOrderNewV1;
const read = (subject: string, body: unknown) =>
  readRequest({ subject, data: new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body)) });
const readNew = (differently: object = {}) => read(NEW.subject({ provider }), { ...NEW.example, ...differently });

it('reads an order', () => {
  expect(readNew()).toEqual({
    kind: 'new',
    requestId: requestIdOf(470),
    symbol: 'EUR/USD',
    side: 'buy',
    volumeE8: lots('0.10'),
    limit: null,
    maxDeviationE8: priceE8('0.00020'),
    referencePriceE8: priceE8('1.08454'),
    isSupported: true,
    isWhole: false,
    sendBeforeMs: Date.parse('2026-01-05T10:00:02.123Z'),
  });
});

it.each([
  [
    { maxDeviation: null, referencePrice: null },
    { maxDeviationE8: null, referencePriceE8: null },
  ],
  [{ referencePrice: undefined }, { referencePriceE8: null }],
  [{ timeInForce: 'fok' }, { isSupported: true, isWhole: true }],
  [{ timeInForce: 'gtc' }, { isSupported: false }],
  [{ price: '1.08000' }, { isSupported: false }],
  [{ price: '0' }, { isSupported: false }],
  [{ stopPrice: '1.08000' }, { isSupported: false }],
  [
    { type: 'limit', price: '1.08000' },
    { isSupported: true, isWhole: false, limit: { priceE8: priceE8('1.08000'), rests: false }, maxDeviationE8: null },
  ],
  [
    { type: 'limit', price: '1.08000', timeInForce: 'fok' },
    { isSupported: true, isWhole: true, limit: { priceE8: priceE8('1.08000'), rests: false } },
  ],
  [
    { type: 'limit', price: '1.08000', timeInForce: 'gtc' },
    { isSupported: true, isWhole: false, limit: { priceE8: priceE8('1.08000'), rests: true } },
  ],
  [
    { type: 'limit', price: null },
    { isSupported: false, limit: null },
  ],
  [
    { type: 'limit', price: '0.00' },
    { isSupported: false, limit: null },
  ],
  [{ type: 'limit', price: '1.08000', stopPrice: '1.07000' }, { isSupported: false }],
  [{ type: 'limit', price: '1.08000', timeInForce: 'day' }, { isSupported: false }],
  [{ type: 'limit', price: '1.08000', timeInForce: 'gtd' }, { isSupported: false }],
  [
    { type: 'stop', stopPrice: '1.08000', timeInForce: 'gtc' },
    { isSupported: false, limit: null },
  ],
  [
    { type: 'stop_limit', price: '1.08000', stopPrice: '1.08000', timeInForce: 'gtc' },
    { isSupported: false, limit: null },
  ],
  [{ somethingNew: 1 }, { isSupported: true }],
])('reads %j in an order as %j', (differently, expected) => {
  expect(readNew(differently)).toMatchObject({ kind: 'new', ...expected });
});

it.each(['close', 'cancel', 'replace', 'protect', 'status'] as const)(
  'reads a %s request with the request it is about',
  (kind) => {
    const name = `ProviderOrder${kind.charAt(0).toUpperCase()}${kind.slice(1)}V1` as MessageName;
    const request = read(`provider.lp-a.orders.v1.${kind}`, MESSAGES[name].example);
    expect(request).toMatchObject({ kind, symbol: 'EUR/USD' });
    if (kind !== 'close') expect(request).toMatchObject({ originalRequestId: requestIdOf(470), side: 'buy' });
  },
);

it.each([
  [undefined, { limit: null, maxDeviationE8: priceE8('0.00020') }],
  [null, { limit: null, maxDeviationE8: priceE8('0.00020') }],
  ['1.08400', { limit: { priceE8: priceE8('1.08400'), rests: false }, maxDeviationE8: null }],
])('reads a close with the price %s as one at the market, or at its limit, at once', (price, expected) => {
  const CLOSE = MESSAGES.ProviderOrderCloseV1;
  const body = { ...CLOSE.example, maxDeviation: '0.00020', price };
  expect(read(CLOSE.subject({ provider }), body)).toMatchObject({ kind: 'close', isSupported: true, ...expected });
});

describe('a replacement', () => {
  const REPLACE = MESSAGES.ProviderOrderReplaceV1;
  const readReplace = (differently: object = {}) => read(REPLACE.subject({ provider }), { ...REPLACE.example, ...differently });

  it('is read with its whole volume, its limit and its time', () => {
    expect(readReplace()).toEqual({
      kind: 'replace',
      requestId: requestIdOf(472),
      originalRequestId: requestIdOf(470),
      symbol: 'EUR/USD',
      side: 'buy',
      volumeE8: lots('0.20'),
      limitPriceE8: priceE8('1.08300'),
      sendBeforeMs: Date.parse('2026-01-05T10:00:07.123Z'),
    });
  });

  it.each([{ price: null }, { price: '0' }, { stopPrice: '1.08000' }])('has no limit with %j', (differently) => {
    expect(readReplace(differently)).toMatchObject({ kind: 'replace', limitPriceE8: null });
  });
});

it.each([
  ['a number for a volume', { volume: 0.1 }],
  ['an exponent', { volume: '1e3' }],
  ['no sendBefore', { sendBefore: undefined }],
  ['a word of no list', { timeInForce: 'soon' }],
])('takes an order with %s for malformed, and knows whom to answer', (_what, differently) => {
  expect(readNew(differently)).toEqual({ kind: 'malformed', requestId: requestIdOf(470), symbol: 'EUR/USD', side: 'buy' });
});

it('takes a kind that it does not know for malformed', () => {
  expect(read('provider.lp-a.orders.v1.dance', NEW.example)).toMatchObject({ kind: 'malformed' });
});

it.each([
  ['what is not JSON', '{"requestId":'],
  ['a list', [NEW.example]],
  ['an order without an id', { ...NEW.example, requestId: undefined }],
  ['an id that is none', { ...NEW.example, requestId: '../etc' }],
  ['a name twice', '{"requestId":"1000000470","requestId":"1000000471","symbol":"EUR/USD","side":"buy"}'],
])('cannot read %s', (_what, body) => {
  expect(read(NEW.subject({ provider }), body)).toMatchObject({ kind: 'unreadable' });
});
