import type { OutgoingMessage, PublishOutcome } from '@margrave/bus-nats';
import { executionFault, ProviderExecutionV1 } from '@margrave/contracts';
import { createLogging } from '@margrave/runtime';
import { refuse, type ProviderName } from '@margrave/vocabulary';
import { decideAnswer } from '../app/decide-answer.ts';
import type { Report } from '../app/entry.ts';
import {
  followUp,
  limitAt,
  order,
  price,
  priceE8,
  profileOf,
  QUOTE,
  replace,
  requestIdOf,
  Scene,
  scripted,
} from '../testing/scene.ts';
import { createReportSender, executionOf } from './send-report.ts';

const log = createLogging({ service: 'test', level: 'silent', levels: [] }).component('reports');
const provider = 'lp-a' as ProviderName;
const STORED: PublishOutcome = { ok: true, value: { stream: 'EXECUTIONS', sequence: 1, duplicate: false } };

/** Reports of every kind that the provider can make. */
function everyReport(): readonly Report[] {
  const scene = new Scene(profileOf({ parts: 2 }));
  scene.arrive(order(1, { maxDeviationE8: priceE8('0.0001') }));
  scene.executeNext(1, QUOTE);
  scene.executeNext(1, price('1.2', '1.2'));
  scene.arrive(order(2));
  scene.executeAll(2);
  scene.arrive(order(3, { sendBeforeMs: 0 }));
  scene.arrive(order(4));
  scene.arrive(order(5, { limit: limitAt('1.08000', true) }));
  const requests = [
    followUp('cancel', 10, 4),
    followUp('cancel', 11, 2),
    followUp('cancel', 12, 99),
    followUp('status', 13, 1),
    followUp('status', 14, 98),
    replace(15, 1),
    replace(17, 5),
    { kind: 'malformed', requestId: requestIdOf(16), symbol: 'EUR/USD', side: 'sell' },
  ] as const;
  for (const request of requests) scene.enter(decideAnswer(scene.situation, request));
  return scene.book.openSendings().map(({ report }) => report);
}

it('says everything as the contract has it', () => {
  const reports = everyReport();
  expect(new Set(reports.map(({ executionType }) => executionType)).size).toBe(7);
  for (const report of reports) {
    const execution = executionOf(report);
    const decoded = ProviderExecutionV1.decode(new TextEncoder().encode(JSON.stringify(execution)));
    expect(decoded).toEqual({ ok: true, value: execution });
    expect(executionFault(execution)).toBeUndefined();
  }
});

function sender(outcomes: readonly PublishOutcome[]) {
  const published: OutgoingMessage[] = [];
  const send = createReportSender({
    publisher: {
      publish: (message) => {
        published.push(message);
        return Promise.resolve(outcomes[published.length - 1] ?? STORED);
      },
    },
    provider,
    symbols: ['EUR/USD', 'SPX500'],
    secret: 'hush',
    log,
    random: () => 0,
    sleep: () => Promise.resolve(),
  });
  return { send, published };
}

const sending = () => {
  const scene = new Scene(scripted({}));
  scene.arrive(order(1));
  const [first] = scene.book.openSendings();
  if (first === undefined) throw new Error('nothing was said');
  return first;
};

it('publishes under the same id until the stream has it, and one that nobody can guess', async () => {
  const unknown: PublishOutcome = refuse({ outcome: 'unknown', reason: 'timeout', detail: '' });
  const { send, published } = sender([unknown, unknown]);
  const given = sending();
  expect(await send(given, new AbortController().signal)).toBe('told');
  expect(published).toHaveLength(3);
  expect(new Set(published.map(({ subject, body, messageId }) => `${subject} ${messageId} ${String(body)}`))).toEqual(
    new Set([`provider.lp-a.executions.v1 lp-a:${given.report.executionId}:hush ${JSON.stringify(given.report)}`]),
  );
});

it('gives up only when it is stopped', async () => {
  const stopping = new AbortController();
  const { send, published } = sender([]);
  stopping.abort();
  expect(await send(sending(), stopping.signal)).toBe('stopped');
  expect(published).toEqual([]);
});

it.each([
  ['other_price', { executionId: 'same', lastPrice: '1.08464845' }],
  ['other_symbol', { executionId: 'own', symbol: 'SPX500' }],
  ['other_side', { executionId: 'own', side: 'sell' }],
  ['unknown_request', { executionId: 'own', requestId: '999999999999999999' }],
  ['malformed', undefined],
] as const)('says a fill again falsely: %s', async (distortion, changed) => {
  const scene = new Scene(scripted({ distort: [distortion], acknowledge: false }));
  scene.arrive(order(1));
  scene.executeAll(1);
  const { send, published } = sender([STORED, STORED]);
  for (const sending of scene.book.openSendings()) await send(sending, new AbortController().signal);
  expect(new Set(published.map(({ messageId }) => messageId)).size).toBe(2);
  const [truth, falsehood] = published.map(({ body }) => String(body));
  if (changed === undefined) return expect(() => JSON.parse(falsehood ?? '') as unknown).toThrow('JSON');
  const told = JSON.parse(truth ?? '') as Report;
  const executionId = changed.executionId === 'same' ? told.executionId : `${told.executionId}-${distortion}`;
  expect(JSON.parse(falsehood ?? '')).toEqual({ ...told, ...changed, executionId });
});
