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
        'Lots to close; without a word all that is open. A part is a whole number of the instrument’s `volumeStep` and at least its `volumeMin`; all that is open may always be closed.',
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
