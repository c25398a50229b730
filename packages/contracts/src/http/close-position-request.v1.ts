import { Type, type Static } from 'typebox';
import { clientOrderId, decimal } from '../fields.ts';
import { body } from './body.ts';

const schema = Type.Object(
  {
    clientOrderId: clientOrderId(
      'Your key of the closing order, unique in the account for ever, among the keys of placed orders too. The same key and body get the stored answer again.',
    ),
    volume: Type.Optional(
      decimal(
        'Lots to close. Without it all that is open is closed, which is always taken. A part is a whole number of the instrument’s `volumeStep`, and neither it nor what it leaves is less than `volumeMin`.',
      ),
    ),
  },
  {
    title: 'ClosePositionRequest',
    additionalProperties: false,
    description: 'Close a position, or a part of it, at the market.',
  },
);

export const ClosePositionRequestV1 = body(schema, { clientOrderId: 'my-1-close' });

export type ClosePositionRequestV1 = Static<typeof schema>;
