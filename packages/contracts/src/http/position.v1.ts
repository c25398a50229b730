import { FLOWS, SIDES } from '@margrave/vocabulary';
import { Type, type Static } from 'typebox';
import { accountId, count, decimal, figure, oneOf, orNull, orderId, positionId, symbolName, time } from '../fields.ts';
import { body } from './body.ts';

const schema = Type.Object(
  {
    positionId: positionId('Our id of the position.'),
    accountId: accountId('Whose position it is.'),
    symbol: symbolName('What is held.'),
    side: oneOf(SIDES, '`buy` for long, `sell` for short.'),
    openVolume: decimal('Lots still open; zero once closed.'),
    openPrice: decimal('Volume-weighted price of what is open (of what was last open, once closed), rounded to 8 decimals.'),
    flow: oneOf(FLOWS, 'As of the order that opened it.'),
    stopLoss: orNull(decimal('The client’s price at which it is closed at a loss; null for none.')),
    takeProfit: orNull(decimal('The client’s price at which it is closed with a gain; null for none.')),
    trailingStop: orNull(
      Type.Object(
        {
          distance: decimal('How far it stays behind the best price at which the position could have been closed.'),
          price: decimal(
            'Where it stood when that was last kept. It moves in favour of the position only, and is watched exactly.',
          ),
        },
        { description: 'The stop that follows the price; null for none.' },
      ),
    ),
    closingOrderId: orNull(orderId('The order in flight that closes it; null if none.')),
    openedAt: time('When it was opened.'),
    closedAt: orNull(time('When it was closed; null while open.')),
    version: count('The account version of its last change.'),
    currentPrice: Type.Optional(
      orNull(decimal('Only where positions are read: the client’s price at which it would close now; null while there is none.')),
    ),
    floatingProfit: Type.Optional(
      orNull(
        figure('Only where positions are read: profit at that price in account currency; null while there is no price or rate.'),
      ),
    ),
  },
  { title: 'Position', description: 'What is open.' },
);

export const PositionV1 = body(schema, {
  positionId: '1000000457',
  accountId: '1000000001',
  symbol: 'EURUSD',
  side: 'buy',
  openVolume: '0.10',
  openPrice: '1.08457',
  flow: 'local',
  stopLoss: null,
  takeProfit: null,
  trailingStop: null,
  closingOrderId: null,
  openedAt: '2026-01-05T10:00:00.123Z',
  closedAt: null,
  version: '12',
  currentPrice: '1.08439',
  floatingProfit: '-1.80',
});

export type PositionV1 = Static<typeof schema>;
