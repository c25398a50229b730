import type { AccountId, OrderId, RequestId } from '@margrave/vocabulary';
import { relayOnce, type OutgoingMessage, type RelayNeeds, type SendOutcome, type UnsentRow } from './relay.ts';

const message = (messageId: string): OutgoingMessage => ({ subject: `subject of ${messageId}`, messageId, body: '{}' });
const ACCOUNT = '1000000002' as AccountId;

const events: UnsentRow = {
  kind: 'events',
  outboxId: '1',
  accountId: ACCOUNT,
  messages: [message('a:1'), message('a:2')],
};
const request: UnsentRow = { kind: 'request', outboxId: '2', accountId: ACCOUNT, message: message('470'), expired: null };
const expired = {
  ...request,
  outboxId: '3',
  expired: {
    orderId: '1000000457' as OrderId,
    requestId: '1000000470' as RequestId,
    withdrawal: message('withdrawal'),
    isRemembered: true,
  },
} satisfies UnsentRow;

async function relay(rows: readonly UnsentRow[], outcomeOf: (messageId: string) => SendOutcome, withdrawn = true) {
  const sent: string[] = [];
  const withdrawals: string[] = [];
  const broughtUpToDate: (readonly AccountId[])[] = [];
  let marked: readonly string[] = [];
  const needs: RelayNeeds = {
    takeUnsent: async (_max, work) => {
      marked = await work(rows);
      return rows.length;
    },
    send: (messages) => {
      sent.push(...messages.map(({ messageId }) => messageId));
      return Promise.resolve(messages.map(({ messageId }) => outcomeOf(messageId)));
    },
    crashAfterPublish: () => undefined,
    withdraw: (_accountId, orderId) => {
      withdrawals.push(orderId);
      return Promise.resolve(withdrawn);
    },
    bringUpToDate: (accountIds) => void broughtUpToDate.push(accountIds),
  };
  await relayOnce(needs);
  return { sent, marked, withdrawals, broughtUpToDate };
}

describe('the relay', () => {
  it('sends what was left and marks it', async () =>
    expect(await relay([events, request], () => 'stored')).toEqual({
      sent: ['a:1', 'a:2', '470'],
      marked: ['1', '2'],
      withdrawals: [],
      broughtUpToDate: [[ACCOUNT]],
    }));

  it('brings the accounts whose events it told up to date in the cache, each once and all together', async () => {
    const others = { ...events, outboxId: '4', accountId: '1000000003' as AccountId, messages: [message('b:1')] };
    const again = { ...events, outboxId: '5', messages: [message('a:3')] };
    const { broughtUpToDate } = await relay([events, others, again], () => 'stored');
    expect(broughtUpToDate).toEqual([[ACCOUNT, '1000000003']]);
    expect((await relay([events], () => 'not_sent')).broughtUpToDate).toEqual([]);
  });

  it('marks what the stream had already', async () =>
    expect((await relay([events, request], () => 'duplicate')).marked).toEqual(['1', '2']));

  it('leaves what could not be sent for the next turn, all of a commit’s events or none', async () =>
    expect((await relay([events, request], (id) => (id === 'a:2' ? 'not_sent' : 'stored'))).marked).toEqual(['2']));

  it('never sends an order past its time, but its withdrawal', async () => {
    const { sent, withdrawals, marked } = await relay([expired], () => 'stored');
    expect({ sent, withdrawals, marked }).toEqual({ sent: ['withdrawal'], withdrawals: ['1000000457'], marked: ['3'] });
  });

  it('takes an order for sent when the stream knows its id', async () => {
    const { withdrawals, marked } = await relay([expired], () => 'duplicate');
    expect({ withdrawals, marked }).toEqual({ withdrawals: [], marked: ['3'] });
  });

  it('takes an order for sent that the stream may have forgotten, whatever it says of the withdrawal', async () => {
    const forgotten: UnsentRow = { ...expired, expired: { ...expired.expired, isRemembered: false } };
    const { sent, withdrawals, marked } = await relay([forgotten], () => 'stored');
    expect({ sent, withdrawals, marked }).toEqual({ sent: ['withdrawal'], withdrawals: [], marked: ['3'] });
  });

  it('keeps the row until the withdrawal is committed', async () =>
    expect((await relay([expired], () => 'stored', false)).marked).toEqual([]));
  it('withdraws nothing while the bus is away', async () =>
    expect(await relay([expired], () => 'not_sent')).toMatchObject({ sent: ['withdrawal'], marked: [], withdrawals: [] }));
});
