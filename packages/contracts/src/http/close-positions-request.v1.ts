import { SIDES } from '@margrave/vocabulary';
import { Type, type Static } from 'typebox';
import { oneOf, symbolName } from '../fields.ts';
import { body } from './body.ts';

const schema = Type.Object(
  {
    symbol: Type.Optional(symbolName('Only positions of this symbol.')),
    side: Type.Optional(oneOf(SIDES, 'Only positions of this side.')),
  },
  {
    title: 'ClosePositionsRequest',
    additionalProperties: false,
    description: 'Close all open positions, or those of a symbol, of a side, or of both.',
  },
);

export const ClosePositionsRequestV1 = body(schema, { symbol: 'EURUSD', side: 'buy' });

export type ClosePositionsRequestV1 = Static<typeof schema>;
