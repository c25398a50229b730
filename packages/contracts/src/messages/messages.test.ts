import { REQUEST_KINDS, type AccountId, type ProviderName, type SymbolName } from '@margrave/vocabulary';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { MESSAGES, type MessageName } from './messages.ts';
import { ProviderOrderCancelV1 } from './provider-order-cancel.v1.ts';
import { AccountEventV1 } from './account-event.v1.ts';

const provider = 'lp-a' as ProviderName;
const names = Object.keys(MESSAGES) as MessageName[];
const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

/** WIRE.md and API.md, restated: subject of the example, stream, message id of the example. */
const ON_THE_WIRE: {
  readonly [Name in MessageName]: readonly [subject: string, stream: string | null, messageId: string | null];
} = {
  ProviderOrderNewV1: ['provider.lp-a.orders.v1.new', 'PROVIDER_ORDERS', '1000000470'],
  ProviderOrderCloseV1: ['provider.lp-a.orders.v1.close', 'PROVIDER_ORDERS', '1000000480'],
  ProviderOrderCancelV1: ['provider.lp-a.orders.v1.cancel', 'PROVIDER_ORDERS', '1000000471'],
  ProviderOrderReplaceV1: ['provider.lp-a.orders.v1.replace', 'PROVIDER_ORDERS', '1000000472'],
  ProviderOrderProtectV1: ['provider.lp-a.orders.v1.protect', 'PROVIDER_ORDERS', '1000000473'],
  ProviderOrderStatusV1: ['provider.lp-a.orders.v1.status', 'PROVIDER_ORDERS', '1000000474'],
  ProviderExecutionV1: ['provider.lp-a.executions.v1', 'EXECUTIONS', 'lp-a:lp-a-20260105-991'],
  QuoteV1: ['md.quotes.v1.EURUSD', null, null],
  AccountEventV1: ['account.1.events.v1.1000000001', 'EVENTS', '1000000001:9'],
  ConfigChangedV1: ['config.changed.v1.instruments', null, null],
  DeadLetterV1: ['dead.provider-worker', 'DEAD', 'provider-worker:EXECUTIONS:1042:44136fa355b3678a1146ad16f7e8649e'],
};

/** The payloads of WIRE.md: every field it names is declared. */
const WIRE_FIELDS: Partial<Record<MessageName, readonly string[]>> = {
  ProviderOrderNewV1:
    'requestId orderId accountRef symbol side type volume contractSize price stopPrice maxDeviation timeInForce sentAt sendBefore'.split(
      ' ',
    ),
  ProviderExecutionV1:
    'executionId requestId providerOrderId executionType symbol side lastVolume lastPrice cumulativeVolume leavesVolume reason transactTime'.split(
      ' ',
    ),
  QuoteV1: 'symbol sequence bid ask low high ageMs'.split(' '),
  AccountEventV1: 'accountId sequence version type at by data'.split(' '),
};

describe('the messages', () => {
  it.each(names)('%s: its example is read back as it was written', (name) => {
    const { decode, example } = MESSAGES[name];
    expect(decode(encode(example))).toEqual({ ok: true, value: example });
  });

  it.each(names)('%s: its example satisfies its schema in the eyes of another validator too', (name) => {
    const ajv = addFormats.default(new Ajv2020({ strict: false }));
    expect(ajv.validate(MESSAGES[name].schema, MESSAGES[name].example)).toBe(true);
  });

  it.each(names)('%s: its example survives a field that a newer sender added', (name) => {
    const { decode, example } = MESSAGES[name];
    expect(decode(encode({ ...example, addedLater: 'x' })).ok).toBe(true);
  });

  it.each(names)('%s: without any one of its required fields it is refused', (name) => {
    const { decode, example } = MESSAGES[name];
    const optional = new Set([
      'referencePrice',
      'providerOrderId',
      'reason',
      'lastVolume',
      'lastPrice',
      'cumulativeVolume',
      'leavesVolume',
    ]);
    for (const field of Object.keys(example).filter((key) => !optional.has(key))) {
      const rest = Object.fromEntries(Object.entries(example).filter(([key]) => key !== field));
      expect([field, decode(encode(rest)).ok]).toEqual([field, false]);
    }
  });

  it.each(names)('%s: a number in the place of any of its strings is refused', (name) => {
    const { decode, example } = MESSAGES[name];
    for (const [field, value] of Object.entries(example)) {
      if (typeof value !== 'string') continue;
      expect([field, decode(encode({ ...example, [field]: 1 })).ok]).toEqual([field, false]);
    }
  });

  it.each(names)('%s: has the name of its file and its version', (name) => {
    const { schema, version, name: dotted } = MESSAGES[name];
    const words = dotted.split('.').map((word) => word.slice(0, 1).toUpperCase() + word.slice(1));
    expect(`${words.join('')}V${version}`).toBe(name);
    expect([name, `${name.slice(0, -2)}`]).toContain((schema as { title?: string }).title);
  });

  it.each(names)('%s: is too large when it is larger than it says', (name) => {
    const { decode, bytesMax } = MESSAGES[name];
    expect(decode(new Uint8Array(bytesMax + 1))).toEqual({ ok: false, refusal: `larger than ${bytesMax} bytes` });
  });

  it.each(names)('%s: names every field that WIRE.md names', (name) => {
    const example = MESSAGES[name].example;
    expect(WIRE_FIELDS[name] ?? []).toEqual((WIRE_FIELDS[name] ?? []).filter((field) => field in example));
  });

  it('cover all six kinds of requests to providers', () => {
    const kinds = names
      .filter((name) => name.startsWith('ProviderOrder'))
      .map((name) => MESSAGES[name].subjectTemplate.address.split('.').at(-1));
    expect(kinds.toSorted()).toEqual([...REQUEST_KINDS].toSorted());
  });
});

describe('on the wire', () => {
  const subjects: { readonly [Name in MessageName]: string } = {
    ProviderOrderNewV1: MESSAGES.ProviderOrderNewV1.subject({ provider }),
    ProviderOrderCloseV1: MESSAGES.ProviderOrderCloseV1.subject({ provider }),
    ProviderOrderCancelV1: MESSAGES.ProviderOrderCancelV1.subject({ provider }),
    ProviderOrderReplaceV1: MESSAGES.ProviderOrderReplaceV1.subject({ provider }),
    ProviderOrderProtectV1: MESSAGES.ProviderOrderProtectV1.subject({ provider }),
    ProviderOrderStatusV1: MESSAGES.ProviderOrderStatusV1.subject({ provider }),
    ProviderExecutionV1: MESSAGES.ProviderExecutionV1.subject({ provider }),
    QuoteV1: MESSAGES.QuoteV1.subject({ symbol: 'EURUSD' as SymbolName }),
    AccountEventV1: AccountEventV1.subjectOf('1000000001' as AccountId),
    ConfigChangedV1: MESSAGES.ConfigChangedV1.subject({ what: 'instruments' }),
    DeadLetterV1: MESSAGES.DeadLetterV1.subject({ service: 'provider-worker' }),
  };
  const messageIds: { readonly [Name in MessageName]: string | null } = {
    ProviderOrderNewV1: MESSAGES.ProviderOrderNewV1.deduplicationId({ provider }, MESSAGES.ProviderOrderNewV1.example),
    ProviderOrderCloseV1: MESSAGES.ProviderOrderCloseV1.deduplicationId({ provider }, MESSAGES.ProviderOrderCloseV1.example),
    ProviderOrderCancelV1: MESSAGES.ProviderOrderCancelV1.deduplicationId({ provider }, MESSAGES.ProviderOrderCancelV1.example),
    ProviderOrderReplaceV1: MESSAGES.ProviderOrderReplaceV1.deduplicationId(
      { provider },
      MESSAGES.ProviderOrderReplaceV1.example,
    ),
    ProviderOrderProtectV1: MESSAGES.ProviderOrderProtectV1.deduplicationId(
      { provider },
      MESSAGES.ProviderOrderProtectV1.example,
    ),
    ProviderOrderStatusV1: MESSAGES.ProviderOrderStatusV1.deduplicationId({ provider }, MESSAGES.ProviderOrderStatusV1.example),
    ProviderExecutionV1: MESSAGES.ProviderExecutionV1.deduplicationId({ provider }, MESSAGES.ProviderExecutionV1.example),
    QuoteV1: null,
    AccountEventV1: MESSAGES.AccountEventV1.deduplicationId(
      AccountEventV1.subjectTemplate.read(subjects.AccountEventV1)!,
      AccountEventV1.example,
    ),
    ConfigChangedV1: null,
    DeadLetterV1: MESSAGES.DeadLetterV1.deduplicationId({ service: 'provider-worker' }, MESSAGES.DeadLetterV1.example),
  };

  it.each(names)('%s has the subject, the stream and the message id of WIRE.md', (name) =>
    expect([subjects[name], MESSAGES[name].stream, messageIds[name]]).toEqual(ON_THE_WIRE[name]),
  );

  it.each(names)('%s: its own subject is read back', (name) =>
    expect(MESSAGES[name].subjectTemplate.read(subjects[name])).toBeDefined(),
  );

  it('withdraws an order that never left under the order’s own id', () =>
    expect(ProviderOrderCancelV1.withdrawalId(ProviderOrderCancelV1.example)).toBe('1000000470'));
});
