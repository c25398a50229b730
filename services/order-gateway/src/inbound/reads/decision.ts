import { moneyText, timeText } from '@margrave/account-engine';
import type { DecisionV1 } from '@margrave/contracts';
import type { AskedTerms, ProtectionLevel } from '@margrave/domain';
import { formatE8, type AccountId, type Currency, type DecisionId, type Fraction } from '@margrave/vocabulary';
import type { RecordedDecision, Records, ViewAccount } from '../../app/records.ts';
import { moneyOrNull } from '../account-view.ts';
import type { Handler } from '../call.ts';
import { problemReply } from '../problem.ts';
import { jsonReply } from '../reply.ts';

/** `GET /v1/accounts/{accountId}/decisions/{decisionId}` */
export const getDecision =
  (records: Pick<Records, 'decision'>, view: ViewAccount): Handler =>
  async ({ parameters }) => {
    const { accountId, decisionId } = parameters as { readonly accountId: AccountId; readonly decisionId: DecisionId };
    const [seen, decision] = await Promise.all([view(accountId), records.decision(accountId, decisionId)]);
    if (seen === undefined || decision === undefined) return problemReply('NOT_FOUND', false);
    return jsonReply(200, decisionView(accountId, seen.account.currency, decision));
  };

const decisionView = (accountId: AccountId, currency: Currency, record: RecordedDecision): DecisionV1 => ({
  decisionId: record.decisionId,
  accountId,
  orderId: record.orderId,
  command: record.command,
  outcome: record.code === null ? 'accepted' : 'denied',
  code: record.code,
  decidedAt: timeText(record.decidedAtMs),
  accountVersion: `${record.accountVersion}`,
  engineVersion: record.engineVersion,
  configurationVersion: `${record.configurationVersion}`,
  prices: record.quotes.map(({ symbol, bidE8, askE8, ageMs, sequence }) => ({
    symbol,
    bid: formatE8(bidE8),
    ask: formatE8(askE8),
    ageMs: Math.round(ageMs),
    sequence: `${sequence}`,
  })),
  equity: moneyOrNull(record.check?.equityE8 ?? null, currency),
  marginBefore: moneyOrNull(record.check?.marginTotalBeforeE8 ?? null, currency),
  marginAfter: moneyOrNull(record.check?.marginTotalAfterE8 ?? null, currency),
  freeAfter: moneyOrNull(record.check?.freeAfterE8 ?? null, currency),
  inputs: inputsOf(record, currency),
});

/** What the formulas were fed with; what was not needed is not there. */
function inputsOf(record: RecordedDecision, currency: Currency): DecisionV1['inputs'] {
  const { symbol, side, volumeE8, asked, priceE8, unitBasis, leverage, conversionPath, limits, check } = record;
  return {
    symbol,
    side,
    volume: formatE8(volumeE8, 2),
    leverage: `${leverage}`,
    conversionPath: [...conversionPath],
    ...(asked === null ? {} : askedText(asked)),
    ...(priceE8 === null ? {} : { price: formatE8(priceE8) }),
    ...(unitBasis === null ? {} : { unitBasis: fractionText(unitBasis) }),
    ...(limits === null ? {} : limitsText(limits)),
    ...(check === null ? {} : { commission: moneyText(check.commissionE8, currency) }),
  };
}

function askedText(asked: AskedTerms): DecisionV1['inputs'] {
  const { type, timeInForce, limitPriceE8, stopPriceE8, expiresAtMs, protection, trailingDistanceE8 } = asked;
  const texts = {
    type,
    timeInForce,
    limit: priceText(limitPriceE8),
    stop: priceText(stopPriceE8),
    expiresAt: typeof expiresAtMs === 'number' ? timeText(expiresAtMs) : undefined,
    stopLoss: levelText(protection?.stopLoss),
    takeProfit: levelText(protection?.takeProfit),
    trailingStop: trailingText(trailingDistanceE8),
  };
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== undefined));
}

const priceText = (priceE8: bigint | null | undefined): string | undefined =>
  priceE8 === null || priceE8 === undefined ? undefined : formatE8(priceE8);

const levelText = (level: ProtectionLevel | null | undefined): string | undefined => {
  if (level === null || level === undefined) return undefined;
  return level.kind === 'price' ? formatE8(level.priceE8) : `distance ${formatE8(level.distanceE8)}`;
};

const trailingText = (distanceE8: AskedTerms['trailingDistanceE8']): string | undefined =>
  distanceE8 === null ? 'none' : levelText(distanceE8 === undefined ? undefined : { kind: 'distance', distanceE8 });

const limitsText = ({ orders, ordersAfter, ordersMax, exposureE8, exposureMaxE8 }: NonNullable<RecordedDecision['limits']>) => ({
  orders: `${orders}`,
  ordersAfter: `${ordersAfter}`,
  ordersMax: `${ordersMax}`,
  exposure: formatE8(exposureE8, 2),
  ...(exposureMaxE8 === null ? {} : { exposureMax: formatE8(exposureMaxE8, 2) }),
});

/** Exact: a price or a rate that was not rounded. */
const fractionText = ({ numerator, denominator }: Fraction): string => `${numerator}/${denominator}`;
