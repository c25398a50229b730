import { Type, type Static } from 'typebox';
import { count, decimal, oneOf, symbolName, wholeNumber } from '../fields.ts';
import { body } from './body.ts';

export const QUOTE_STATES = ['fresh', 'closed', 'stale'] as const;
const YEAR_MS = 31_622_400_000;

const schema = Type.Object(
  {
    symbol: symbolName('What is quoted.'),
    bid: decimal('What a client of the group sells at.'),
    ask: decimal('What a client of the group buys at.'),
    sequence: count('Grows with every quote.'),
    ageMs: wholeNumber({ minimum: 0, maximum: YEAR_MS }, 'How old it is, in milliseconds.'),
    state: oneOf(
      QUOTE_STATES,
      '`fresh`: can be traded on. `closed`: the last price of a closed session. `stale`: silent for too long.',
    ),
  },
  { title: 'Quote', description: 'The prices of a symbol as the clients of a group see them.' },
);

export const ClientQuoteV1 = body(schema, {
  symbol: 'EURUSD',
  bid: '1.08441',
  ask: '1.08459',
  sequence: '3000000000017',
  ageMs: 12,
  state: 'fresh',
});

export type ClientQuoteV1 = Static<typeof schema>;

const answer = Type.Object(
  {
    quotes: Type.Array(schema),
    unavailable: Type.Array(symbolName('A symbol.'), {
      description: 'Asked-for symbols that do not exist or have no price yet.',
    }),
  },
  { title: 'Quotes', description: 'Quotes in the order in which they were asked for.' },
);

export const ClientQuotesV1 = body(answer, { quotes: [ClientQuoteV1.example], unavailable: [] });

export type ClientQuotesV1 = Static<typeof answer>;
