import { INSTRUMENT_CLASSES, TRADE_MODES } from '@margrave/vocabulary';
import { Type, type Static } from 'typebox';
import { count, currency, decimal, oneOf, orNull, symbolName, wholeNumber } from '../fields.ts';
import { body } from './body.ts';

const DAY_MS = 86_400_000;

const schema = Type.Object(
  {
    symbol: symbolName('Our name of the instrument.'),
    class: oneOf(INSTRUMENT_CLASSES, 'Its class.'),
    baseCurrency: currency('What a lot is counted in.'),
    quoteCurrency: currency('What its price is in.'),
    contractSize: decimal('Units of the base per lot.'),
    digits: wholeNumber({ minimum: 0, maximum: 8 }, 'Decimals of a price.'),
    tick: decimal('The smallest step of a price.'),
    volumeMin: decimal('Smallest order, in lots.'),
    volumeMax: decimal('Largest order, in lots.'),
    volumeStep: decimal('Volumes are whole numbers of this, in lots.'),
    stopDistanceMin: decimal('How far from the market a stop, a stop loss and a take profit must be when they are set.'),
    freezeDistance: decimal('How near to the market a level that is waited for can be neither changed nor taken back.'),
    leverageMax: orNull(count('Caps the account’s leverage; null for no cap.')),
    tradeMode: oneOf(TRADE_MODES, '`close_only`: positions can be closed, not opened.'),
    sessionOpen: Type.Boolean({ description: 'Whether it can be traded at this moment.' }),
    staleLimitMs: wholeNumber({ minimum: 1, maximum: DAY_MS }, 'A quote silent for longer is stale, in milliseconds.'),
  },
  { title: 'Instrument', description: 'What can be traded, and how.' },
);

export const InstrumentV1 = body(schema, {
  symbol: 'EURUSD',
  class: 'fx',
  baseCurrency: 'EUR',
  quoteCurrency: 'USD',
  contractSize: '100000',
  digits: 5,
  tick: '0.00001',
  volumeMin: '0.01',
  volumeMax: '100',
  volumeStep: '0.01',
  stopDistanceMin: '0.00008',
  freezeDistance: '0',
  leverageMax: null,
  tradeMode: 'full',
  sessionOpen: true,
  staleLimitMs: 10_000,
});

export type InstrumentV1 = Static<typeof schema>;
