import {
  absolute,
  compareFractions,
  divide,
  formatE8,
  fraction,
  SCALE_E8,
  type Currency,
  type Fraction,
  type LotsE8,
  type Side,
} from '@margrave/vocabulary';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Position } from './account.ts';
import { dealCommission } from './commission.ts';
import { convertProfit, profitRates } from './conversion.ts';
import { decide } from './decide.ts';
import type { LeverageTier, MarginPolicies } from './group.ts';
import type { Instrument } from './instrument.ts';
import { accountMargin } from './margin/account-margin.ts';
import { unitBasis } from './margin/basis.ts';
import { bookedMoney } from './money.ts';
import { equity, quoteProfitE16 } from './profit.ts';
import {
  account,
  contextOf,
  decimal,
  group,
  instrument,
  lotsE8,
  market,
  moneyE8,
  place,
  POLICIES,
  position,
  priceE8,
  type QuoteText,
} from './testing/build.ts';

/** What a page gives, in its own words (cases/README.md of the design texts); no page gives all of it. */
interface Inputs {
  readonly account_currency?: string;
  readonly symbol: string;
  readonly quote_currency?: string;
  readonly leverage?: string;
  readonly symbol_leverage?: string;
  /** The fraction of the notional: one over the leverage. */
  readonly margin_rate?: string;
  readonly contract_size?: string;
  readonly volume_lots?: string;
  readonly volume_units?: string;
  readonly side?: Side;
  readonly open_price?: string;
  readonly order_price?: string;
  readonly mark_price?: string;
  readonly close_price?: string;
  readonly current_bid?: string;
  readonly current_ask?: string;
  readonly current_mid?: string;
  readonly conversion_pair?: string;
  readonly conversion_rate?: string;
  readonly conversion_bid?: string;
  readonly conversion_ask?: string;
  readonly conversion_op?: 'multiply' | 'divide';
  readonly tiers?: readonly { readonly up_to_lots: string | null; readonly leverage: string }[];
  readonly positions?: readonly { readonly side: Side; readonly volume_lots: string; readonly open_price?: string }[];
  readonly hedged_margin_rate?: string;
  readonly balance?: string;
  readonly commission?: string;
  readonly commission_per_lot?: string;
}

interface Published {
  readonly id: string;
  readonly topic: string;
  readonly inputs: Inputs;
  readonly expected: Readonly<Record<string, string>>;
  readonly exact: Readonly<Record<string, string>>;
}

const PUBLISHED = JSON.parse(
  readFileSync(new URL('./testing/published-cases.json', import.meta.url), 'utf8'),
) as readonly Published[];
const caseOf = (id: string): Published => {
  const found = PUBLISHED.find((each) => each.id === id);
  assert(found, `no case ${id}`);
  return found;
};
const rows = (ids: string) => ids.split(' ').map((id) => [id, caseOf(id)] as const);

function exact({ exact: all }: Published, name: string): Fraction {
  const [numerator = '', denominator = ''] = (all[name] ?? '').split('/');
  return fraction(BigInt(numerator), BigInt(denominator));
}

/** As many decimals as the page prints, half away from zero as it prints them. */
function printed(amountE8: Fraction, expected: string): string {
  const decimals = expected.split('.')[1]?.length ?? 0;
  return formatE8(bookedMoney(amountE8, decimals, 'half_away'), decimals);
}

const currencyOf = ({ account_currency = 'USD' }: Inputs): Currency => account_currency as Currency;

/** The whole number that the rate is one over. */
const leverageOf = ({ leverage, margin_rate, tiers }: Inputs): bigint => {
  if (leverage !== undefined) return BigInt(leverage);
  if (margin_rate !== undefined) return divide(SCALE_E8 * SCALE_E8, lotsE8(margin_rate), 'half_away') / SCALE_E8;
  return BigInt(tiers?.[0]?.leverage ?? '1');
};

const lotsOf = ({ volume_lots, volume_units = '1' }: Inputs): string => volume_lots ?? volume_units;

/** A page that names units has lots of one unit; one that names no quote currency quotes in the account's, or converts from it. */
function listed({ topic, inputs }: Published): Instrument {
  const { symbol, conversion_pair: pair = '', symbol_leverage: cap } = inputs;
  const isFx = !topic.includes('cfd') && /forex|hedged|^pnl|^commission|walkthrough/.test(topic);
  const foreign = [pair.slice(0, 3), pair.slice(3)].find((each) => each !== currencyOf(inputs) && each !== '');
  const quoteCurrency = inputs.quote_currency ?? (isFx ? symbol.slice(3) : (foreign ?? currencyOf(inputs)));
  return instrument(symbol, {
    class: isFx ? 'fx' : 'index',
    digits: 8,
    baseCurrency: (isFx ? symbol.slice(0, 3) : 'THING') as Currency,
    quoteCurrency: quoteCurrency as Currency,
    contractSize: inputs.volume_units === undefined ? BigInt(inputs.contract_size ?? '100000') : 1n,
    leverageCap: cap === undefined ? null : BigInt(cap),
  });
}

function tiersOf({ tiers = [] }: Inputs): readonly LeverageTier[] {
  return tiers.map(({ up_to_lots, leverage }, index) => ({
    upToLotsE8: up_to_lots === null || index === tiers.length - 1 ? null : lotsE8(up_to_lots),
    leverage: BigInt(leverage),
  }));
}

/** The conversion pair at the one rate that the page uses. */
function conversionMarket({ inputs }: Published, traded: Instrument, price: string) {
  const { conversion_pair: pair, conversion_rate: rate = '', conversion_bid: bid = rate, conversion_ask: ask = rate } = inputs;
  const quotes: Record<string, QuoteText> = { [traded.symbol]: [price, price] };
  if (pair !== undefined) quotes[pair] = [bid, ask];
  return market(quotes, { instruments: [traded] });
}

const buyPrice = ({ side, open_price, order_price, mark_price, current_bid, current_ask, conversion_rate }: Inputs): string =>
  open_price ?? order_price ?? mark_price ?? (side === 'sell' ? current_bid : current_ask) ?? conversion_rate ?? '1';

function opened(published: Published, terms: { side: Side; lots: string; price: string }, index = 0): Position {
  const traded = listed(published);
  const basis = unitBasis(
    conversionMarket(published, traded, terms.price),
    POLICIES,
    traded,
    currencyOf(published.inputs),
    priceE8(terms.price),
    'trusted',
  );
  assert(basis.ok);
  return position(`300000000${index}`, { symbol: traded.symbol, ...terms, unitBasis: basis.value.basis });
}

function marginE8(published: Published, policies: Partial<MarginPolicies> = {}): bigint {
  const { inputs } = published;
  const traded = listed(published);
  const positions = (inputs.positions ?? [{ side: inputs.side ?? 'buy', volume_lots: lotsOf(inputs) }]).map((each, index) =>
    opened(published, { side: each.side, lots: each.volume_lots, price: each.open_price ?? buyPrice(inputs) }, index),
  );
  const terms = group({ policies: { leverageTiers: tiersOf(inputs), ...policies } });
  const state = { leverage: leverageOf(inputs), mode: 'hedging' as const, positions, orders: [] };
  return accountMargin(state, { group: terms, instrument: () => traded }).executedE8;
}

/** As printed, and to the last 1e-8, rounded up. */
function isMargin(published: Published, name: string, amountE8: bigint): void {
  const fractionOf = exact(published, name);
  expect(amountE8).toBe(divide(fractionOf.numerator * SCALE_E8, fractionOf.denominator, 'up'));
  expect(printed(fraction(amountE8, 1n), published.expected[name] ?? '')).toBe(published.expected[name]);
}

describe('margin of one position, as published', () => {
  it.each(rows('M02 M04 M15 M17 M19 M35 M05 M07 M20 M10 M24 M26 M30'))('FX: %s', (_id, published) =>
    isMargin(published, 'margin', marginE8(published)),
  );
  it.each(rows('M09 M11 M51 M54 M55 M57 M60 M62 M65 M67 M68 P12 X01'))('everything else: %s', (_id, published) =>
    isMargin(published, 'margin', marginE8(published)),
  );
  it.each(rows('M36 M38 M41 M42 M46 M48'))(
    'in tiers of lots, none beyond the leverage of the account or the instrument: %s',
    (_id, published) => isMargin(published, 'margin', marginE8(published)),
  );
  it('takes 31.765 to 31.77 half away from zero, to 31.76 half to even and cut off', () => {
    const amount = fraction(marginE8(caseOf('M19')), 1n);
    expect(formatE8(bookedMoney(amount, 2, 'half_away'), 2)).toBe('31.77');
    expect(formatE8(bookedMoney(amount, 2, 'half_even'), 2)).toBe('31.76');
    expect(formatE8(bookedMoney(amount, 2, 'down'), 2)).toBe('31.76');
  });
});

describe('margin of hedged positions, as published', () => {
  // Pages charge half of each covered leg; our rate is of the covered volume, counted once (MetaTrader's hedged contract size).
  const covered = (published: Published): Partial<MarginPolicies> => {
    const { numerator, denominator } = decimal(published.inputs.hedged_margin_rate ?? '0');
    return { hedgingMargin: { kind: 'hedged_rate', hedgedRate: fraction(2n * numerator, denominator) } };
  };

  it.each(rows('H01'))('half of each leg: %s', (_id, published) =>
    isMargin(published, 'margin', marginE8(published, covered(published))),
  );
  it('by the larger leg, 1.5 lots sold and 1 bought: H04', () => {
    const published = caseOf('H04');
    const perLotE8 = marginE8({ ...published, inputs: { ...published.inputs, positions: [{ side: 'buy', volume_lots: '1' }] } });
    const charged = exact(published, 'charged_lots');
    expect(marginE8(published) * charged.denominator).toBe(perLotE8 * charged.numerator);
  });
});

describe('profit, as published', () => {
  const profit = (published: Published, close: string): Fraction => {
    const { inputs } = published;
    const traded = listed(published);
    const held = position('3000000000', {
      symbol: traded.symbol,
      side: inputs.side ?? 'buy',
      lots: lotsOf(inputs),
      price: inputs.open_price ?? '0',
    });
    // P06 converts at the closing price of the pair that it trades, P03 at the opening one: the pair is quoted at the rate.
    const rate = inputs.conversion_rate ?? close;
    const rates = profitRates(
      conversionMarket(published, traded, inputs.conversion_pair === undefined ? rate : close),
      'conservative',
      traded.quoteCurrency,
      currencyOf(inputs),
      'trusted',
    );
    assert(rates.ok);
    return convertProfit(rates.value, quoteProfitE16(held, priceE8(close), traded.contractSize));
  };

  it.each(rows('M30 M32 M33 M65 M68 P01 P03 P04 P06 P11 P12 P14 X19 X20'))('%s', (_id, published) => {
    const { inputs, expected } = published;
    const amountE16 = profit(published, inputs.close_price ?? inputs.mark_price ?? inputs.current_bid ?? '');
    const { numerator, denominator } = exact(published, 'pnl');
    expect(compareFractions(amountE16, fraction(numerator * SCALE_E8 * SCALE_E8, denominator))).toBe(0n);
    const inE8 = fraction(amountE16.numerator, amountE16.denominator * SCALE_E8);
    expect(printed(inE8, expected['pnl'] ?? '')).toBe(expected['pnl']);
  });
});

describe('an account, as published', () => {
  it.each(rows('L01 L03'))('equity, free margin and level: %s', (_id, published) => {
    const { inputs } = published;
    const traded = listed(published);
    const price = inputs.current_bid ?? '';
    const told = { side: inputs.side ?? 'buy', lots: lotsOf(inputs), price: inputs.open_price ?? '' };
    const held = account({ balance: inputs.balance ?? '', positions: [opened(published, told)] });
    const worth = equity(held, { market: conversionMarket(published, traded, price), group: group() }, 'trusted');
    assert(worth.ok);
    const usedE8 = marginE8(published);
    isMargin(published, 'used_margin', usedE8);
    isMargin(published, 'equity', worth.value);
    isMargin(published, 'free_margin', worth.value - usedE8);
    const level = exact(published, 'margin_level');
    expect(worth.value * 100n * level.denominator).toBe(usedE8 * level.numerator);
  });

  it('a position grows by its fills at their exact cost: X18', () => {
    const { inputs, exact: expected } = caseOf('X18');
    const { fills } = inputs as unknown as { fills: readonly { volume_units: string; price: string }[] };
    const traded = instrument(inputs.symbol, { class: 'crypto', contractSize: 1n, quoteCurrency: 'USD' as Currency });
    let held = account({ mode: 'netting' });
    for (const { volume_units: lots, price } of fills) {
      const quotes = market({ [inputs.symbol]: [price, price] }, { instruments: [traded] });
      const decided = decide(held, place(inputs.symbol, 'buy', lots), contextOf(quotes, group({ permitted: [inputs.symbol] })));
      assert(decided.ok);
      held = decided.value.account;
    }
    const [grown] = held.positions;
    assert(grown);
    expect(grown.openNotionalE16).toBe(BigInt(expected['total_value']?.split('/')[0] ?? '') * SCALE_E8 * SCALE_E8);
    expect(grown.openNotionalE16 / grown.openVolumeE8).toBe(priceE8('5375'));
  });
});

describe('commission per lot, as published', () => {
  it.each(rows('C05 C07 C08'))('in another currency at the rate of the day: %s', (_id, published) => {
    const { commission_per_lot: perLot = '', conversion_rate: rate = '', volume_lots: lots = '' } = published.inputs;
    const perLotE8 = moneyE8(formatE8((moneyE8(perLot) * priceE8(rate)) / SCALE_E8));
    const charged = dealCommission(
      { kind: 'per_lot', perLotE8, on: 'both', minimumE8: moneyE8('0') },
      'in',
      lotsE8(lots),
      2,
      'half_away',
    );
    expect(printed(fraction(charged, 1n), published.expected['commission'] ?? '')).toBe(published.expected['commission']);
  });
});

describe('the examples of FORMULAS.md', () => {
  const CFD = instrument('CFD', {
    class: 'share',
    digits: 3,
    contractSize: 5_000n,
    baseCurrency: 'CFD' as Currency,
    quoteCurrency: 'USD' as Currency,
  });

  it('Buy 1 at 15.436, Buy 2 at 15.432 and a resting Buy 1 at 15.412 of a CFD take 3 085.60', () => {
    const positions = [
      position('3000000001', { symbol: 'CFD', side: 'buy', lots: '1', price: '15.436' }),
      position('3000000002', { symbol: 'CFD', side: 'buy', lots: '2', price: '15.432' }),
    ];
    const reserved = { priceE8: priceE8('15.412'), unitBasis: decimal('15.412') };
    const resting = {
      symbol: CFD.symbol,
      side: 'buy',
      volumeE8: lotsE8('1'),
      filledVolumeE8: 0n as LotsE8,
      status: 'working',
      reservation: reserved,
      closesPositionId: null,
    } as const;
    const state = { leverage: 100n, mode: 'hedging' as const, positions, orders: [resting] };
    const { executedE8, totalE8 } = accountMargin(state, { group: group(), instrument: () => CFD });
    expect([executedE8, totalE8].map((each) => formatE8(each, 2))).toEqual(['2315.00', '3085.60']);
    expect(absolute(totalE8 - executedE8)).toBe(moneyE8('770.60'));
  });

  it.each([
    ['a buy of 0.03 in flight', 'buy', '6.66666667'],
    ['a sell of 0.03 in flight', 'sell', '16.66666667'],
  ] as const)('holding a sell of 0.02 USDJPY at 1:300 on a netting account, %s takes %s', (_name, side, total) => {
    const USDJPY = instrument('USDJPY');
    const ONE = fraction(1n, 1n);
    const positions = [
      position('3000000001', { symbol: 'USDJPY', side: 'sell', lots: '0.02', price: '151.420', unitBasis: ONE }),
    ];
    const reservation = { priceE8: priceE8('151.440'), unitBasis: ONE };
    const flying = {
      symbol: USDJPY.symbol,
      side,
      volumeE8: lotsE8('0.03'),
      filledVolumeE8: 0n as LotsE8,
      status: 'queued',
      reservation,
      closesPositionId: null,
    } as const;
    const margin = accountMargin(
      { leverage: 300n, mode: 'netting', positions, orders: [flying] },
      { group: group(), instrument: () => USDJPY },
    );
    expect(formatE8(margin.executedE8)).toBe('6.66666667');
    expect(formatE8(margin.totalE8)).toBe(total);
  });

  it('after the buy of 0.03 has filled, 0.01 is left and takes 3.33', () => {
    const before = account({
      mode: 'netting',
      leverage: 300n,
      positions: [
        position('3000000001', { symbol: 'USDJPY', side: 'sell', lots: '0.02', price: '151.420', unitBasis: fraction(1n, 1n) }),
      ],
    });
    const decided = decide(before, place('USDJPY', 'buy', '0.03'), contextOf(market({ USDJPY: ['151.410', '151.420'] })));
    assert(decided.ok);
    expect(decided.value.account.positions.map(({ side, openVolumeE8 }) => [side, openVolumeE8])).toEqual([
      ['buy', lotsE8('0.01')],
    ]);
    expect(formatE8(decided.value.account.marginTotalE8)).toBe('3.33333334');
  });
});
