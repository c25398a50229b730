import type {
  AccountId,
  ActionId,
  ClientOrderId,
  Currency,
  DealId,
  DecisionId,
  EntryId,
  GroupId,
  JournalId,
  OrderId,
  PositionId,
  RequestId,
  SymbolName,
} from '@margrave/vocabulary';
import assert from 'node:assert/strict';
import { Type, type Static, type TSchema } from 'typebox';

/** A price, a volume or money as someone gives it to us. No sign, no exponent, at most 9 999 999 999.99999999. */
export const DECIMAL_PATTERN = String.raw`^\d{1,10}(\.\d{1,8})?$`;
/** The same as `DECIMAL_PATTERN`, but more than zero. */
export const POSITIVE_DECIMAL_PATTERN = String.raw`^(?=.*[1-9])\d{1,10}(\.\d{1,8})?$`;
/** The same as `DECIMAL_PATTERN`, with a sign where one has meaning. */
export const SIGNED_DECIMAL_PATTERN = String.raw`^-?\d{1,10}(\.\d{1,8})?$`;
/**
 * Money that we computed, a sum of many, signed: one digit more than what is given to us, for it may reach 90 000 000 000,
 * the limit of an e8 amount.
 */
export const FIGURE_PATTERN = String.raw`^-?\d{1,11}(\.\d{1,8})?$`;
/** A ratio of two figures in percent; a tiny margin under a large equity makes it long. */
export const PERCENT_PATTERN = String.raw`^-?\d{1,22}(\.\d{1,8})?$`;
/** A version or a sequence: too large for a JSON number one day, so never one. */
export const COUNT_PATTERN = String.raw`^(0|[1-9]\d{0,18})$`;
export const ID_PATTERN = String.raw`^[1-9]\d{9,17}$`;
export const CLIENT_ORDER_ID_PATTERN = '^[A-Za-z0-9_.:-]{1,48}$';
export const SYMBOL_PATTERN = '^[A-Z0-9][A-Z0-9_-]{0,23}$';
export const NAME_PATTERN = '^[a-z0-9][a-z0-9-]{0,31}$';
export const CURRENCY_PATTERN = '^[A-Z][A-Z0-9]{2,7}$';
/** RFC 3339 in UTC. */
export const TIME_PATTERN = String.raw`^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z$`;
/** Ids that others make up: safe as a NATS message id, a database key and a field of a log. */
export const FOREIGN_ID_PATTERN = '^[A-Za-z0-9_.:-]{1,64}$';
/** A provider's own name of an instrument. */
export const PROVIDER_SYMBOL_PATTERN = '^[A-Za-z0-9][A-Za-z0-9 ._/#:&+-]{0,63}$';
/** No control characters, no marks that turn the direction of text: a log line and a screen show what was sent. */
const PLAIN_TEXT = String.raw`^[^\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]*$`;

const text = <Value extends string>(pattern: string, description: string) =>
  Type.Unsafe<Value>({ type: 'string', pattern, description });

export const decimal = (description: string) => text<string>(DECIMAL_PATTERN, description);
export const positiveDecimal = (description: string) => text<string>(POSITIVE_DECIMAL_PATTERN, description);
export const signedDecimal = (description: string) => text<string>(SIGNED_DECIMAL_PATTERN, description);
export const figure = (description: string) => text<string>(FIGURE_PATTERN, description);
export const percent = (description: string) => text<string>(PERCENT_PATTERN, description);
export const count = (description: string) => text<string>(COUNT_PATTERN, description);

export const accountId = (description: string) => text<AccountId>(ID_PATTERN, description);
export const orderId = (description: string) => text<OrderId>(ID_PATTERN, description);
export const positionId = (description: string) => text<PositionId>(ID_PATTERN, description);
export const dealId = (description: string) => text<DealId>(ID_PATTERN, description);
export const requestId = (description: string) => text<RequestId>(ID_PATTERN, description);
export const decisionId = (description: string) => text<DecisionId>(ID_PATTERN, description);
export const entryId = (description: string) => text<EntryId>(ID_PATTERN, description);
export const actionId = (description: string) => text<ActionId>(ID_PATTERN, description);
export const journalId = (description: string) => text<JournalId>(ID_PATTERN, description);
export const clientOrderId = (description: string) => text<ClientOrderId>(CLIENT_ORDER_ID_PATTERN, description);
export const symbolName = (description: string) => text<SymbolName>(SYMBOL_PATTERN, description);
export const groupId = (description: string) => text<GroupId>(NAME_PATTERN, description);
export const currency = (description: string) => text<Currency>(CURRENCY_PATTERN, description);
export const foreignId = (description: string) => text<string>(FOREIGN_ID_PATTERN, description);
export const providerSymbol = (description: string) => text<string>(PROVIDER_SYMBOL_PATTERN, description);

export const time = (description: string) =>
  Type.Unsafe<string>({ type: 'string', format: 'date-time', pattern: TIME_PATTERN, maxLength: 30, description });

export const plainText = (lengthMax: number, description: string) =>
  Type.Unsafe<string>({ type: 'string', pattern: PLAIN_TEXT, maxLength: lengthMax, description });

/** Plain text that says something. */
export const writtenText = (lengthMax: number, description: string) =>
  Type.Unsafe<string>({ type: 'string', pattern: `^(?=.*\\S)${PLAIN_TEXT.slice(1)}`, maxLength: lengthMax, description });

/** One word of a closed list. */
export const oneOf = <const Word extends string>(words: readonly Word[], description: string) =>
  Type.Unsafe<Word>({ type: 'string', enum: [...words], description });

/** A whole JSON number: for counts of things and milliseconds, never for money, prices or volumes. */
export const wholeNumber = (bounds: { readonly minimum: number; readonly maximum: number }, description: string) =>
  Type.Integer({ ...bounds, description });

/**
 * Words of a list that may grow without a new version: a reader keeps those it does not know, so that only their form is
 * checked. The words there are, each with its meaning, stand in the description.
 */
export const flags = (description: string, meanings: Readonly<Record<string, string>>) =>
  Type.Array(Type.Unsafe<string>({ type: 'string', pattern: '^[a-z][a-z0-9_]{0,47}$', examples: Object.keys(meanings) }), {
    maxItems: 16,
    description: `${description} ${Object.entries(meanings)
      .map(([word, meaning]) => `\`${word}\`: ${meaning}`)
      .join(' ')} There are no others; a later version may have more.`,
  });

/** The field, or an explicit null. For strings and numbers; an object is `Type.Union([…, Type.Null()])`. */
export function orNull<const Schema extends TSchema>(schema: Schema) {
  assert('type' in schema && typeof schema.type === 'string', 'orNull: the schema must have one type');
  const words = 'enum' in schema && Array.isArray(schema.enum) ? { enum: [...(schema.enum as unknown[]), null] } : {};
  return Type.Unsafe<Static<Schema> | null>({ ...schema, type: [schema.type, 'null'], ...words });
}
