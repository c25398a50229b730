import { Type, type Static } from 'typebox';
import { clientOrderId } from '../fields.ts';
import { body } from './body.ts';

const schema = Type.Object(
  {
    clientOrderId: clientOrderId(
      'Your key of the closing order, unique in the account for ever, among the keys of placed orders too. The same key and body get the stored answer again.',
    ),
  },
  {
    title: 'ClosePositionRequest',
    additionalProperties: false,
    description: 'Close the whole position at the market.',
  },
);

export const ClosePositionRequestV1 = body(schema, { clientOrderId: 'my-1-close' });

export type ClosePositionRequestV1 = Static<typeof schema>;
