import { AccountEventV1, ProviderExecutionV1, QuoteV1 } from '@margrave/contracts';
import { decoderOf } from './decoder.ts';

const encode = (body: object): Uint8Array => new TextEncoder().encode(JSON.stringify(body));
const event = AccountEventV1.example;
const subject = AccountEventV1.subjectOf(event.accountId);

it('gives the body, and the names in the subject', () =>
  expect(decoderOf(AccountEventV1)({ subject, data: encode(event) })).toMatchObject({
    ok: true,
    value: { body: event, parameters: { accountId: event.accountId } },
  }));

it.each([
  [
    'an event of one account on the subject of another',
    AccountEventV1,
    subject,
    { ...event, accountId: '1000000002' },
    'accountId',
  ],
  ['a quote of one symbol on the subject of another', QuoteV1, 'md.quotes.v1.GBPUSD', QuoteV1.example, 'symbol'],
] as const)('refuses %s', (_what, contract, on, body, name) =>
  expect(decoderOf<object, never>(contract as never)({ subject: on, data: encode(body) })).toEqual({
    ok: false,
    refusal: `its ${name} is not that of its subject`,
  }),
);

it('asks nothing of a body that does not repeat the subject', () =>
  expect(
    decoderOf(ProviderExecutionV1)({ subject: 'provider.lp-b.executions.v1', data: encode(ProviderExecutionV1.example) }).ok,
  ).toBe(true));

it('refuses a subject that is not one of the contract', () =>
  expect(decoderOf(QuoteV1)({ subject: 'md.quotes.v1.EURUSD.x', data: encode(QuoteV1.example) })).toMatchObject({ ok: false }));
