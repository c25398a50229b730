import {
  oneOf,
  parseStrictJson,
  ProviderOrderCancelV1,
  ProviderOrderCloseV1,
  ProviderOrderNewV1,
  ProviderOrderProtectV1,
  ProviderOrderReplaceV1,
  ProviderOrderStatusV1,
  providerSymbol,
  requestId,
  schemaCheck,
} from '@margrave/contracts';
import { parseE8, SIDES, type LotsE8, type PriceE8, type Result } from '@margrave/vocabulary';
import assert from 'node:assert/strict';
import { Type } from 'typebox';
import type { Limit, MalformedRequest, OrderRequest, ProviderRequest, ReplaceRequest } from '../app/request.ts';

/** A message that not even a refusal can be addressed to. */
export interface Unreadable {
  readonly kind: 'unreadable';
  readonly reason: string;
}

/** What makes a message answerable, however wrong the rest is. */
const checkAddress = schemaCheck(
  Type.Object({
    requestId: requestId('The request to answer.'),
    symbol: providerSymbol('As in the request.'),
    side: oneOf(SIDES, 'As in the request.'),
  }),
);
const LIMITS = { bytesMax: 64 * 1024, depthMax: 16 };

/** Reads what came on `provider.{name}.orders.v1.{kind}`. */
export function readRequest({
  subject,
  data,
}: {
  readonly subject: string;
  readonly data: Uint8Array;
}): ProviderRequest | Unreadable {
  const read = readByKind(subject.slice(subject.lastIndexOf('.') + 1), data);
  return read.ok ? read.value : (readAddress(data) ?? { kind: 'unreadable', reason: read.refusal });
}

function readByKind(kind: string, data: Uint8Array): Result<ProviderRequest, string> {
  switch (kind) {
    case 'new':
      return map(ProviderOrderNewV1.decode(data), orderOfNew);
    case 'close':
      return map(ProviderOrderCloseV1.decode(data), orderOfClose);
    case 'cancel':
      return map(ProviderOrderCancelV1.decode(data), (body) => followUp(kind, body));
    case 'replace':
      return map(ProviderOrderReplaceV1.decode(data), replaceOf);
    case 'protect':
      return map(ProviderOrderProtectV1.decode(data), (body) => followUp(kind, body));
    case 'status':
      return map(ProviderOrderStatusV1.decode(data), (body) => followUp(kind, body));
    default:
      return { ok: false, refusal: 'a kind of request that we do not know' };
  }
}

const map = <From, To>(result: Result<From, string>, change: (value: From) => To): Result<To, string> =>
  result.ok ? { ok: true, value: change(result.value) } : result;

function orderOfNew(body: ProviderOrderNewV1): OrderRequest {
  const limit = limitOf(body);
  return {
    ...orderFields(body),
    kind: 'new',
    limit,
    ...(limit !== null && { maxDeviationE8: null }), // the limit is all that binds
    isSupported: isSupported(body, limit),
    isWhole: body.timeInForce === 'fok',
  };
}

function limitOf({ type, price, timeInForce }: ProviderOrderNewV1): Limit | null {
  const priceE8 = type === 'limit' ? positive(price) : null;
  return priceE8 === null ? null : { priceE8, rests: timeInForce === 'gtc' };
}

/** At the market and at once, or at a limit and at once or whenever it is reached; with the prices of its type and no others. */
function isSupported({ type, price, stopPrice, timeInForce }: ProviderOrderNewV1, limit: Limit | null): boolean {
  const isAtOnce = timeInForce === 'ioc' || timeInForce === 'fok';
  if (stopPrice !== null) return false;
  return limit === null ? type === 'market' && price === null && isAtOnce : isAtOnce || limit.rests;
}

function orderOfClose(body: ProviderOrderCloseV1): OrderRequest {
  const priceE8 = positive(body.price ?? null);
  return {
    ...orderFields(body),
    kind: 'close',
    limit: priceE8 === null ? null : { priceE8, rests: false },
    ...(priceE8 !== null && { maxDeviationE8: null }),
    isSupported: true,
    isWhole: false,
  };
}

const orderFields = (body: ProviderOrderNewV1 | ProviderOrderCloseV1) => ({
  requestId: body.requestId,
  symbol: body.symbol,
  side: body.side,
  volumeE8: amount<LotsE8>(body.volume),
  maxDeviationE8: body.maxDeviation === null ? null : amount<PriceE8>(body.maxDeviation),
  referencePriceE8:
    body.referencePrice === undefined || body.referencePrice === null ? null : amount<PriceE8>(body.referencePrice),
  sendBeforeMs: Date.parse(body.sendBefore),
});

type FollowUpBody = Pick<ProviderOrderStatusV1, 'requestId' | 'originalRequestId' | 'symbol' | 'side'>;

const followUp = <Kind extends string>(kind: Kind, body: FollowUpBody) => ({
  kind,
  requestId: body.requestId,
  originalRequestId: body.originalRequestId,
  symbol: body.symbol,
  side: body.side,
});

const replaceOf = (body: ProviderOrderReplaceV1): ReplaceRequest => ({
  ...followUp('replace', body),
  volumeE8: amount<LotsE8>(body.volume),
  limitPriceE8: body.stopPrice === null ? positive(body.price) : null,
  sendBeforeMs: Date.parse(body.sendBefore),
});

function readAddress(data: Uint8Array): MalformedRequest | undefined {
  const parsed = parseStrictJson(data, LIMITS);
  const address = parsed.ok ? checkAddress(parsed.value) : parsed;
  if (!address.ok) return undefined;
  return { kind: 'malformed', requestId: address.value.requestId, symbol: address.value.symbol, side: address.value.side };
}

/** A price above zero; nothing else is one. */
function positive(text: string | null): PriceE8 | null {
  const priceE8 = text === null ? 0n : amount<PriceE8>(text);
  return priceE8 > 0n ? (priceE8 as PriceE8) : null;
}

/** The schema lets ten digits before the point through and nothing that is no decimal. */
function amount<Amount extends bigint>(text: string): Amount {
  const amountE8 = parseE8(text);
  assert(amountE8 !== undefined, 'a decimal of the contracts is an amount');
  return amountE8 as Amount;
}
