import { SETTLEMENT_DOUBTS } from '@margrave/vocabulary';
import { Type, type Static } from 'typebox';
import { count, decimal, foreignId, oneOf, time, writtenText } from '../../fields.ts';
import { body } from '../body.ts';

/** More fills than one market order has; a settlement has to fit a request. */
export const STATED_EXECUTIONS_MAX = 50;

const execution = Type.Object(
  {
    executionId: foreignId('The provider’s id of it. Its own late report of the same execution then changes nothing.'),
    volume: decimal('Lots.'),
    price: decimal('The provider’s price; the markup of the order is added as to any fill.'),
    executedAt: time('When, as the provider states it. It is kept with the action; the deal has the time of its booking.'),
  },
  { title: 'StatedExecution', additionalProperties: false, description: 'One execution as the provider states it.' },
);
export const StatedExecutionV1 = body(execution, {
  executionId: 'lp-a-20260105-991',
  volume: '0.04',
  price: '1.08455',
  executedAt: '2026-01-05T10:00:00Z',
});
export type StatedExecutionV1 = Static<typeof execution>;

const schema = Type.Object(
  {
    orderVersion: count('The `version` of the order as you looked at it: if more is known by now, it is not settled.'),
    reason: writtenText(
      500,
      'How you know: whom you spoke to, which statement you read. Kept for ever, and not shown to the client.',
    ),
    executions: Type.Array(execution, {
      maxItems: STATED_EXECUTIONS_MAX,
      description: 'All that was executed and is not booked; none: nothing was. What is left of the order is at an end.',
    }),
    confirmed: Type.Optional(
      Type.Array(
        oneOf(
          SETTLEMENT_DOUBTS,
          '`overfill`: more was executed than is left of the order. `price`: it was executed far from every price at hand.',
        ),
        { maxItems: SETTLEMENT_DOUBTS.length, uniqueItems: true, description: 'What looks like a slip and is meant.' },
      ),
    ),
  },
  { title: 'SettleOrderRequest', additionalProperties: false, description: 'What became of an unknown order.' },
);

export const SettleOrderRequestV1 = body(schema, {
  orderVersion: '12',
  reason: 'Telephone, 03:12 UTC, desk of lp-a (J. Doe): partly executed, the rest expired',
  executions: [StatedExecutionV1.example],
});
export type SettleOrderRequestV1 = Static<typeof schema>;
