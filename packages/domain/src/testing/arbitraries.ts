import {
  oppositeSide,
  SCALE_E8,
  unitOfDecimals,
  type Currency,
  type Fraction,
  type LotsE8,
  type MoneyE8,
  type PriceE8,
} from '@margrave/vocabulary';
import fc from 'fast-check';
import type { Account, Order, Position } from '../account.ts';
import type { CommissionTerms, Group, LeverageTier, MarginPolicies } from '../group.ts';
import type { Instrument } from '../instrument.ts';
import type { Market } from '../market.ts';
import { account, group, instrument, NOW_MS, order, position } from './build.ts';

/** Random accounts in random markets under random terms: everything that may differ does. */
export interface World {
  readonly instruments: readonly Instrument[];
  readonly market: Market;
  readonly group: Group;
  readonly account: Account;
}

export const side = fc.constantFrom('buy' as const, 'sell' as const);

/** Whole steps of 0.01, mostly small, so that legs often are alike. */
export const lots = fc
  .oneof({ weight: 3, arbitrary: fc.bigInt(1n, 12n) }, { weight: 1, arbitrary: fc.bigInt(1n, 9_999n) })
  .map((steps) => (steps * 1_000_000n) as LotsE8);

const base = { symbol: '', class: 'fx', contractSize: 100_000n, digits: 5 } as const;
const LISTED: readonly (Pick<Instrument, 'class' | 'contractSize' | 'digits'> & {
  symbol: string;
  quote?: string;
  price: string;
})[] = [
  { ...base, symbol: 'EURUSD', price: '1.08450' },
  { ...base, symbol: 'USDJPY', digits: 3, price: '151.420' },
  { ...base, symbol: 'EURGBP', price: '0.85190' },
  { ...base, symbol: 'GBPUSD', price: '1.27310' },
  { ...base, symbol: 'USDCHF', price: '0.89240' },
  { ...base, symbol: 'AUDJPY', digits: 3, price: '99.660' },
  { ...base, symbol: 'XAUUSD', class: 'metal', contractSize: 100n, digits: 2, price: '2362.40' },
  { ...base, symbol: 'GER40', class: 'index', quote: 'EUR', contractSize: 10n, digits: 1, price: '18420.0' },
  { ...base, symbol: 'BTCJPY', class: 'crypto', contractSize: 1n, digits: 0, price: '10172000' },
];

const someInstruments = fc.tuple(...LISTED.map(() => fc.option(fc.bigInt(1n, 300n), { freq: 2 }))).map((caps) =>
  LISTED.map(({ symbol, quote, price: _price, ...terms }, index) => {
    const quoteCurrency = (quote ?? symbol.slice(3, 6)) as Currency;
    return instrument(symbol, {
      ...terms,
      quoteCurrency,
      leverageCap: caps[index] ?? null,
      tickE8: unitOfDecimals(terms.digits) as PriceE8,
    });
  }),
);

/** Around its listed price, by up to a tenth; on the tick. */
const priceAround = (each: Instrument, index: number): fc.Arbitrary<PriceE8> => {
  const [whole = '', digits = ''] = (LISTED[index]?.price ?? '').split('.');
  const listed = BigInt(whole + digits.padEnd(each.digits, '0'));
  return fc.bigInt(listed - listed / 10n, listed + listed / 10n).map((ticks) => (ticks * each.tickE8) as PriceE8);
};

interface QuoteOdds {
  /** How often a quote is stale, of a hundred. */
  readonly stalePercent: number;
}

const someMarket = (instruments: readonly Instrument[], { stalePercent }: QuoteOdds): fc.Arbitrary<Market> =>
  fc
    .tuple(
      ...instruments.map((each, index) =>
        fc.record({ bidE8: priceAround(each, index), spread: fc.bigInt(0n, 40n), luck: fc.integer({ min: 0, max: 99 }) }),
      ),
    )
    .map((sides) => {
      const quotes = new Map(
        instruments.map((each, index) => {
          const { bidE8, spread, luck } = sides[index] ?? { bidE8: each.tickE8, spread: 0n, luck: 99 };
          const askE8 = (bidE8 + spread * each.tickE8) as PriceE8;
          return [each.symbol, { bidE8, askE8, ageMs: luck < stalePercent ? 99_999 : 10, sequence: BigInt(index) }];
        }),
      );
      return {
        nowMs: NOW_MS,
        configurationVersion: 1n,
        instrument: (symbol) => instruments.find((each) => each.symbol === symbol),
        quote: (symbol) => quotes.get(symbol),
        pair: (from, to) => instruments.find((each) => each.baseCurrency === from && each.quoteCurrency === to),
        isListedAt: () => true,
      };
    });

/** Of falling leverage, the last without a bound. */
const tiers: fc.Arbitrary<readonly LeverageTier[]> = fc
  .array(fc.record({ step: fc.bigInt(1n, 8n), leverage: fc.bigInt(1n, 600n) }), { maxLength: 3 })
  .map((slices) => {
    const leverages = slices.map(({ leverage }) => leverage).sort((a, b) => (a > b ? -1 : 1));
    let upToE8 = 0n;
    return slices.map(({ step }, index) => {
      upToE8 += step * 5_000_000n;
      return { upToLotsE8: index === slices.length - 1 ? null : (upToE8 as LotsE8), leverage: leverages[index] ?? 1n };
    });
  });

const rate = fc
  .tuple(fc.bigInt(0n, 4n), fc.bigInt(4n, 5n))
  .map(([numerator, denominator]): Fraction => ({ numerator, denominator }));

export const policies: fc.Arbitrary<MarginPolicies> = fc.record({
  hedgingMargin: fc.oneof(
    fc.constant({ kind: 'larger_leg' as const }),
    rate.map((hedgedRate) => ({ kind: 'hedged_rate' as const, hedgedRate })),
  ),
  leverageTiers: fc.oneof(fc.constant([]), tiers),
  floating: fc.constantFrom('use_all', 'losses_only', 'ignore'),
  conversion: fc.constantFrom('conservative', 'mid'),
  pendingMargin: fc.constantFrom('none' as const, 'full' as const),
  moneyRounding: fc.constantFrom('half_away', 'half_even', 'down'),
});

export const commissionTerms: fc.Arbitrary<CommissionTerms> = fc.oneof(
  fc.constant({ kind: 'none' as const }),
  fc.record({
    kind: fc.constant('per_lot' as const),
    perLotE8: fc.bigInt(0n, 9_999n).map((milles) => (milles * 100_000n) as MoneyE8),
    on: fc.constantFrom('entry', 'exit', 'both'),
    minimumE8: fc.oneof(
      fc.constant(0n as MoneyE8),
      fc.bigInt(0n, 30_000n).map((milles) => (milles * 100_000n) as MoneyE8),
    ),
  }),
);

const someGroup = (instruments: readonly Instrument[], told: Partial<MarginPolicies>): fc.Arbitrary<Group> =>
  fc
    .record({
      policies,
      commission: commissionTerms,
      flow: fc.constantFrom('local', 'provider'),
      markups: fc.array(fc.bigInt(0n, 25n), { minLength: instruments.length, maxLength: instruments.length }),
    })
    .map(({ markups, policies: some, ...rest }) =>
      group({
        ...rest,
        policies: { ...some, ...told },
        markups: Object.fromEntries(instruments.map((each, index) => [each.symbol, markups[index] ?? 0n])),
      }),
    );

/** A price of a unit of the margin currency as it was frozen once: of a direct pair, of an inverse one, or of none. */
const unitBasis = (pricesE8: fc.Arbitrary<PriceE8>): fc.Arbitrary<Fraction> =>
  fc.oneof(
    pricesE8.map((price) => ({ numerator: price, denominator: SCALE_E8 })),
    pricesE8.map((price) => ({ numerator: SCALE_E8, denominator: price })),
    fc.constant({ numerator: 1n, denominator: 1n }),
  );

const decimalText = (amountE8: bigint): string => `${amountE8 / SCALE_E8}.${(amountE8 % SCALE_E8).toString().padStart(8, '0')}`;

const somePosition = (each: Instrument, index: number): fc.Arbitrary<Position> =>
  fc
    .record({
      id: fc.integer({ min: 0, max: 999_999 }),
      side,
      lots,
      priceE8: priceAround(each, index),
      unit: unitBasis(priceAround(each, index)),
    })
    .map((told) =>
      position(`3${told.id.toString().padStart(9, '0')}`, {
        symbol: each.symbol,
        side: told.side,
        lots: decimalText(told.lots),
        price: decimalText(told.priceE8),
        unitBasis: told.unit,
      }),
    );

const someOrder = (each: Instrument, index: number, positions: readonly Position[]): fc.Arbitrary<Order> => {
  const own = positions.filter(({ symbol }) => symbol === each.symbol);
  return fc
    .record({
      id: fc.integer({ min: 0, max: 999_999 }),
      side,
      lots,
      filledSteps: fc.oneof(fc.constant(0n), fc.bigInt(0n, 20n)),
      priceE8: priceAround(each, index),
      unit: unitBasis(priceAround(each, index)),
      closes: fc.option(fc.integer({ min: 0, max: 3 }), { freq: 2 }),
    })
    .map(({ id, side: opens, lots: volumeE8, filledSteps, priceE8, unit, closes }) => {
      const closed = closes === null ? undefined : own[closes];
      const filledVolumeE8 = (filledSteps * 1_000_000n < volumeE8 ? filledSteps * 1_000_000n : 0n) as LotsE8;
      return order(
        `4${id.toString().padStart(9, '0')}`,
        {
          symbol: each.symbol,
          side: closed === undefined ? opens : oppositeSide(closed.side),
          lots: decimalText(volumeE8),
          ...(closed === undefined ? { price: decimalText(priceE8), unitBasis: unit } : {}),
        },
        {
          filledVolumeE8,
          status: filledVolumeE8 > 0n ? 'partially_filled' : 'queued',
          closesPositionId: closed?.positionId ?? null,
        },
      );
    });
};

export interface WorldOdds extends QuoteOdds {
  readonly policies?: Partial<MarginPolicies>;
  readonly mode?: Account['mode'];
  readonly ordersMax?: number;
  readonly symbols?: readonly string[];
}

/** `symbols` narrows what is held and in flight, so that much of it meets in one. */
export const world = (odds: WorldOdds): fc.Arbitrary<World> =>
  someInstruments.chain((instruments) =>
    fc
      .record({
        market: someMarket(instruments, odds),
        group: someGroup(instruments, odds.policies ?? {}),
        account: someAccount(instruments, odds),
      })
      .map((told) => ({ instruments, ...told })),
  );

const someAccount = (instruments: readonly Instrument[], odds: WorldOdds): fc.Arbitrary<Account> => {
  const used = instruments.flatMap((each, index) =>
    (odds.symbols?.includes(each.symbol) ?? true) ? [[each, index] as const] : [],
  );
  const pick = fc.constantFrom(...used);
  return fc
    .record({
      mode: odds.mode === undefined ? fc.constantFrom('hedging' as const, 'netting' as const) : fc.constant(odds.mode),
      currency: fc.constantFrom('USD', 'EUR', 'JPY', 'GBP', 'CHF'),
      leverage: fc.bigInt(1n, 500n),
      cents: fc.bigInt(0n, 30_000_000n),
      positions: fc.uniqueArray(
        pick.chain(([each, index]) => somePosition(each, index)),
        {
          maxLength: 6,
          selector: ({ positionId }) => positionId,
        },
      ),
    })
    .chain(({ mode, currency, leverage, cents, positions: held }) => {
      const positions = mode === 'hedging' ? held : onePerSymbol(held);
      const balanceE8 = (cents * (currency === 'JPY' ? SCALE_E8 : 1_000_000n)) as MoneyE8;
      return fc
        .uniqueArray(
          pick.chain(([each, index]) => someOrder(each, index, positions)),
          { maxLength: odds.ordersMax ?? 4, selector: ({ orderId }) => orderId },
        )
        .map((orders) => ({ ...account({ mode, currency, leverage, positions, orders }), balanceE8 }));
    });
};

const onePerSymbol = (positions: readonly Position[]): readonly Position[] =>
  positions.filter((each, index) => positions.findIndex(({ symbol }) => symbol === each.symbol) === index);
