import type { Currency, PriceE8 } from '@margrave/vocabulary';
import assert from 'node:assert/strict';
import type { Account } from './account.ts';
import type { Change } from './change.ts';
import type { PlaceOrder } from './command.ts';
import { decide } from './decide.ts';
import type { Denial } from './denial.ts';
import type { Group } from './group.ts';
import type { Market } from './market.ts';
import {
  account,
  contextOf,
  decimal,
  group,
  instrument,
  lotsE8,
  market,
  moneyE8,
  NOW_MS,
  order,
  place,
  position,
  priceE8,
} from './testing/build.ts';
import { withMargin } from './testing/laws.ts';

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

/** Kept as a denied order with its decision; nothing else happens to the account but its version. */
function expectDenied(change: Change, code: string, numbers: Record<string, unknown>): void {
  expect(denialOf(change)).toEqual({ code, numbers });
  expect(change.orders.map(({ status, reason }) => [status, reason])).toEqual([['denied', code]]);
  expect(change.events.map(({ type }) => type)).toEqual(['order.denied']);
  expect([change.deals, change.positions, change.ledger, change.instructions]).toEqual([[], [], [], []]);
  expect(change.account.balanceE8).toBe(change.before.balanceE8);
  expect(change.account.orders).toEqual(change.before.orders);
}

describe('free margin', () => {
  // 1 lot at 1.08454 takes 1084.54 at 1:100.
  it('that fits exactly is enough, one cent less is not', () => {
    expect(statusOf(decidePlace(place('EURUSD', 'buy', '1'), { account: account({ balance: '1084.54' }) }))).toBe('filled');
    const refused = decidePlace(place('EURUSD', 'buy', '1'), { account: account({ balance: '1084.53' }) });
    const usd = (text: string) => ({ kind: 'money', valueE8: moneyE8(text), currency: 'USD' });
    expectDenied(refused, 'MARGIN_EXCEEDS_FREE', {
      required: usd('1084.54'),
      free: usd('1084.53'),
      equity: usd('1084.53'),
      marginTotal: usd('0'),
      commission: usd('0'),
      currency: word('USD'),
      largestVolume: { kind: 'lots', valueE8: lotsE8('0.99') },
      price: { kind: 'price', valueE8: priceE8('1.08454') },
      priceAgeMs: { kind: 'milliseconds', value: 5 },
    });
  });

  it('must cover the entry commission too', () => {
    const charged = group({ commission: { kind: 'per_lot', perLotE8: moneyE8('3.5'), on: 'both', minimumE8: moneyE8('0') } });
    expect(statusOf(decidePlace(place('EURUSD', 'buy', '1'), { account: account({ balance: '1088.04' }), group: charged }))).toBe(
      'filled',
    );
    const refused = decidePlace(place('EURUSD', 'buy', '1'), { account: account({ balance: '1088.03' }), group: charged });
    expect(denialOf(refused)?.numbers['required']).toMatchObject({ valueE8: moneyE8('1088.04') });
    expect(denialOf(refused)?.numbers['commission']).toMatchObject({ valueE8: moneyE8('3.50') });
  });

  it('counts credit and what is open at closing prices', () => {
    const losing = position('3000000001', { symbol: 'EURUSD', side: 'buy', lots: '1', price: '1.08546' });
    const at = (balance: string) =>
      decidePlace(place('EURUSD', 'buy', '0.01'), {
        account: withMargin(account({ balance, creditE8: moneyE8('50'), positions: [losing] }), contextOf(QUOTES)),
      });
    // Loss 100, margin 1085.46 before and 1096.3054 after: 1146.31 − 0.0046 is what it takes.
    expect(statusOf(at('1146.31'))).toBe('filled');
    expect(statusOf(at('1146.30'))).toBe('denied');
  });

  it('is named in the path that converts margin, where there is one', () => {
    const cross = market({ EURGBP: ['0.85184', '0.85196'], GBPUSD: ['1.27304', '1.27316'], EURUSD: ['1.08446', '1.08454'] });
    const refused = decidePlace(place('EURGBP', 'buy', '1'), { account: account({ balance: '1' }), market: cross });
    expect(denialOf(refused)?.numbers['conversionPath']).toEqual(word('EURUSD'));
    expect(denialOf(refused)?.numbers['largestVolume']).toEqual({ kind: 'lots', valueE8: 0n });
  });

  it('in yen is whole yen', () => {
    const jpy = (balance: string) =>
      decidePlace(place('USDJPY', 'buy', '0.01'), {
        account: account({ currency: 'JPY', balance, leverage: 25n }),
        market: market({ USDJPY: ['151.410', '151.420'] }),
      });
    // 1 000 × 151.420 ÷ 25 = 6 056.8
    expect(statusOf(jpy('6057'))).toBe('filled');
    expect(denialOf(jpy('6056'))?.numbers['required']).toMatchObject({ valueE8: moneyE8('6057') });
  });
});

describe('a hedge', () => {
  const held = position('3000000001', { symbol: 'EURUSD', side: 'buy', lots: '1', price: '1.09454' });
  const broke = (positions = [held], at = QUOTES) => withMargin(account({ balance: '0', positions }), contextOf(at));

  it('needs no free margin up to the larger leg, and does beyond it', () => {
    expect(statusOf(decidePlace(place('EURUSD', 'sell', '1'), { account: broke() }))).toBe('filled');
    expect(denialOf(decidePlace(place('EURUSD', 'sell', '1.1'), { account: broke() }))?.numbers['largestVolume']).toEqual({
      kind: 'lots',
      valueE8: lotsE8('1'),
    });
  });

  it('is accepted while another symbol is stale, for equity does not decide it; what is no hedge is not', () => {
    const stale = market({ EURUSD: ['1.08446', '1.08454'], GBPUSD: ['1.27304', '1.27316', 10_001] });
    const both = broke([held, position('3000000002', { symbol: 'GBPUSD', side: 'buy', lots: '1', price: '1.27316' })], stale);
    const hedge = decidePlace(place('EURUSD', 'sell', '1'), { account: both, market: stale });
    expect(statusOf(hedge)).toBe('filled');
    expect(hedge.decision?.check).toMatchObject({ equityE8: null, freeBeforeE8: null, freeAfterE8: null });
    const more = decidePlace(place('EURUSD', 'buy', '0.01'), { account: both, market: stale });
    expect(denialOf(more)).toMatchObject({ code: 'PRICE_STALE', numbers: { symbol: word('GBPUSD') } });
  });

  it('on a netting account reduces without free margin, and turns around without more of it', () => {
    const netting = withMargin(account({ balance: '0', mode: 'netting', positions: [held] }), contextOf(QUOTES));
    const turned = decidePlace(place('EURUSD', 'sell', '2'), { account: netting });
    expect(statusOf(turned)).toBe('filled');
    expect(turned.account.positions.map(({ side, openVolumeE8 }) => [side, openVolumeE8])).toEqual([['sell', lotsE8('1')]]);
    expect(statusOf(decidePlace(place('EURUSD', 'sell', '2.1'), { account: netting }))).toBe('denied');
  });
});

describe('an order that the house takes', () => {
  const marked = group({
    markups: { EURUSD: 10n },
    commission: { kind: 'per_lot', perLotE8: moneyE8('3.5'), on: 'entry', minimumE8: moneyE8('0') },
  });

  it.each([
    ['buy', '1.08459'],
    ['sell', '1.08441'],
  ] as const)('fills a %s at once at the client price of its side, %s', (side, price) => {
    const change = decidePlace(place('EURUSD', side, '0.1'), { group: marked });
    expect(change.events.map(({ type }) => type)).toEqual([
      'order.accepted',
      'order.filled',
      'position.opened',
      'ledger.entry',
      'margin.changed',
    ]);
    expect(change.orders).toMatchObject([
      {
        status: 'filled',
        flow: 'local',
        provider: null,
        reservation: null,
        filledVolumeE8: lotsE8('0.1'),
        filledNotionalE16: lotsE8('0.1') * priceE8(price),
      },
    ]);
    const [filled] = change.orders;
    expect(change.positions).toMatchObject([
      {
        positionId: filled?.orderId,
        side,
        openVolumeE8: lotsE8('0.1'),
        openNotionalE16: lotsE8('0.1') * priceE8(price),
        flow: 'local',
        closingOrderId: null,
      },
    ]);
    expect(change.deals).toMatchObject([
      {
        entry: 'in',
        priceE8: priceE8(price),
        providerPriceE8: null,
        profitE8: 0n,
        commissionE8: moneyE8('0.35'),
        executionId: null,
      },
    ]);
    expect(change.ledger).toMatchObject([{ kind: 'commission', amountE8: moneyE8('-0.35'), house: 'commission' }]);
    expect([change.instructions, change.account.orders]).toEqual([[], []]);
    expect(change.by).toBe('client');
  });

  it('of a demo account never leaves it, whatever its group', () => {
    const change = decidePlace(place('EURUSD', 'buy', '0.1'), {
      account: account({ type: 'demo' }),
      group: group({ flow: 'provider' }),
    });
    expect(change.orders).toMatchObject([{ status: 'filled', flow: 'local', provider: null }]);
    expect(change.instructions).toEqual([]);
  });
});

describe('an order that a provider is sent', () => {
  const sent = (side: 'buy' | 'sell', maxDeviation: string | null = null): Change =>
    decidePlace(place('EURUSD', side, '0.1', maxDeviation), { group: group({ flow: 'provider', markups: { EURUSD: 10n } }) });

  it('is queued, reserves at its price plus the deviation, and waits', () => {
    const change = sent('buy', '0.00030');
    expect(change.events.map(({ type }) => type)).toEqual(['order.accepted', 'order.queued', 'margin.changed']);
    expect(change.orders).toMatchObject([
      {
        status: 'queued',
        flow: 'provider',
        provider: 'lp-a',
        filledVolumeE8: 0n,
        maxDeviationE8: priceE8('0.0003'),
        markupE8: priceE8('0.00005'),
        reservation: { priceE8: priceE8('1.08489'), unitBasis: decimal('1.08489') },
      },
    ]);
    expect(change.account.orders).toEqual(change.orders);
    expect([change.account.marginExecutedE8, change.account.marginTotalE8]).toEqual([0n, moneyE8('108.489')]);
    expect([change.positions, change.deals, change.ledger]).toEqual([[], [], []]);
  });

  it('is told the raw price, which its deviation counts from, and until when it may arrive', () => {
    const change = sent('sell');
    const [queued] = change.orders;
    expect(change.instructions).toEqual([
      {
        kind: 'new',
        requestId: queued?.requestId,
        order: queued,
        originalRequestId: null,
        referencePriceE8: priceE8('1.08446'),
        sendBeforeMs: NOW_MS + 2_000,
      },
    ]);
    expect(queued?.maxDeviationE8).toBe(priceE8('0.0002'));
  });

  it('is refused where the price alone would fit and the deviation does not', () => {
    const live = group({ flow: 'provider' });
    const at = (balance: string) =>
      decidePlace(place('EURUSD', 'buy', '1', '0.00020'), { account: account({ balance }), group: live });
    expect(statusOf(at('1084.74'))).toBe('queued');
    expect(statusOf(at('1084.73'))).toBe('denied');
  });

  it('beside others in flight must fit with all of them', () => {
    const live = group({ flow: 'provider' });
    const flying = withMargin(
      account({
        balance: '2169.28',
        orders: [order('4000000001', { symbol: 'EURUSD', side: 'buy', lots: '1', price: '1.08474' })],
      }),
      contextOf(QUOTES, live),
    );
    expect(statusOf(decidePlace(place('EURUSD', 'buy', '1', '0'), { account: flying, group: live }))).toBe('queued');
    const poorer = { ...flying, balanceE8: moneyE8('2169.27') };
    expect(statusOf(decidePlace(place('EURUSD', 'buy', '1', '0'), { account: poorer, group: live }))).toBe('denied');
  });
});

describe('the decision record', () => {
  it('says what it was decided on, and names the quotes that were looked at and no others', () => {
    const eur = market({
      EURGBP: ['0.85184', '0.85196'],
      EURUSD: ['1.08446', '1.08454'],
      GBPUSD: ['1.27304', '1.27316'],
      USDJPY: ['151.410', '151.420'],
      USDCHF: ['0.89234', '0.89246'],
    });
    const positions = [
      position('3000000001', { symbol: 'USDJPY', side: 'buy', lots: '0.1', price: '151.420', unitBasis: decimal('1') }),
    ];
    const before = withMargin(account({ positions, version: 41n }), contextOf(eur));
    const { decision, orders } = decidePlace(place('EURGBP', 'buy', '0.1'), { account: before, market: eur });
    expect(decision).toMatchObject({
      command: 'place',
      orderId: orders[0]?.orderId,
      decisionId: orders[0]?.decisionId,
      denial: null,
      engineVersion: '2',
      configurationVersion: 7n,
      accountVersion: 41n,
      symbol: 'EURGBP',
      side: 'buy',
      volumeE8: lotsE8('0.1'),
      priceE8: priceE8('0.85196'),
      unitBasis: decimal('1.08454'),
      leverage: 100n,
      conversionPath: ['EURUSD'],
      decidedAtMs: NOW_MS,
    });
    expect(decision?.quotes.map(({ symbol, bidE8, sequence }) => [symbol, bidE8, sequence]).sort()).toEqual([
      ['EURGBP', priceE8('0.85184'), 1n],
      ['EURUSD', priceE8('1.08446'), 2n],
      ['GBPUSD', priceE8('1.27304'), 3n],
      ['USDJPY', priceE8('151.410'), 4n],
    ]);
  });

  it('of a denial that needed no price names none', () =>
    expect(decidePlace(place('EURXYZ', 'buy', '1')).decision).toMatchObject({ quotes: [], check: null, priceE8: null }));

  it('is made on any kind of market: one whose parts are methods too', () => {
    class ClassMarket implements Market {
      readonly nowMs = NOW_MS;
      readonly configurationVersion = 7n;
      readonly #listed = instrument('EURUSD');
      instrument(symbol: string) {
        return symbol === this.#listed.symbol ? this.#listed : undefined;
      }
      quote(symbol: string) {
        return (
          this.instrument(symbol) && { bidE8: 108_446_000n as PriceE8, askE8: 108_454_000n as PriceE8, ageMs: 1, sequence: 1n }
        );
      }
      pair(base: Currency, quote: Currency) {
        return base === 'EUR' && quote === 'USD' ? this.#listed : undefined;
      }
      isListedAt(_provider: string, symbol: string) {
        return symbol === this.#listed.symbol;
      }
    }
    expect(statusOf(decidePlace(place('EURUSD', 'buy', '0.1'), { market: new ClassMarket() }))).toBe('filled');
    const sent = decidePlace(place('EURUSD', 'buy', '0.1'), { market: new ClassMarket(), group: group({ flow: 'provider' }) });
    expect(statusOf(sent)).toBe('queued');
  });
});
