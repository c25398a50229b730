import type { LotsE8 } from '@margrave/vocabulary';
import assert from 'node:assert/strict';
import type { Account } from './account.ts';
import type { Change } from './change.ts';
import type { PlaceOrder } from './command.ts';
import { decide } from './decide.ts';
import type { Denial } from './denial.ts';
import type { Group } from './group.ts';
import type { Market } from './market.ts';
import { account, contextOf, FX_WEEK, group, instrument, lotsE8, market, place, priceE8 } from './testing/build.ts';

const QUOTES = market({ EURUSD: ['1.08446', '1.08454'] });

interface Given {
  readonly account?: Account;
  readonly market?: Market;
  readonly group?: Group;
}

function decidePlace(command: PlaceOrder, given: Given = {}): Change {
  const decided = decide(given.account ?? account(), command, contextOf(given.market ?? QUOTES, given.group));
  assert(decided.ok);
  return decided.value;
}

const denialOf = (change: Change): Denial | null => change.decision?.denial ?? null;
const statusOf = (change: Change): string | undefined => change.orders[0]?.status;
const word = (value: string) => ({ kind: 'word', value });
const EURUSD = { symbol: word('EURUSD') };

/** Kept as a denied order with its decision; nothing else happens to the account but its version. */
function expectDenied(change: Change, code: string, numbers: Record<string, unknown>): void {
  expect(denialOf(change)).toEqual({ code, numbers });
  expect(change.orders.map(({ status, reason }) => [status, reason])).toEqual([['denied', code]]);
  expect(change.events.map(({ type }) => type)).toEqual(['order.denied']);
  expect([change.deals, change.positions, change.ledger, change.instructions]).toEqual([[], [], [], []]);
  expect(change.account.balanceE8).toBe(change.before.balanceE8);
  expect(change.account.orders).toEqual(change.before.orders);
}

describe('an order is denied', () => {
  it.each([
    ['suspended', 'ACCOUNT_NOT_ACTIVE'],
    ['close_only', 'ACCOUNT_CLOSE_ONLY'],
  ] as const)('on an account that is %s', (status, code) =>
    expectDenied(decidePlace(place('EURUSD', 'buy', '1'), { account: account({ status }) }), code, { status: word(status) }),
  );

  it('of a symbol that nobody lists', () =>
    expectDenied(decidePlace(place('EURXYZ', 'buy', '1')), 'SYMBOL_UNKNOWN', { symbol: word('EURXYZ') }));

  it('of a symbol that the group may not trade', () =>
    expectDenied(
      decidePlace(place('EURUSD', 'buy', '1'), { group: group({ permitted: ['GBPUSD'] }) }),
      'SYMBOL_NOT_PERMITTED',
      EURUSD,
    ));

  it('of a symbol that the provider does not list, unless it is filled in house', () => {
    const given = { market: market({ EURUSD: ['1.08446', '1.08454'] }, { listed: false }), group: group({ flow: 'provider' }) };
    expectDenied(decidePlace(place('EURUSD', 'buy', '1'), given), 'PROVIDER_UNAVAILABLE', EURUSD);
    expect(statusOf(decidePlace(place('EURUSD', 'buy', '0.1'), { ...given, group: group() }))).toBe('filled');
  });

  it.each(['close_only', 'disabled'] as const)('of an instrument that is %s', (tradeMode) => {
    const closing = market({ EURUSD: ['1.08446', '1.08454'] }, { instruments: [instrument('EURUSD', { tradeMode })] });
    const numbers = { ...EURUSD, tradeMode: word(tradeMode) };
    expectDenied(decidePlace(place('EURUSD', 'buy', '1'), { market: closing }), 'TRADE_MODE_FORBIDS', numbers);
  });

  const sizes = (volumeE8: bigint) => ({
    volume: { kind: 'lots', valueE8: volumeE8 },
    volumeMin: { kind: 'lots', valueE8: lotsE8('0.02') },
    volumeMax: { kind: 'lots', valueE8: lotsE8('5') },
    volumeStep: { kind: 'lots', valueE8: lotsE8('0.02') },
  });
  const sized = instrument('EURUSD', { volumeMinE8: lotsE8('0.02'), volumeMaxE8: lotsE8('5'), volumeStepE8: lotsE8('0.02') });
  const sizedMarket = market({ EURUSD: ['1.08446', '1.08454'] }, { instruments: [sized] });

  it.each([
    ['0.01999999', 'VOLUME_TOO_SMALL'],
    ['0', 'VOLUME_TOO_SMALL'],
    ['-1', 'VOLUME_TOO_SMALL'],
    ['5.00000001', 'VOLUME_TOO_LARGE'],
    ['90000000000', 'VOLUME_TOO_LARGE'],
    ['0.03', 'VOLUME_OFF_STEP'],
    ['4.99999999', 'VOLUME_OFF_STEP'],
  ])('of %s lots where 0.02 to 5 by 0.02 are traded: %s', (lots, code) =>
    expectDenied(decidePlace(place('EURUSD', 'buy', lots), { market: sizedMarket }), code, sizes(lotsE8(lots))),
  );
  it.each(['0.02', '0.04', '5'])('but not of %s lots', (lots) =>
    expect(
      statusOf(decidePlace(place('EURUSD', 'buy', lots), { market: sizedMarket, account: account({ balance: '1000000' }) })),
    ).toBe('filled'),
  );

  it('with a deviation finer than the price, which is never rounded', () => {
    expectDenied(decidePlace(place('EURUSD', 'buy', '1', '0.000011')), 'PRECISION_EXCEEDED', {
      field: word('maxDeviation'),
      digits: { kind: 'count', value: 5n },
    });
    expect(statusOf(decidePlace(place('EURUSD', 'buy', '1', '0.00001')))).toBe('filled');
  });

  it('on a price that nobody has seen', () =>
    expectDenied(
      decidePlace(place('EURUSD', 'buy', '1'), { market: market({}, { instruments: [instrument('EURUSD')] }) }),
      'PRICE_UNAVAILABLE',
      EURUSD,
    ));

  it('on a price that the markup leaves nothing of', () =>
    expectDenied(
      decidePlace(place('EURUSD', 'sell', '1'), {
        market: market({ EURUSD: ['0.00005', '0.00006'] }),
        group: group({ markups: { EURUSD: 10n } }),
      }),
      'PRICE_UNAVAILABLE',
      EURUSD,
    ));

  it('on a price a millisecond older than its limit, not at the limit', () => {
    const aged = (ageMs: number) =>
      decidePlace(place('EURUSD', 'buy', '1'), { market: market({ EURUSD: ['1.08446', '1.08454', ageMs] }) });
    expect(statusOf(aged(10_000))).toBe('filled');
    expectDenied(aged(10_001), 'PRICE_STALE', {
      ...EURUSD,
      priceAgeMs: { kind: 'milliseconds', value: 10_001 },
      priceAgeMsMax: { kind: 'milliseconds', value: 10_000 },
    });
  });

  it('from the instant that the session closes, however fresh the price', () => {
    const at = (utc: string) =>
      decidePlace(place('EURUSD', 'buy', '1'), {
        market: market(
          { EURUSD: ['1.08446', '1.08454'] },
          { instruments: [instrument('EURUSD', { sessions: FX_WEEK })], nowMs: Date.parse(utc) },
        ),
      });
    expect(statusOf(at('2026-01-09T21:59:59.999Z'))).toBe('filled');
    expectDenied(at('2026-01-09T22:00:00.000Z'), 'SESSION_CLOSED', EURUSD);
  });

  describe('for want of a conversion rate', () => {
    const wanted = { from: word('CHF'), to: word('USD') };
    const traded = (quotes: Parameters<typeof market>[0], told: Parameters<typeof market>[1] = {}) =>
      decidePlace(place('AUDCHF', 'buy', '0.1'), {
        market: market({ AUDCHF: ['0.58730', '0.58748'], AUDUSD: ['0.65815', '0.65825'], ...quotes }, told),
        group: group({ permitted: ['AUDCHF'] }),
      });

    it('where no pair and no path leads to the account’s currency', () =>
      expectDenied(traded({}), 'CONVERSION_RATE_MISSING', wanted));
    it('where the only pair is stale while it trades', () =>
      expectDenied(traded({ USDCHF: ['0.89234', '0.89246', 10_001] }), 'CONVERSION_RATE_MISSING', wanted));
    it('but not where the pair rests with its session: its last price is good', () =>
      expect(
        statusOf(
          traded(
            { USDCHF: ['0.89234', '0.89246', 999_999] },
            { instruments: [instrument('USDCHF', { sessions: { ...FX_WEEK, holidays: ['2026-01-07'] } })] },
          ),
        ),
      ).toBe('filled'));
  });

  it('for one reason, the first in the order of the checks', () =>
    expect(
      denialOf(decidePlace(place('EURXYZ', 'buy', '0'), { account: account({ status: 'suspended', balance: '0' }) }))?.code,
    ).toBe('ACCOUNT_NOT_ACTIVE'));
});

describe('what nobody should ask for', () => {
  it.each(['90000000000', '0', '99999.99999'])('a deviation of %s is decided, not thrown at', (deviation) => {
    const change = decidePlace(
      { ...place('EURUSD', 'buy', '1'), maxDeviationE8: priceE8(deviation) },
      { group: group({ flow: 'provider' }) },
    );
    expect(['queued', 'denied']).toContain(statusOf(change));
  });
  it('a volume far beyond everything is too large', () =>
    expect(denialOf(decidePlace({ ...place('EURUSD', 'buy', '1'), volumeE8: (10n ** 30n) as LotsE8 }))?.code).toBe(
      'VOLUME_TOO_LARGE',
    ));
});
