import { Type, type Static, type TSchema } from 'typebox';
import { AccountEventV1 } from '../messages/account-event.v1.ts';
import { count, oneOf } from '../fields.ts';
import { PROBLEM_CODES, OUTCOMES, RETRYABLES } from '../problems/problem-terms.ts';
import { body } from './body.ts';
import { DealV1 } from './deal.v1.ts';
import { InstrumentV1 } from './instrument.v1.ts';
import { LedgerEntryV1 } from './ledger-entry.v1.ts';
import { OrderV1 } from './order.v1.ts';
import { PositionV1 } from './position.v1.ts';

export const CURSOR_PATTERN = '^[A-Za-z0-9_-]{1,128}$';

export const pageOf = <const Schema extends TSchema>(title: string, item: Schema, order = 'newest first') =>
  Type.Object(
    {
      items: Type.Array(item),
      nextCursor: Type.Unsafe<string | null>({
        type: ['string', 'null'],
        pattern: CURSOR_PATTERN,
        description: 'Ask this very list for the next page with `cursor=`; null on the last.',
      }),
    },
    { title, description: `A page of a list, ${order}.` },
  );

const orders = pageOf('OrderPage', OrderV1.schema);
const positions = pageOf('PositionPage', PositionV1.schema);
const deals = pageOf('DealPage', DealV1.schema);
const ledger = pageOf('LedgerPage', LedgerEntryV1.schema);

export const OrderPageV1 = body(orders, { items: [OrderV1.example], nextCursor: '1767607200123-1000000457-5d0c1be0a4f7' });
export const PositionPageV1 = body(positions, { items: [PositionV1.example], nextCursor: null });
export const DealPageV1 = body(deals, { items: [DealV1.example], nextCursor: null });
export const LedgerPageV1 = body(ledger, { items: [LedgerEntryV1.example], nextCursor: null });
export type OrderPageV1 = Static<typeof orders>;
export type PositionPageV1 = Static<typeof positions>;
export type DealPageV1 = Static<typeof deals>;
export type LedgerPageV1 = Static<typeof ledger>;

const events = Type.Object(
  {
    items: Type.Array(AccountEventV1.schema, { description: 'In the order of their sequence, without gaps.' }),
    lastEventSequence: count('The newest event there is. Below it, ask again with `after=` the sequence of the last item.'),
  },
  { title: 'EventPage', description: 'Events of an account after a sequence, oldest first.' },
);
export const EventPageV1 = body(events, { items: [AccountEventV1.example], lastEventSequence: '12' });
export type EventPageV1 = Static<typeof events>;

const history = Type.Object(
  { items: Type.Array(AccountEventV1.schema) },
  { title: 'OrderHistory', description: 'All that happened because of an order, oldest first.' },
);
export const OrderHistoryV1 = body(history, { items: [AccountEventV1.example] });
export type OrderHistoryV1 = Static<typeof history>;

const instruments = Type.Object(
  { items: Type.Array(InstrumentV1.schema) },
  { title: 'Instruments', description: 'All instruments, or those that were asked for, by symbol.' },
);
export const InstrumentsV1 = body(instruments, { items: [InstrumentV1.example] });
export type InstrumentsV1 = Static<typeof instruments>;

const explanation = Type.Object(
  {
    code: oneOf(PROBLEM_CODES, 'The code.'),
    type: Type.String({ description: 'The path of this page.' }),
    title: Type.String({ description: 'In a few words.' }),
    status: Type.Integer({ minimum: 200, maximum: 599, description: 'The HTTP status.' }),
    retryable: oneOf(RETRYABLES, 'Whether the same request can pass.'),
    outcome: oneOf(OUTCOMES, 'What became of the command.'),
    explanation: Type.String({ description: 'What it means and what to do.' }),
    numbers: Type.Record(Type.String(), Type.String(), { description: 'The numbers it may carry, each with its meaning.' }),
  },
  { title: 'ProblemExplanation', description: 'A problem code, explained.' },
);
export const ProblemExplanationV1 = body(explanation, {
  code: 'SESSION_CLOSED',
  type: '/problems/session-closed',
  title: 'Market closed',
  status: 422,
  retryable: 'after',
  outcome: 'not-placed',
  explanation: 'The symbol is traded in sessions and none is open now. Order again with a new key when it opens.',
  numbers: { symbol: 'The symbol.' },
});
export type ProblemExplanationV1 = Static<typeof explanation>;
