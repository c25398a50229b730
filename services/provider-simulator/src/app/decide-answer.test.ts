import { followUp, inShort, order, profileOf, QUOTE, requestIdOf, Scene, scripted, sendingsOf } from '../testing/scene.ts';
import { decideAnswer } from './decide-answer.ts';
import type { Entry, Report } from './entry.ts';
import type { AnsweredRequest, MalformedRequest } from './request.ts';

const answer = (scene: Scene, request: AnsweredRequest): Entry => scene.enter(decideAnswer(scene.situation, request));
const lastReport = (entry: Entry): Report => {
  const report = 'reports' in entry ? entry.reports.at(-1) : undefined;
  if (report === undefined) throw new Error('nothing was said');
  return report;
};

describe('a cancellation', () => {
  it('of an order never seen is refused, and the order is refused when it arrives after all', () => {
    const scene = new Scene();
    const answered = answer(scene, followUp('cancel', 2, 1));
    expect(lastReport(answered)).toMatchObject({
      executionType: 'rejected',
      reason: 'unknown_request',
      requestId: requestIdOf(2),
      originalRequestId: requestIdOf(1),
      side: 'buy',
    });
    scene.arrive(order(1));
    expect(scene.said(1)).toEqual(['rejected: cancelled_before_arrival']);
  });

  it('of an order that waits ends it with nothing executed', () => {
    const scene = new Scene();
    scene.arrive(order(1));
    const report = lastReport(answer(scene, followUp('cancel', 2, 1)));
    expect(report).toMatchObject({ requestId: requestIdOf(2), originalRequestId: requestIdOf(1) });
    expect(inShort(report)).toBe('cancelled: null, 0 and 0.10 left');
    expect(scene.known(1)).toMatchObject({ status: 'cancelled', dueMs: null });
  });

  it('of an order half executed gives up the rest', () => {
    const scene = new Scene(profileOf({ parts: 2 }));
    scene.arrive(order(1));
    scene.executeNext(1, QUOTE);
    expect(inShort(lastReport(answer(scene, followUp('cancel', 2, 1))))).toBe('cancelled: null, 0.05 and 0.05 left');
  });

  it('of an order that is over is refused', () => {
    const scene = new Scene();
    scene.arrive(order(1));
    scene.executeAll(1);
    expect(inShort(lastReport(answer(scene, followUp('cancel', 2, 1))))).toBe('rejected: already_over');
    expect(scene.known(1).status).toBe('filled');
  });

  it('tells what was kept back to be told in the wrong order', () => {
    const scene = new Scene(scripted({ reorder: true }));
    scene.arrive(order(1));
    const [acknowledgement] = scene.known(1).reports;
    expect(sendingsOf(answer(scene, followUp('cancel', 2, 1)))).toContain(`lp-a:${acknowledgement?.executionId}`);
  });
});

describe('a status request', () => {
  it('about an order never seen is answered so, and the order is never executed', () => {
    const scene = new Scene();
    expect(lastReport(answer(scene, { ...followUp('status', 2, 1), side: 'sell' }))).toMatchObject({
      executionType: 'status',
      orderStatus: 'never_seen',
      cumulativeVolume: '0',
      leavesVolume: '0',
      side: 'sell',
    });
    scene.arrive(order(1, { side: 'sell' }));
    expect(scene.said(1)).toEqual(['rejected: cancelled_before_arrival']);
  });

  it('about a filled order says everything again unchanged, then how it stands', () => {
    const scene = new Scene(profileOf({ parts: 2 }));
    scene.arrive(order(1));
    scene.executeAll(1);
    const before = scene.known(1).reports;
    const asked = answer(scene, followUp('status', 2, 1));
    const status = lastReport(asked);
    expect(status).toMatchObject({ orderStatus: 'filled', cumulativeVolume: '0.10', leavesVolume: '0' });
    expect(sendingsOf(asked)).toEqual([
      ...before.map(({ executionId }) => `lp-a:${executionId}:${requestIdOf(2)}`),
      `lp-a:${status.executionId}`,
    ]);
    const sent = scene.book
      .openSendings()
      .slice(-4)
      .map(({ report }) => report);
    expect(sent).toEqual([...before, status]);
    expect(scene.known(1).reports).toEqual(before);
  });

  it('about a silent order breaks the silence, for what follows as well', () => {
    const scene = new Scene(scripted({ silent: true, parts: 2 }));
    scene.arrive(order(1));
    scene.executeNext(1, QUOTE);
    const asked = answer(scene, followUp('status', 2, 1));
    expect(lastReport(asked)).toMatchObject({ orderStatus: 'partially_filled', cumulativeVolume: '0.05', leavesVolume: '0.05' });
    expect(sendingsOf(asked)).toHaveLength(3);
    expect(sendingsOf(scene.executeNext(1, QUOTE))).toHaveLength(1);
  });

  it('about a late order says that it works', () => {
    const scene = new Scene(scripted({ late: true }));
    scene.arrive(order(1));
    expect(lastReport(answer(scene, followUp('status', 2, 1)))).toMatchObject({ orderStatus: 'working', leavesVolume: '0.10' });
  });

  it('about a lost order says that it was never seen', () => {
    const scene = new Scene(scripted({ lose: true }));
    scene.arrive(order(1));
    expect(lastReport(answer(scene, followUp('status', 2, 1)))).toMatchObject({ orderStatus: 'never_seen' });
  });

  it('about a cancelled order tells of its cancellation too', () => {
    const scene = new Scene();
    scene.arrive(order(1));
    const cancelled = lastReport(answer(scene, followUp('cancel', 2, 1)));
    const asked = answer(scene, followUp('status', 3, 1));
    expect(lastReport(asked).orderStatus).toBe('cancelled');
    expect(sendingsOf(asked)).toContain(`lp-a:${cancelled.executionId}:${requestIdOf(3)}`);
  });

  it('about anything but an order is refused', () => {
    const scene = new Scene();
    answer(scene, followUp('cancel', 2, 1));
    expect(inShort(lastReport(answer(scene, followUp('status', 3, 2))))).toBe('rejected: not_supported');
  });
});

it('to protect a position is not supported', () => {
  const scene = new Scene();
  scene.arrive(order(1));
  const report = lastReport(answer(scene, followUp('protect', 2, 1)));
  expect(report).toMatchObject({ executionType: 'rejected', reason: 'not_supported', originalRequestId: requestIdOf(1) });
  expect(scene.known(1).status).toBe('working');
});

it('a request that says nothing but its id is refused as malformed', () => {
  const scene = new Scene();
  const request: MalformedRequest = { kind: 'malformed', requestId: requestIdOf(1), symbol: 'EUR/USD', side: 'sell' };
  expect(lastReport(answer(scene, request))).toMatchObject({ executionType: 'rejected', reason: 'malformed', side: 'sell' });
  expect(scene.book.isAnswered(requestIdOf(1))).toBe(true);
});
