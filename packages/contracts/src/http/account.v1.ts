import { ACCOUNT_MODES, ACCOUNT_STATUSES, ACCOUNT_TYPES } from '@margrave/vocabulary';
import { Type, type Static } from 'typebox';
import { accountId, count, currency, figure, groupId, oneOf, orNull, percent, symbolName } from '../fields.ts';
import { body } from './body.ts';

const figures = {
  balance: figure('Sum of the ledger’s entries.'),
  equity: orNull(figure('Balance + credit + floating profit; null while a price or a rate is missing.')),
  marginExecuted: figure('Margin of the positions.'),
  marginTotal: figure('Margin of the positions and of what is in flight, at its worst.'),
  freeMargin: orNull(figure('Equity − marginTotal; null while a price or a rate is missing.')),
  marginLevel: orNull(percent('Equity ÷ marginTotal × 100; null without margin, or while a price or a rate is missing.')),
  version: count('One more with every change; what moves by prices alone has none.'),
};

const figuresSchema = Type.Object(figures, {
  title: 'AccountFigures',
  description: 'The figures of an account in its currency, after a command.',
});

export const AccountFiguresV1 = body(figuresSchema, {
  balance: '10000.00',
  equity: '9998.20',
  marginExecuted: '108.46',
  marginTotal: '108.46',
  freeMargin: '9889.74',
  marginLevel: '9218.33',
  version: '12',
});

export type AccountFiguresV1 = Static<typeof figuresSchema>;

const schema = Type.Object(
  {
    accountId: accountId('The account.'),
    type: oneOf(ACCOUNT_TYPES, '`live` or `demo`.'),
    group: groupId('Prices, commission and limits come from it.'),
    currency: currency('Of all figures.'),
    leverage: count('The ratio: `100` is 1:100.'),
    mode: oneOf(ACCOUNT_MODES, '`hedging`: one position per filled order. `netting`: one per symbol.'),
    status: oneOf(ACCOUNT_STATUSES, '`close_only`: positions can be closed, not opened. `suspended`: nothing can be done.'),
    credit: figure('Lent by the house; part of the equity, not of the balance.'),
    floatingProfit: orNull(
      figure('Of all open positions at the client’s closing prices; null while a price or a rate is missing.'),
    ),
    ...figures,
    lastEventSequence: count('Sequence of the account’s newest event.'),
    unpricedSymbols: Type.Array(symbolName('A symbol.'), { description: 'Held symbols whose price or rate is missing.' }),
  },
  { title: 'Account', description: 'An account and its figures at this moment.' },
);

export const AccountV1 = body(schema, {
  accountId: '1000000001',
  type: 'demo',
  group: 'standard',
  currency: 'USD',
  leverage: '100',
  mode: 'hedging',
  status: 'active',
  credit: '0.00',
  floatingProfit: '-1.80',
  ...AccountFiguresV1.example,
  lastEventSequence: '12',
  unpricedSymbols: [],
});

export type AccountV1 = Static<typeof schema>;
