import { LEDGER_KINDS } from '@margrave/vocabulary';
import { Type, type Static } from 'typebox';
import { accountId, count, currency, dealId, entryId, figure, journalId, oneOf, orNull, time } from '../fields.ts';
import { body } from './body.ts';

const schema = Type.Object(
  {
    entryId: entryId('Our id of the entry.'),
    journalId: journalId('The booking it is part of; its entries, the house’s included, sum to zero.'),
    accountId: accountId('Whose entry it is.'),
    kind: oneOf(LEDGER_KINDS, 'What for.'),
    amount: figure('Negative when the client pays.'),
    currency: currency('The account’s currency.'),
    dealId: orNull(dealId('The deal that caused it; null for deposits and the like.')),
    sequence: count('Sequence of the account event that told of it.'),
    bookedAt: time('When it was booked.'),
  },
  { title: 'LedgerEntry', description: 'Money booked. Entries are only ever added; the balance is their sum.' },
);

export const LedgerEntryV1 = body(schema, {
  entryId: '1000000462',
  journalId: '1000000461',
  accountId: '1000000002',
  kind: 'commission',
  amount: '-0.35',
  currency: 'USD',
  dealId: '1000000458',
  sequence: '11',
  bookedAt: '2026-01-05T10:00:00.123Z',
});

export type LedgerEntryV1 = Static<typeof schema>;
