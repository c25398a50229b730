import type { Outcome, Submission } from '@margrave/account-engine';
import type { Aim } from '../app/waiting.ts';
import { ACCOUNT, EURUSD, RAW } from '../app/testing.ts';
import { fireThrough } from './fire.ts';

let submitted: Submission[];
beforeEach(() => {
  submitted = [];
});

function fire(aim: Aim, outcome: Outcome | Error = { kind: 'busy' }) {
  const submit = (submission: Submission): Promise<Outcome> => {
    submitted.push(submission);
    return outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve(outcome);
  };
  return fireThrough({ submit })({
    triggerId: '1',
    aim,
    accountId: ACCOUNT,
    symbol: EURUSD,
    groupId: RAW,
    armedVersion: 12n,
  });
}
const TRIGGER = { kind: 'trigger', orderId: '1000000457' as never } as const;

it.each([
  [TRIGGER, { ...TRIGGER, armedVersion: 12n }],
  [
    { kind: 'trigger_protection', positionId: '1000000457' as never, level: 'stop_loss' },
    { kind: 'trigger_protection', positionId: '1000000457', level: 'stop_loss', armedVersion: 12n },
  ],
  [
    { kind: 'expire', orderId: '1000000457' as never },
    { kind: 'expire', orderId: '1000000457' },
  ],
] as const)('%j is a command that is never given up', async (aim, command) => {
  await fire(aim);
  expect(submitted).toEqual([{ accountId: ACCOUNT, command, client: null, executions: [], patienceMs: null }]);
});

it.each([
  [{ kind: 'no_change', refusal: { refusedAs: 'nothing_to_do' } }, 'nothing_to_do'],
  [{ kind: 'no_change', refusal: { refusedAs: 'not_tradable' } }, 'not_tradable'],
  [{ kind: 'no_change', refusal: { refusedAs: 'not_reached' } }, 'not_reached'],
  [{ kind: 'no_such_account' }, 'nothing_to_do'],
  [{ kind: 'busy' }, 'again'],
  [{ kind: 'unavailable', why: 'away' }, 'again'],
  [{ kind: 'unknown' }, 'again'],
] as const)('%j means: %s', async (outcome, kind) => {
  expect(await fire(TRIGGER, outcome)).toEqual({ kind });
});

it('a decision that failed is told as that, and thrown to nobody', async () => {
  expect(await fire(TRIGGER, new TypeError('a bug'))).toEqual({ kind: 'failed' });
});

it('what a commit changed is told as it is now', async () => {
  const order = {
    orderId: '1000000457',
    symbol: EURUSD,
    side: 'buy',
    type: 'limit',
    status: 'filled',
    requestId: null,
    version: 13n,
  };
  const position = {
    positionId: '1000000457',
    symbol: EURUSD,
    side: 'buy',
    openVolumeE8: 1n,
    closingOrderId: null,
    stopLossE8: 107_000_000n,
    takeProfitE8: null,
    trailingDistanceE8: null,
    trailingBestE8: null,
    version: 13n,
  };
  const closing = { ...position, positionId: '1000000458', closingOrderId: '1000000459' };
  const change = { accountId: ACCOUNT, orders: [order], positions: [position, closing] };
  expect(await fire(TRIGGER, { kind: 'committed', change } as unknown as Outcome)).toMatchObject({
    kind: 'committed',
    waiting: [
      { key: 'order:1000000457', version: 13n, sequence: null, levels: [] },
      { key: 'position:1000000457', levels: [{ triggerId: '1000000457:stop_loss' }] },
      { key: 'position:1000000458', levels: [] },
    ],
  });
});
