import { Type, type Static } from 'typebox';
import { clientOrderId, positionId } from '../fields.ts';
import { body } from './body.ts';

const schema = Type.Object(
  {
    clientOrderId: clientOrderId(
      'Your key of the closing order, unique in the account for ever. The same key and body get the stored answer again.',
    ),
    positionId: positionId('The other position: of the same symbol, on the other side.'),
  },
  { title: 'CloseByRequest', additionalProperties: false, description: 'Close a position by an opposite one.' },
);

export const CloseByRequestV1 = body(schema, { clientOrderId: 'my-1-close', positionId: '1000000463' });

export type CloseByRequestV1 = Static<typeof schema>;
