import { Type } from 'typebox';
import { accountId, CLIENT_ORDER_ID_PATTERN, count, decisionId, ID_PATTERN, positionId, SYMBOL_PATTERN } from '../../fields.ts';
import { CURSOR_PATTERN } from '../pages.v1.ts';

export const PAGE_LIMIT_MAX = 500;
export const PAGE_LIMIT_DEFAULT = 100;
export const SYMBOLS_MAX = 200;

/** A pattern without its anchors, to stand inside another. */
const inner = (pattern: string): string => pattern.slice(1, -1);

const account = { accountId: accountId('The account; one that the token does not name looks missing.') };

export const ofAccount = Type.Object(account, { additionalProperties: false });

export const ofOrder = Type.Object(
  {
    ...account,
    orderId: Type.String({
      pattern: `^(${inner(ID_PATTERN)}|@${inner(CLIENT_ORDER_ID_PATTERN)})$`,
      description: 'The order’s id, or `@` and its `clientOrderId`.',
    }),
  },
  { additionalProperties: false },
);

export const ofPosition = Type.Object({ ...account, positionId: positionId('The position.') }, { additionalProperties: false });

export const ofDecision = Type.Object({ ...account, decisionId: decisionId('The decision.') }, { additionalProperties: false });

export const ofProblem = Type.Object(
  {
    code: Type.String({
      pattern: '^[a-z-]{1,64}$',
      description: 'A code in lower case with hyphens, e.g. `margin-exceeds-free`.',
    }),
  },
  { additionalProperties: false },
);

const limit = Type.Optional(
  Type.Integer({
    minimum: 1,
    maximum: PAGE_LIMIT_MAX,
    default: PAGE_LIMIT_DEFAULT,
    description: 'How many at most.',
  }),
);

export const page = {
  cursor: Type.Optional(
    Type.String({
      pattern: CURSOR_PATTERN,
      description:
        'The `nextCursor` of the page before, as it came. It belongs to its list: with another account, address or filter it is refused (`400`); the `limit` may change.',
    }),
  ),
  limit,
};

export const pageOnly = Type.Object(page, { additionalProperties: false });

export const eventsAfter = Type.Object(
  {
    after: Type.Optional(count('Events with a larger sequence; `0`, the default, for all.')),
    limit,
  },
  { additionalProperties: false },
);

const symbolList = (description: string) =>
  Type.String({
    pattern: `^${inner(SYMBOL_PATTERN)}(,${inner(SYMBOL_PATTERN)}){0,${SYMBOLS_MAX - 1}}$`,
    description,
  });

export const symbolsWanted = Type.Object(
  {
    symbols: symbolList(`Symbols, separated by commas; at most ${SYMBOLS_MAX}.`),
    accountId: Type.Optional(accountId('Whose group’s prices; without it those of the first account that the token names.')),
  },
  { additionalProperties: false },
);

export const instrumentsWanted = Type.Object(
  { symbols: Type.Optional(symbolList(`Only these symbols, separated by commas; at most ${SYMBOLS_MAX}.`)) },
  { additionalProperties: false },
);

export const accountAsOf = Type.Object(
  {
    minSequence: Type.Optional(
      count('Answer with a state that contains at least this event: take it from the `lastEventSequence` of a command.'),
    ),
  },
  { additionalProperties: false },
);
