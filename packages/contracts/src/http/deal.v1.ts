import { SIDES } from '@margrave/vocabulary';
import { Type, type Static } from 'typebox';
import {
  accountId,
  currency,
  dealId,
  decimal,
  figure,
  flags,
  oneOf,
  orderId,
  orNull,
  positionId,
  symbolName,
  time,
} from '../fields.ts';
import { DEAL_ENTRIES } from '../terms.ts';
import { body } from './body.ts';
import { DEAL_FLAG_MEANINGS } from './flags.ts';

const schema = Type.Object(
  {
    dealId: dealId('Our id of the deal.'),
    orderId: orderId('The order that was executed.'),
    positionId: positionId('The position it opened or closed.'),
    accountId: accountId('Whose deal it is.'),
    symbol: symbolName('What was traded.'),
    side: oneOf(SIDES, 'As the order’s.'),
    entry: oneOf(DEAL_ENTRIES, '`in`: it opened. `out`: it closed.'),
    volume: decimal('Lots.'),
    price: decimal('The client’s price.'),
    level: orNull(decimal('The price that its order waited for; null of a market order.')),
    slippage: orNull(figure('How much worse than `level` the price was, in price units; negative where it was better.')),
    profit: figure('Booked profit of a closing deal in `currency`, negative for a loss; zero for an opening one.'),
    commission: figure('Booked commission in `currency`, negative when the client pays.'),
    currency: currency('The account’s currency.'),
    flags: flags('What a reader should look at twice.', DEAL_FLAG_MEANINGS),
    executedAt: time('When it was booked.'),
  },
  { title: 'Deal', description: 'One execution.' },
);

export const DealV1 = body(schema, {
  dealId: '1000000458',
  orderId: '1000000457',
  positionId: '1000000457',
  accountId: '1000000001',
  symbol: 'EURUSD',
  side: 'buy',
  entry: 'in',
  volume: '0.10',
  price: '1.08457',
  level: null,
  slippage: null,
  profit: '0.00',
  commission: '0.00',
  currency: 'USD',
  flags: [],
  executedAt: '2026-01-05T10:00:00.123Z',
});

export type DealV1 = Static<typeof schema>;
