import type { LotsE8, PriceE8, RequestId, Side, SymbolName } from '@margrave/vocabulary';

interface AnyRequest {
  readonly requestId: RequestId;
  /** The provider's own symbol. */
  readonly symbol: string;
  readonly side: Side;
}

/** An order: a new one, or one that closes what an earlier one opened. A provider that nets executes both alike. */
export interface OrderRequest extends AnyRequest {
  readonly kind: 'new' | 'close';
  readonly volumeE8: LotsE8;
  /** Null at the market. */
  readonly limit: Limit | null;
  /** How much worse than the reference the execution may be; null where any price will do. */
  readonly maxDeviationE8: PriceE8 | null;
  /** The price the order was decided on; null where the deviation counts from our price at arrival. */
  readonly referencePriceE8: PriceE8 | null;
  /** Whether it is of a kind that we do. */
  readonly isSupported: boolean;
  /** All of it or nothing. */
  readonly isWhole: boolean;
  readonly sendBeforeMs: number;
}

/** The worst price at which an order may be executed. */
export interface Limit {
  readonly priceE8: PriceE8;
  /** Whether it waits for that price, for as long as it takes; else what cannot be had at once is given up. */
  readonly rests: boolean;
}

/** A request about an earlier one that says no more than which. */
export interface FollowUpRequest extends AnyRequest {
  readonly kind: 'cancel' | 'protect' | 'status';
  readonly originalRequestId: RequestId;
}

/** Asks for another volume and limit of an order that rests. */
export interface ReplaceRequest extends AnyRequest {
  readonly kind: 'replace';
  readonly originalRequestId: RequestId;
  /** All of it, with what is executed already. */
  readonly volumeE8: LotsE8;
  /** Null where it asks for what is no limit order. */
  readonly limitPriceE8: PriceE8 | null;
  readonly sendBeforeMs: number;
}

/** Something with a request id that says no more that we understand. */
export interface MalformedRequest extends AnyRequest {
  readonly kind: 'malformed';
}

/** Any request that is no order. */
export type AnsweredRequest = FollowUpRequest | ReplaceRequest | MalformedRequest;
export type ProviderRequest = OrderRequest | AnsweredRequest;

export const isOrder = (request: ProviderRequest): request is OrderRequest => request.kind === 'new' || request.kind === 'close';

/** What the provider trades under one of its own symbols. */
export interface Listing {
  /** The symbol of the quotes it fills at. */
  readonly symbol: SymbolName;
  readonly volumeStepE8: LotsE8;
  readonly volumeMaxE8: LotsE8;
}

/** Whether an order may have this volume. */
export const isVolumeAllowed = (volumeE8: LotsE8, { volumeStepE8, volumeMaxE8 }: Listing): boolean =>
  volumeE8 > 0n && volumeE8 <= volumeMaxE8 && volumeE8 % volumeStepE8 === 0n;

/** By the provider's own symbol. */
export type Listings = ReadonlyMap<string, Listing>;

/** The provider's price of this moment. */
export interface Price {
  readonly bidE8: PriceE8;
  readonly askE8: PriceE8;
}

/** The price an order of this side gets. */
export const priceFor = (side: Side, { bidE8, askE8 }: Price): PriceE8 => (side === 'buy' ? askE8 : bidE8);
