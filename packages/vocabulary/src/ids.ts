type Branded<Kind extends string> = string & { readonly id: Kind };

/** Ids are decimal strings of ten to eighteen digits, which a PostgreSQL bigint holds, leased in blocks off one sequence; the brand keeps them apart. */
export type AccountId = Branded<'account'>;
export type OrderId = Branded<'order'>;
export type PositionId = Branded<'position'>;
export type DealId = Branded<'deal'>;
export type RequestId = Branded<'request'>;
export type DecisionId = Branded<'decision'>;
export type EntryId = Branded<'entry'>;
export type JournalId = Branded<'journal'>;
export type ActionId = Branded<'action'>;

/** Names are configuration: an instrument's symbol, a group, a provider, a currency. */
export type SymbolName = Branded<'symbol'>;
export type GroupId = Branded<'group'>;
export type ProviderName = Branded<'provider'>;
export type Currency = Branded<'currency'>;

/** The client's own key of an order, unique in its account for ever. */
export type ClientOrderId = Branded<'clientOrder'>;

const ID = /^[1-9]\d{9,17}$/;
const CLIENT_ORDER_ID = /^[A-Za-z0-9_.:-]{1,48}$/;
const SYMBOL = /^[A-Z0-9][A-Z0-9_-]{0,23}$/;
const NAME = /^[a-z0-9][a-z0-9-]{0,31}$/;
const CURRENCY = /^[A-Z][A-Z0-9]{2,7}$/;

const checker =
  <Id extends string>(pattern: RegExp) =>
  (unchecked: string): Id | undefined =>
    pattern.test(unchecked) ? (unchecked as Id) : undefined;

export const checkAccountId = checker<AccountId>(ID);
export const checkOrderId = checker<OrderId>(ID);
export const checkPositionId = checker<PositionId>(ID);
export const checkRequestId = checker<RequestId>(ID);
export const checkDecisionId = checker<DecisionId>(ID);
export const checkClientOrderId = checker<ClientOrderId>(CLIENT_ORDER_ID);
export const checkSymbolName = checker<SymbolName>(SYMBOL);
export const checkGroupId = checker<GroupId>(NAME);
export const checkProviderName = checker<ProviderName>(NAME);
export const checkCurrency = checker<Currency>(CURRENCY);
