import { checkAccountId, type AccountId } from '@margrave/vocabulary';
import { Type, type Static } from 'typebox';
import { accountId, count, figure, oneOf, orderId, plainText, time } from '../fields.ts';
import { DealV1 } from '../http/deal.v1.ts';
import { LedgerEntryV1 } from '../http/ledger-entry.v1.ts';
import { OrderV1 } from '../http/order.v1.ts';
import { PositionV1 } from '../http/position.v1.ts';
import { streamMessage } from '../message.ts';
import { accountPartition, checkPartition } from '../partition.ts';
import { subjectTemplate } from '../subject.ts';

export const ORDER_EVENT_TYPES = [
  'order.accepted',
  'order.denied',
  'order.queued',
  'order.working',
  'order.partially_filled',
  'order.filled',
  'order.rejected',
  'order.cancelled',
  'order.expired',
  'order.unknown',
  'order.triggered',
  'order.replaced',
] as const;
export const POSITION_EVENT_TYPES = ['position.opened', 'position.changed', 'position.closed'] as const;
const LEDGER_EVENT_TYPES = ['ledger.entry'] as const;
const MARGIN_EVENT_TYPES = ['margin.changed'] as const;

/** The event types that exist so far. The vocabulary lists more; each gets its data here with the work that needs it. */
export const ACCOUNT_EVENT_TYPES = [
  ...ORDER_EVENT_TYPES,
  ...POSITION_EVENT_TYPES,
  ...LEDGER_EVENT_TYPES,
  ...MARGIN_EVENT_TYPES,
] as const;

const envelope = {
  accountId: accountId('Whose event it is, as in the subject.'),
  sequence: count('Its place in the account’s one sequence, without gaps. Whoever sees a gap reads `GET events?after=`.'),
  version: count('The account version that the event belongs to; one version may have several events.'),
  at: time('Database time of the commit’s decision.'),
  by: plainText(128, 'Who caused it: `client`, `provider:{name}`, a service, an operator.'),
};

const figures = Type.Object(
  {
    balance: figure('Sum of the ledger’s entries.'),
    marginExecuted: figure('Margin of the positions.'),
    marginTotal: figure('Margin of the positions and of what is in flight.'),
  },
  {
    title: 'MarginFigures',
    description: 'Figures that change by commits alone; equity and free margin move with prices and are read.',
  },
);

const orderEvent = Type.Object(
  {
    ...envelope,
    type: oneOf(ORDER_EVENT_TYPES, 'What happened to the order.'),
    data: Type.Object({ order: OrderV1.schema }),
  },
  { title: 'OrderEvent' },
);
const positionEvent = Type.Object(
  {
    ...envelope,
    type: oneOf(POSITION_EVENT_TYPES, 'What happened to the position.'),
    data: Type.Object({
      position: PositionV1.schema,
      orderId: Type.Optional(orderId('The order that caused it.')),
      deal: Type.Optional(DealV1.schema),
    }),
  },
  { title: 'PositionEvent' },
);
const ledgerEvent = Type.Object(
  {
    ...envelope,
    type: oneOf(LEDGER_EVENT_TYPES, 'Money was booked.'),
    data: Type.Object({ entry: LedgerEntryV1.schema, orderId: Type.Optional(orderId('The order that caused it.')) }),
  },
  { title: 'LedgerEvent' },
);
const marginEvent = Type.Object(
  {
    ...envelope,
    type: oneOf(MARGIN_EVENT_TYPES, 'The account’s margin changed.'),
    data: Type.Object({ figures }),
  },
  { title: 'MarginEvent' },
);

const schema = Type.Union([orderEvent, positionEvent, ledgerEvent, marginEvent], {
  title: 'AccountEvent',
  description: 'Something that happened to an account; `type` says what `data` holds.',
});

const template = subjectTemplate('account.{partition}.events.v1.{accountId}', {
  partition: checkPartition,
  accountId: checkAccountId,
});

const idOf = (account: AccountId, sequence: string | bigint): string => `${account}:${sequence}`;

/**
 * Something happened to an account. The history stands in PostgreSQL; this tells those who follow.
 *
 * From: any writer of accounts. To: gateways, trigger engine, portfolio.
 * Frozen after its first release: a field may be added as optional, a type with its data may be added; anything else is
 * `account-event.v2.ts`.
 */
export const AccountEventV1 = {
  ...streamMessage({
    name: 'account.event',
    version: 1,
    summary: 'Something happened to an account.',
    description:
      'The events of one account are numbered without gaps. They may arrive repeated, and not in order: go by `sequence`, and read the history where there is a gap.',
    from: 'any service that changes accounts',
    to: 'order-gateway, pending-orders, portfolio',
    subjectTemplate: template,
    stream: 'EVENTS',
    deduplicationId: (_parameters, event) => idOf(event.accountId, event.sequence),
    deduplicationRule: '`{accountId}:{sequence}`',
    bytesMax: 64 * 1024,
    schema,
    example: {
      accountId: '1000000001',
      sequence: '9',
      version: '12',
      type: 'order.filled',
      at: '2026-01-05T10:00:00.123Z',
      by: 'client',
      data: { order: OrderV1.example },
    },
  }),
  /** The subject of an account's events; the partition follows from the account. */
  subjectOf: (account: Parameters<typeof accountPartition>[0]): string =>
    template.build({ partition: accountPartition(account), accountId: account }),
  /** The message id of an account's event. */
  idOf,
  /** Which event a message id names: enough for who only asks how far an account has come. `undefined` where it names none. */
  readId: (messageId: string): { readonly accountId: AccountId; readonly sequence: bigint } | undefined => {
    const [, account = '', sequence = ''] = /^(\d+):(\d{1,19})$/.exec(messageId) ?? [];
    const accountId = checkAccountId(account);
    return accountId === undefined ? undefined : { accountId, sequence: BigInt(sequence) };
  },
};

export type AccountEventV1 = Static<typeof schema>;
