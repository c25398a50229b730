import { DENIAL_CODES } from '@margrave/vocabulary';
import { Type, type Static } from 'typebox';
import {
  accountId,
  count,
  decimal,
  decisionId,
  figure,
  oneOf,
  orNull,
  orderId,
  plainText,
  symbolName,
  time,
  wholeNumber,
} from '../fields.ts';
import { body } from './body.ts';

const DECISION_OUTCOMES = ['accepted', 'denied'] as const;
const DAY_MS = 86_400_000;

const price = Type.Object(
  {
    symbol: symbolName('Whose price.'),
    bid: decimal('Raw bid.'),
    ask: decimal('Raw ask.'),
    ageMs: wholeNumber({ minimum: 0, maximum: 365 * DAY_MS }, 'How old it was, in milliseconds.'),
    sequence: count('Of the quote.'),
  },
  { title: 'DecisionPrice', description: 'A price that the decision rested on.' },
);

const schema = Type.Object(
  {
    decisionId: decisionId('Our id of the decision.'),
    accountId: accountId('On whose account.'),
    orderId: orNull(orderId('The order it accepted or denied.')),
    command: plainText(200, 'The deterministic id of the command that was decided.'),
    outcome: oneOf(DECISION_OUTCOMES, '`accepted` or `denied`.'),
    code: orNull(oneOf(DENIAL_CODES, 'Why it was denied; null if it was not.')),
    decidedAt: time('Database time of the decision.'),
    accountVersion: count('The account version that was decided on.'),
    engineVersion: plainText(64, 'The same version decides the same again.'),
    configurationVersion: count('The configuration that was in force.'),
    prices: Type.Array(price, { description: 'All prices it rested on, those of conversions included.' }),
    equity: orNull(figure('Before.')),
    marginBefore: orNull(figure('Total margin before.')),
    marginAfter: orNull(figure('Total margin with the order.')),
    freeAfter: orNull(figure('Free margin with the order: what the check looked at.')),
    inputs: Type.Record(Type.String(), Type.Unknown(), {
      description: 'The formula’s inputs, for a person and for a replay. Their names belong to the engine version.',
    }),
  },
  { title: 'Decision', description: 'Why an order was accepted or denied.' },
);

export const DecisionV1 = body(schema, {
  decisionId: '1000000459',
  accountId: '1000000001',
  orderId: '1000000457',
  command: 'my-1',
  outcome: 'accepted',
  code: null,
  decidedAt: '2026-01-05T10:00:00.123Z',
  accountVersion: '11',
  engineVersion: '1',
  configurationVersion: '7',
  prices: [{ symbol: 'EURUSD', bid: '1.08446', ask: '1.08454', ageMs: 84, sequence: '3000000000017' }],
  equity: '10000.00',
  marginBefore: '0.00',
  marginAfter: '108.46',
  freeAfter: '9891.54',
  inputs: { lots: '0.10', contractSize: '100000', leverage: '100', marginCurrency: 'base' },
});

export type DecisionV1 = Static<typeof schema>;
