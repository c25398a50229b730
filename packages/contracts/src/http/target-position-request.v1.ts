import { Type, type Static } from 'typebox';
import { signedDecimal, symbolName } from '../fields.ts';
import { body } from './body.ts';

const schema = Type.Object(
  {
    symbol: symbolName('What to trade.'),
    netVolume: signedDecimal(
      'Lots, bought less sold: `"0.50"` to be long, `"-0.50"` to be short, `"0"` for nothing. A whole number of the instrument’s `volumeStep`.',
    ),
  },
  {
    title: 'TargetPositionRequest',
    additionalProperties: false,
    description: 'How much of a symbol is to be held.',
  },
);

export const TargetPositionRequestV1 = body(schema, { symbol: 'EURUSD', netVolume: '-0.50' });

export type TargetPositionRequestV1 = Static<typeof schema>;
