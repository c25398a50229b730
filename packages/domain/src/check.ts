import {
  currencyDecimals,
  divide,
  larger,
  unitOfDecimals,
  type LotsE8,
  type MoneyE8,
  type OrderId,
  type SymbolName,
} from '@margrave/vocabulary';
import type { Account, Reservation } from './account.ts';
import type { Dealing } from './client-price.ts';
import { dealCommission } from './commission.ts';
import type { CheckRecord } from './decision-record.ts';
import { lots, milliseconds, money, price, word, type Denial } from './denial.ts';
import type { Instrument } from './instrument.ts';
import { marginOfSymbol, type InFlight, type MarginBySymbol } from './margin/account-margin.ts';
import { equity } from './profit.ts';

/** The order asked for, as it would be in flight; its reservation is what it would hold back. */
export interface Candidate extends InFlight {
  readonly orderId: OrderId;
  readonly reservation: Reservation;
  /** The symbols whose prices converted its margin into account currency. */
  readonly conversionPath: readonly SymbolName[];
}

export type CheckOutcome =
  | { readonly passed: true; readonly record: CheckRecord }
  | { readonly passed: false; readonly record: CheckRecord | null; readonly denial: Denial };

/** What the check looks at: the account, its margin symbol by symbol as it stands, and what it deals in. */
export interface CheckedAccount {
  readonly account: Account;
  readonly margins: MarginBySymbol;
  readonly dealing: Dealing;
}

/**
 * The check of FORMULAS.md: accepted when free margin after it is not negative (an exact fit is accepted), or when the
 * margin total does not rise (a hedge). Equity must be trusted only where it decides.
 */
export function checkMargin(checked: CheckedAccount, instrument: Instrument, candidate: Candidate): CheckOutcome {
  const { account, dealing } = checked;
  const after = marginTotalWith(checked)(candidate);
  const commissionE8 = entryCommission(account, dealing, candidate.volumeE8);
  const beforeE8 = account.marginTotalE8;
  const trusted = equity(account, dealing, 'trusted');
  if (after <= beforeE8) {
    const record = checkRecord(trusted.ok ? trusted.value : null, beforeE8, larger(after, beforeE8), commissionE8);
    return { passed: true, record };
  }
  if (!trusted.ok) return { passed: false, record: null, denial: trusted.refusal };
  const record = checkRecord(trusted.value, beforeE8, after, commissionE8);
  if (record.freeAfterE8 !== null && record.freeAfterE8 >= 0n) return { passed: true, record };
  return { passed: false, record, denial: marginDenial(checked, instrument, candidate, record) };
}

function checkRecord(equityE8: MoneyE8 | null, beforeE8: MoneyE8, afterE8: MoneyE8, commissionE8: MoneyE8): CheckRecord {
  const freeBeforeE8 = equityE8 === null ? null : ((equityE8 - beforeE8) as MoneyE8);
  const freeAfterE8 = freeBeforeE8 === null ? null : ((freeBeforeE8 - commissionE8 - (afterE8 - beforeE8)) as MoneyE8);
  return { equityE8, marginTotalBeforeE8: beforeE8, marginTotalAfterE8: afterE8, freeBeforeE8, commissionE8, freeAfterE8 };
}

/** The margin total with the order in flight: only its own symbol's part is reckoned anew. */
function marginTotalWith({ account, margins, dealing }: CheckedAccount): (candidate: Candidate) => MoneyE8 {
  const rules = { group: dealing.group, instrument: dealing.market.instrument };
  return (candidate) => {
    let totalE8 = marginOfSymbol(
      { ...account, orders: [...account.orders.filter(({ orderId }) => orderId !== candidate.orderId), candidate] },
      rules,
      candidate.symbol,
    ).totalE8;
    for (const [symbol, margin] of margins) if (symbol !== candidate.symbol) totalE8 = (totalE8 + margin.totalE8) as MoneyE8;
    return totalE8;
  };
}

const entryCommission = (account: Account, dealing: Dealing, volumeE8: LotsE8): MoneyE8 =>
  dealCommission(
    dealing.group.commission,
    'in',
    volumeE8,
    currencyDecimals(account.currency),
    dealing.group.policies.moneyRounding,
  );

/**
 * The largest volume, in whole steps, that would have passed; zero when none would. Margin and commission do not fall with
 * the volume, so a search by halves is exact.
 */
function largestVolume(checked: CheckedAccount, instrument: Instrument, candidate: Candidate, freeBeforeE8: MoneyE8): LotsE8 {
  const { account, dealing } = checked;
  const totalWith = marginTotalWith(checked);
  const passes = (volumeE8: LotsE8): boolean => {
    const afterE8 = totalWith({ ...candidate, volumeE8 });
    const increaseE8 = afterE8 - account.marginTotalE8;
    return increaseE8 <= 0n || freeBeforeE8 - entryCommission(account, dealing, volumeE8) - increaseE8 >= 0n;
  };
  const step = instrument.volumeStepE8;
  let passing = 0n;
  let failing = candidate.volumeE8 / step;
  while (failing - passing > 1n) {
    const middle = (passing + failing) / 2n;
    if (passes((middle * step) as LotsE8)) passing = middle;
    else failing = middle;
  }
  const largest = (passing * step) as LotsE8;
  return largest < instrument.volumeMinE8 ? (0n as LotsE8) : largest;
}

function marginDenial(checked: CheckedAccount, instrument: Instrument, candidate: Candidate, record: CheckRecord): Denial {
  const { currency } = checked.account;
  const unit = unitOfDecimals(currencyDecimals(currency));
  const shown = (amountE8: bigint, rounding: 'ceiling' | 'floor') =>
    money((divide(amountE8, unit, rounding) * unit) as MoneyE8, currency);
  const freeBeforeE8 = record.freeBeforeE8 ?? (0n as MoneyE8);
  const quote = checked.dealing.market.quote(candidate.symbol);
  return {
    code: 'MARGIN_EXCEEDS_FREE',
    numbers: {
      required: shown(record.marginTotalAfterE8 - record.marginTotalBeforeE8 + record.commissionE8, 'ceiling'),
      free: shown(freeBeforeE8, 'floor'),
      equity: shown(record.equityE8 ?? 0n, 'floor'),
      marginTotal: shown(record.marginTotalBeforeE8, 'ceiling'),
      commission: shown(record.commissionE8, 'ceiling'),
      currency: word(currency),
      largestVolume: lots(largestVolume(checked, instrument, candidate, freeBeforeE8)),
      price: price(candidate.reservation.priceE8),
      ...(quote === undefined ? {} : { priceAgeMs: milliseconds(quote.ageMs) }),
      ...(candidate.conversionPath.length === 0 ? {} : { conversionPath: word(candidate.conversionPath.join('>')) }),
    },
  };
}
