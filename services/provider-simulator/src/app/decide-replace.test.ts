import {
  followUp,
  inShort,
  limitAt,
  lots,
  order,
  price,
  priceE8,
  profileOf,
  QUOTE,
  replace,
  requestIdOf,
  Scene,
  scripted,
  sendingsOf,
  START_MS,
} from '../testing/scene.ts';
import type { OrderState } from './book.ts';
import { decideAnswer } from './decide-answer.ts';
import type { ProviderProfile } from './decision.ts';
import type { Entry, Report } from './entry.ts';
import type { AnsweredRequest, OrderRequest, ReplaceRequest } from './request.ts';

const answer = (scene: Scene, request: AnsweredRequest): Entry => scene.enter(decideAnswer(scene.situation, request));
const reportOf = (entry: Entry): Report => {
  const report = 'reports' in entry ? entry.reports[0] : undefined;
  if (report === undefined) throw new Error('nothing was said');
  return report;
};
const resting = (number: number, differently: Partial<OrderRequest> = {}): OrderRequest =>
  order(number, { limit: limitAt('1.08454', true), ...differently });
const sceneOf = (profile: ProviderProfile = profileOf(), differently: Partial<OrderRequest> = {}): Scene => {
  const scene = new Scene(profile);
  scene.arrive(resting(1, differently));
  return scene;
};
const BEYOND = price('1.08392', '1.08401');
const AT = price('1.08392', '1.08400');

describe('a replacement of an order that rests', () => {
  it('is answered with its own id, the original’s, and what is left of the new volume', () => {
    const scene = sceneOf();
    const report = reportOf(answer(scene, replace(2, 1)));
    expect(report).toMatchObject({
      executionType: 'replaced',
      requestId: requestIdOf(2),
      originalRequestId: requestIdOf(1),
      providerOrderId: scene.known(1).taken.providerOrderId,
      reason: null,
    });
    expect(inShort(report)).toBe('replaced: 0 and 0.20 left');
  });

  it('makes it rest at the new limit, and fill the new volume under the id it had', () => {
    const scene = sceneOf();
    answer(scene, replace(2, 1));
    expect([scene.rests(1, QUOTE), scene.rests(1, BEYOND), scene.rests(1, AT)]).toEqual([true, true, false]);
    const filled = reportOf(scene.executeNext(1, AT));
    expect(filled).toMatchObject({ requestId: requestIdOf(1), lastPrice: '1.084' });
    expect(filled.originalRequestId).toBeUndefined();
    expect(scene.said(1)).toEqual(['new', 'replaced: 0 and 0.20 left', 'fill 0.20 at 1.084, 0.20 and 0 left']);
  });

  it('counts what is executed already', () => {
    const scene = sceneOf(profileOf({ parts: 2 }));
    scene.executeNext(1, QUOTE);
    expect(inShort(reportOf(answer(scene, replace(2, 1, { volumeE8: lots('0.08') }))))).toBe('replaced: 0.05 and 0.03 left');
    expect(scene.known(1).status).toBe('partially_filled');
    scene.executeAll(1, AT);
    expect(scene.said(1).slice(3)).toEqual([
      'partial_fill 0.02 at 1.084, 0.07 and 0.01 left',
      'fill 0.01 at 1.084, 0.08 and 0 left',
    ]);
  });

  it('can itself be replaced, under the id of the order', () => {
    const scene = sceneOf();
    answer(scene, replace(2, 1));
    answer(scene, replace(3, 1, { volumeE8: lots('0.01'), limitPriceE8: priceE8('1.09') }));
    expect(inShort(reportOf(answer(scene, replace(4, 2))))).toBe('rejected: unknown_request');
    scene.executeAll(1, QUOTE);
    expect(scene.said(1).slice(1)).toEqual([
      'replaced: 0 and 0.20 left',
      'replaced: 0 and 0.01 left',
      'fill 0.01 at 1.08454, 0.01 and 0 left',
    ]);
  });

  it('is executed no earlier than the shortest latency later, or than it would have been', () => {
    const scene = sceneOf(scripted({ latencyMs: 20 }));
    answer(scene, replace(2, 1));
    expect(scene.known(1).dueMs).toBe(START_MS + 20);
    scene.atMs = START_MS + 18;
    answer(scene, replace(3, 1));
    expect(scene.known(1).dueMs).toBe(START_MS + 23);
  });

  it('can be cancelled afterwards: what is given up is of the new volume', () => {
    const scene = sceneOf();
    answer(scene, replace(2, 1));
    expect(inShort(reportOf(answer(scene, followUp('cancel', 3, 1))))).toBe('cancelled: null, 0 and 0.20 left');
    expect(inShort(reportOf(answer(scene, replace(4, 1))))).toBe('rejected: already_over');
  });

  it('is told again to who asks for the status', () => {
    const scene = sceneOf();
    const replaced = reportOf(answer(scene, replace(2, 1)));
    const asked = answer(scene, followUp('status', 3, 1));
    expect(reportOf(asked)).toMatchObject({ orderStatus: 'working', cumulativeVolume: '0', leavesVolume: '0.20' });
    expect(sendingsOf(asked)).toContain(`lp-a:${replaced.executionId}:${requestIdOf(3)}`);
  });
});

describe('a replacement is refused', () => {
  const refused = (scene: Scene, differently: Partial<ReplaceRequest> = {}): string => {
    const before: OrderState | undefined = scene.book.order(requestIdOf(1));
    const said = inShort(reportOf(answer(scene, replace(2, 1, differently))));
    expect(scene.book.order(requestIdOf(1))).toEqual(before);
    return said;
  };

  it('when the order is over', () => {
    const scene = sceneOf();
    scene.executeAll(1);
    expect(refused(scene)).toBe('rejected: already_over');
  });

  it('when the order was never seen, which is taken as it says if it arrives after all', () => {
    const scene = new Scene();
    expect(refused(scene, { side: 'sell' })).toBe('rejected: unknown_request');
    scene.arrive(resting(1));
    expect(scene.said(1)).toEqual(['new']);
  });

  it('when it arrives after its sendBefore, and not in that very moment', () => {
    const scene = sceneOf();
    expect(refused(scene, { sendBeforeMs: START_MS - 1 })).toBe('rejected: too_late');
    expect(inShort(reportOf(answer(scene, replace(3, 1, { sendBeforeMs: START_MS }))))).toBe('replaced: 0 and 0.20 left');
  });

  it('when the order does not rest', () => {
    expect(refused(sceneOf(profileOf(), { limit: null }))).toBe('rejected: not_supported');
    expect(refused(sceneOf(profileOf(), { limit: limitAt('1.08454') }))).toBe('rejected: not_supported');
  });

  it('when it asks for what is no limit order', () => {
    expect(refused(sceneOf(), { limitPriceE8: null })).toBe('rejected: not_supported');
  });

  it.each([
    ['none', '0'],
    ['off the step', '0.205'],
    ['too large', '100.01'],
    ['no more than is executed', '0.05'],
    ['less than is executed', '0.04'],
  ])('when the volume is %s', (_what, volume) => {
    const scene = sceneOf(profileOf({ parts: 2 }));
    scene.executeNext(1, QUOTE);
    expect(refused(scene, { volumeE8: lots(volume) })).toBe('rejected: volume_not_allowed');
  });

  it('when the symbol is not listed any more', () => {
    const scene = sceneOf();
    const later = { ...scene.situation, profile: { ...scene.profile, listings: new Map() } };
    expect(inShort(reportOf(decideAnswer(later, replace(2, 1))))).toBe('rejected: unknown_symbol');
  });
});

describe('misbehaviour after a replacement', () => {
  const sentOf = (then: Parameters<typeof scripted>[0]): readonly string[] => {
    const scene = sceneOf(scripted(then));
    return sendingsOf(answer(scene, replace(2, 1)));
  };

  it('answers while it is silent, and not where it is mute', () => {
    expect(sentOf({ silent: true })).toHaveLength(1);
    expect(sentOf({ mute: true })).toEqual([]);
  });

  it('says at the end, the last first, what was no answer', () => {
    const scene = sceneOf(scripted({ reorder: true, parts: 2 }));
    answer(scene, replace(2, 1));
    scene.executeNext(1, AT);
    const told = scene.known(1).reports.filter(({ executionType }) => executionType !== 'replaced');
    const sent = sendingsOf(scene.executeNext(1, AT));
    const [last] = scene.known(1).reports.slice(-1);
    expect(sent).toEqual([last, ...told.toReversed()].map((report) => `lp-a:${report?.executionId}`));

    const given = sceneOf(scripted({ reorder: true }));
    answer(given, replace(2, 1));
    const [acknowledged] = given.known(1).reports;
    const cancelled = answer(given, followUp('cancel', 3, 1));
    expect(sendingsOf(cancelled)).toEqual([reportOf(cancelled), acknowledged].map((report) => `lp-a:${report?.executionId}`));
  });

  it('executes in as many parts as before what is left, or too much of it', () => {
    const scene = sceneOf(scripted({ parts: 2, overfill: true }));
    answer(scene, replace(2, 1));
    scene.executeAll(1, AT);
    expect(scene.said(1).slice(2)).toEqual([
      'partial_fill 0.10 at 1.084, 0.10 and 0.10 left',
      'fill 0.20 at 1.084, 0.30 and 0 left',
    ]);
  });
});
