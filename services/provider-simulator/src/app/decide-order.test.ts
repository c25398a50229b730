import { decideAnswer } from './decide-answer.ts';
import {
  behaviourOf,
  lots,
  order,
  price,
  priceE8,
  profileOf,
  QUOTE,
  requestIdOf,
  Scene,
  followUp,
  scripted,
  sendingsOf,
  START_MS,
} from '../testing/scene.ts';

it('acknowledges an order at once and fills it at its own quote when its latency is over', () => {
  const scene = new Scene();
  scene.arrive(order(1));
  expect(scene.said(1)).toEqual(['new']);
  expect(scene.known(1).dueMs).toBeGreaterThanOrEqual(START_MS + 5);
  scene.executeAll(1, price('1.08448', '1.08456'));
  expect(scene.said(1)).toEqual(['new', 'fill 0.10 at 1.08456, 0.10 and 0 left']);
});

it('sells at the bid', () => {
  const scene = new Scene();
  scene.arrive(order(1, { side: 'sell' }));
  scene.executeAll(1);
  expect(scene.said(1)[1]).toBe('fill 0.10 at 1.08446, 0.10 and 0 left');
});

it('executes a close as an order on the side it names', () => {
  const scene = new Scene();
  scene.arrive(order(1, { kind: 'close', side: 'sell', volumeE8: lots('0.04') }));
  scene.executeAll(1);
  expect(scene.said(1)).toEqual(['new', 'fill 0.04 at 1.08446, 0.04 and 0 left']);
});

it('says nothing of an acknowledgement where it does not acknowledge', () => {
  const scene = new Scene(profileOf({ acknowledge: false }));
  expect(sendingsOf(scene.arrive(order(1)))).toEqual([]);
  scene.executeAll(1);
  expect(scene.said(1)).toHaveLength(1);
});

describe('an order is refused at once', () => {
  it.each([
    ['when it arrives after its sendBefore', { sendBeforeMs: START_MS - 1 }, 'too_late'],
    ['when the symbol is not listed', { symbol: 'EURUSD' }, 'unknown_symbol'],
    ['without a volume', { volumeE8: lots('0') }, 'volume_not_allowed'],
    ['off the volume step', { volumeE8: lots('0.105') }, 'volume_not_allowed'],
    ['off the step of its own symbol', { symbol: 'SPX500', volumeE8: lots('0.15') }, 'volume_not_allowed'],
    ['above the largest volume', { volumeE8: lots('100.01') }, 'volume_not_allowed'],
    ['when it is of a kind that is not done', { isSupported: false }, 'not_supported'],
  ])('%s', (_when, differently, reason) => {
    const scene = new Scene();
    scene.arrive(order(1, differently));
    expect(scene.said(1)).toEqual([`rejected: ${reason}`]);
    expect(scene.known(1)).toMatchObject({ status: 'rejected', dueMs: null });
  });

  it('but not in the very moment of its sendBefore', () => {
    const scene = new Scene();
    scene.arrive(order(1, { sendBeforeMs: START_MS }));
    expect(scene.known(1).status).toBe('working');
  });
});

describe('a maximum deviation', () => {
  const limited = { maxDeviationE8: priceE8('0.00020'), referencePriceE8: priceE8('1.08454') };

  it.each([
    ['buy', '1.08474', 'fill 0.10 at 1.08474, 0.10 and 0 left'],
    ['buy', '1.08475', 'rejected: price_moved'],
    ['buy', '1.08000', 'fill 0.10 at 1.08, 0.10 and 0 left'],
    ['sell', '1.08434', 'fill 0.10 at 1.08434, 0.10 and 0 left'],
    ['sell', '1.08433', 'rejected: price_moved'],
    ['sell', '1.09', 'fill 0.10 at 1.09, 0.10 and 0 left'],
  ] as const)('lets a %s go through or not at %s', (side, at, said) => {
    const scene = new Scene();
    scene.arrive(order(1, { ...limited, side }));
    scene.executeAll(1, price(at, at));
    expect(scene.said(1)[1]).toBe(said);
  });

  it('counts from the own price at arrival where the order names none', () => {
    const scene = new Scene();
    scene.arrive(order(1, { maxDeviationE8: priceE8('0.00020') }), QUOTE);
    scene.arrive(order(2, { maxDeviationE8: priceE8('0.00020') }), QUOTE);
    scene.executeAll(1, price('1.08466', '1.08474'));
    scene.executeAll(2, price('1.08467', '1.08475'));
    expect([scene.known(1).status, scene.known(2).status]).toEqual(['filled', 'rejected']);
  });

  it('counts from the first price where there was none at arrival', () => {
    const scene = new Scene(profileOf({ parts: 2 }));
    scene.arrive(order(1, { maxDeviationE8: priceE8('0.00020') }), 'no price');
    scene.executeNext(1, price('1.10000', '1.10000'));
    scene.executeNext(1, price('1.10021', '1.10021'));
    expect(scene.said(1)).toEqual([
      'new',
      'partial_fill 0.05 at 1.1, 0.05 and 0.05 left',
      'cancelled: price_moved, 0.05 and 0.05 left',
    ]);
  });
});

describe('an order in parts', () => {
  it('is filled part by part, each at the price of its moment', () => {
    const scene = new Scene(profileOf({ parts: 2 }));
    scene.arrive(order(1, { volumeE8: lots('0.05') }));
    const first = scene.executeNext(1, price('1.08446', '1.08454'));
    expect(first).toMatchObject({ status: 'partially_filled', dueMs: scene.atMs + 5 });
    scene.executeNext(1, price('1.08447', '1.08455'));
    expect(scene.said(1)).toEqual([
      'new',
      'partial_fill 0.03 at 1.08454, 0.03 and 0.02 left',
      'fill 0.02 at 1.08455, 0.05 and 0 left',
    ]);
  });

  it('is filled at once where it must be whole', () => {
    const scene = new Scene(profileOf({ parts: 2 }));
    scene.arrive(order(1, { isWhole: true }));
    expect(scene.known(1).taken.parts).toEqual(['0.1']);
  });

  it('gives up the last part where that is not to be had, or everything where there is but one', () => {
    const scene = new Scene(scripted({ short: true, parts: 2 }));
    scene.arrive(order(1));
    scene.executeAll(1);
    scene.arrive(order(2, { volumeE8: lots('0.01') }));
    scene.executeAll(2);
    expect(scene.said(1).at(-1)).toBe('cancelled: no_liquidity, 0.05 and 0.05 left');
    expect(scene.said(2)).toEqual(['new', 'rejected: no_liquidity']);
  });
});

it('refuses an order of a symbol that has no price', () => {
  const scene = new Scene();
  scene.arrive(order(1), 'no price');
  scene.executeNext(1, undefined);
  expect(scene.said(1)).toEqual(['new', 'rejected: no_liquidity']);
});

it('refuses with the reason of the script, after the latency', () => {
  const scene = new Scene(scripted({ reject: 'market_closed' }));
  scene.arrive(order(1));
  scene.executeAll(1);
  expect(scene.said(1)).toEqual(['new', 'rejected: market_closed']);
});

describe('what is sent', () => {
  const ids = (scene: Scene) => scene.known(1).reports.map(({ executionId }) => `lp-a:${executionId}`);

  it('is each report once, under its execution id', () => {
    const scene = new Scene();
    const sent = [...sendingsOf(scene.arrive(order(1))), ...sendingsOf(scene.executeNext(1, QUOTE))];
    expect(sent).toEqual(ids(scene));
    expect(new Set(sent).size).toBe(2);
  });

  it('is each report again where reports are repeated, under the same id and under new ones', () => {
    const scene = new Scene(scripted({ repeat: ['same_id', 'new_id'] }));
    const sent = sendingsOf(scene.arrive(order(1)));
    const [id] = ids(scene);
    expect(sent).toEqual([id, id, `${id}:repeat-2`]);
  });

  it('is an end, and then the execution all the same, where it contradicts itself', () => {
    const scene = new Scene(scripted({ endFirst: ['cancelled', 'rejected'], acknowledge: false }));
    scene.arrive(order(1));
    scene.executeAll(1);
    expect(scene.said(1)).toEqual([
      'cancelled: no_liquidity, 0 and 0.10 left',
      'rejected: no_liquidity',
      'fill 0.10 at 1.08454, 0.10 and 0 left',
    ]);
    expect(scene.known(1).status).toBe('filled');
  });

  it('is more than was ordered where it executes too much', () => {
    const scene = new Scene(scripted({ overfill: true, parts: 2, acknowledge: false }));
    scene.arrive(order(1));
    scene.executeAll(1);
    expect(scene.said(1)).toEqual(['partial_fill 0.05 at 1.08454, 0.05 and 0.05 left', 'fill 0.10 at 1.08454, 0.15 and 0 left']);
  });

  it('is nothing where it is mute, also when it is asked', () => {
    const scene = new Scene(scripted({ mute: true }));
    const sent = [scene.arrive(order(1)), scene.executeNext(1, QUOTE)];
    sent.push(scene.enter(decideAnswer(scene.situation, followUp('status', 2, 1))));
    sent.push(scene.enter(decideAnswer(scene.situation, followUp('status', 3, 1))));
    expect(sent.flatMap(sendingsOf)).toEqual([]);
    expect(scene.known(1).status).toBe('filled');
  });

  it('is nothing where it is silent, though it executes', () => {
    const scene = new Scene(scripted({ silent: true }));
    expect(sendingsOf(scene.arrive(order(1)))).toEqual([]);
    expect(sendingsOf(scene.executeNext(1, QUOTE))).toEqual([]);
    expect(scene.known(1).status).toBe('filled');
  });

  it('is everything at the end and the last first where it tells things in the wrong order', () => {
    const scene = new Scene(scripted({ reorder: true, parts: 2 }));
    expect(sendingsOf(scene.arrive(order(1)))).toEqual([]);
    expect(sendingsOf(scene.executeNext(1, QUOTE))).toEqual([]);
    expect(sendingsOf(scene.executeNext(1, QUOTE))).toEqual(ids(scene).toReversed());
  });
});

it('executes a late order beyond the time at which silence is noticed', () => {
  const scene = new Scene(scripted({ late: true, latencyMs: 10 }));
  expect(behaviourOf(scene.arrive(order(1))).latencyMs).toBe(6_010);
  expect(scene.known(1).dueMs).toBe(START_MS + 6_010);
});

it('forgets a lost order, and never executes it', () => {
  const scene = new Scene(scripted({ lose: true }));
  expect(scene.arrive(order(1))).toEqual({ kind: 'loss', requestId: requestIdOf(1) });
  expect(scene.book.isForbidden(requestIdOf(1))).toBe(true);
  expect(scene.book.order(requestIdOf(1))).toBeUndefined();
});
