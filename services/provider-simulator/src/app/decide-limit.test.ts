import {
  limitAt,
  lots,
  order,
  price,
  priceE8,
  profileOf,
  QUOTE,
  Scene,
  scripted,
  sendingsOf,
  START_MS,
} from '../testing/scene.ts';

const resting = (text: string) => ({ limit: limitAt(text, true) });

describe.each([
  ['ioc', { isWhole: false }],
  ['fok', { isWhole: true }],
])('a limit order, %s,', (_timeInForce, wholeness) => {
  it.each([
    ['buy', '1.08454', 'fill 0.10 at 1.08454, 0.10 and 0 left'],
    ['buy', '1.08453', 'fill 0.10 at 1.08453, 0.10 and 0 left'],
    ['buy', '1.07', 'fill 0.10 at 1.07, 0.10 and 0 left'],
    ['buy', '1.08454001', 'rejected: price_moved'],
    ['sell', '1.08454', 'fill 0.10 at 1.08454, 0.10 and 0 left'],
    ['sell', '1.08455', 'fill 0.10 at 1.08455, 0.10 and 0 left'],
    ['sell', '1.09', 'fill 0.10 at 1.09, 0.10 and 0 left'],
    ['sell', '1.08453999', 'rejected: price_moved'],
  ] as const)('%s, is executed at the limit or better, never beyond it: at %s', (side, at, said) => {
    const scene = new Scene();
    scene.arrive(order(1, { ...wholeness, side, limit: limitAt('1.08454') }));
    scene.executeAll(1, price(at, at));
    expect(scene.said(1)).toEqual(['new', said]);
  });

  it('looks at the price of its own side', () => {
    const scene = new Scene();
    scene.arrive(order(1, { ...wholeness, limit: limitAt('1.08450') }));
    scene.arrive(order(2, { ...wholeness, side: 'sell', limit: limitAt('1.08450') }));
    scene.executeAll(1, price('1.08446', '1.08454'));
    scene.executeAll(2, price('1.08446', '1.08454'));
    expect([scene.known(1).status, scene.known(2).status]).toEqual(['rejected', 'rejected']);
  });

  it('is refused without a price, as at the market', () => {
    const scene = new Scene();
    scene.arrive(order(1, { ...wholeness, limit: limitAt('1.08454') }), 'no price');
    scene.executeNext(1, undefined);
    expect(scene.said(1)).toEqual(['new', 'rejected: no_liquidity']);
  });
});

describe('a limit order in parts', () => {
  it('gives up the rest when the price leaves the limit', () => {
    const scene = new Scene(profileOf({ parts: 2 }));
    scene.arrive(order(1, { limit: limitAt('1.08454') }));
    scene.executeNext(1, QUOTE);
    scene.executeNext(1, price('1.08447', '1.08455'));
    expect(scene.said(1)).toEqual([
      'new',
      'partial_fill 0.05 at 1.08454, 0.05 and 0.05 left',
      'cancelled: price_moved, 0.05 and 0.05 left',
    ]);
  });

  it('is whole or nothing where it must be whole', () => {
    const scene = new Scene(profileOf({ parts: 2 }));
    scene.arrive(order(1, { isWhole: true, limit: limitAt('1.08454') }));
    scene.executeNext(1, QUOTE);
    expect(scene.said(1)).toEqual(['new', 'fill 0.10 at 1.08454, 0.10 and 0 left']);
  });

  it('keeps its rest in the book where it rests, and executes that whenever the price is back', () => {
    const scene = new Scene(profileOf({ parts: 2 }));
    scene.arrive(order(1, resting('1.08454')));
    scene.executeNext(1, QUOTE);
    expect(scene.rests(1, price('1.08447', '1.08455'))).toBe(true);
    expect(scene.known(1)).toMatchObject({ status: 'partially_filled', dueMs: scene.atMs + 5 });
    scene.executeNext(1, price('1.08440', '1.08448'));
    expect(scene.said(1).at(-1)).toBe('fill 0.05 at 1.08448, 0.10 and 0 left');
  });
});

describe('a limit order that rests', () => {
  it.each([
    ['buy', '1.08454', false],
    ['buy', '1.08454001', true],
    ['sell', '1.08454', false],
    ['sell', '1.08453999', true],
  ] as const)('%s, at %s: %s', (side, at, rests) => {
    const scene = new Scene();
    scene.arrive(order(1, { ...resting('1.08454'), side }));
    expect(scene.rests(1, price(at, at))).toBe(rests);
  });

  it('waits for a price where there is none', () => {
    const scene = new Scene();
    scene.arrive(order(1, resting('1.08454')), 'no price');
    expect(scene.rests(1, undefined)).toBe(true);
  });

  it('is acknowledged also where orders are not, unless a script says so', () => {
    const said = (scene: Scene) => {
      scene.arrive(order(1, resting('1.08000')));
      return scene.said(1);
    };
    expect(said(new Scene(profileOf({ acknowledge: false })))).toEqual(['new']);
    expect(said(new Scene(scripted({ acknowledge: false })))).toEqual([]);
  });

  it('is filled at the better price when there is one', () => {
    const scene = new Scene();
    scene.arrive(order(1, { ...resting('1.08454'), side: 'sell', volumeE8: lots('0.05') }));
    scene.executeNext(1, price('1.08500', '1.08508'));
    expect(scene.said(1)).toEqual(['new', 'fill 0.05 at 1.085, 0.05 and 0 left']);
  });

  it('is refused at once like any other when it arrives too late', () => {
    const scene = new Scene();
    scene.arrive(order(1, { ...resting('1.08454'), sendBeforeMs: START_MS - 1 }));
    expect(scene.said(1)).toEqual(['rejected: too_late']);
  });
});

it.each([
  ['an order at the market', { maxDeviationE8: priceE8('0.00001') }],
  ['a limit order that is to be executed at once', { limit: limitAt('1.08454') }],
])('%s never rests', (_which, differently) => {
  const scene = new Scene();
  scene.arrive(order(1, differently));
  expect([scene.rests(1, undefined), scene.rests(1, price('2', '2'))]).toEqual([false, false]);
});

describe('misbehaviour of an order that rests', () => {
  const far = price('1.08492', '1.08500');
  const scene = (then: Parameters<typeof scripted>[0]): Scene => {
    const made = new Scene(scripted(then));
    made.arrive(order(1, resting('1.08454')));
    return made;
  };

  it('refuses it after its latency, whatever the price', () => {
    const refusing = scene({ reject: 'market_closed' });
    expect([refusing.rests(1, far), refusing.rests(1, undefined)]).toEqual([false, false]);
    refusing.executeNext(1, undefined);
    expect(refusing.said(1)).toEqual(['new', 'rejected: market_closed']);
  });

  it('says that it is over after its latency, and executes it when it is reached', () => {
    const contradicting = scene({ endFirst: ['cancelled'] });
    expect(contradicting.rests(1, far)).toBe(false);
    contradicting.executeNext(1, far);
    expect(contradicting.rests(1, far)).toBe(true);
    contradicting.executeNext(1, QUOTE);
    expect(contradicting.said(1)).toEqual([
      'new',
      'cancelled: no_liquidity, 0 and 0.10 left',
      'fill 0.10 at 1.08454, 0.10 and 0 left',
    ]);
  });

  it('gives up the last part when that is reached', () => {
    const short = scene({ short: true, parts: 2 });
    short.executeNext(1, QUOTE);
    expect(short.rests(1, far)).toBe(true);
    short.executeNext(1, QUOTE);
    expect(short.said(1).at(-1)).toBe('cancelled: no_liquidity, 0.05 and 0.05 left');
  });

  it('says nothing of it while it is silent, though it is executed', () => {
    const silent = scene({ silent: true });
    expect(sendingsOf(silent.executeNext(1, QUOTE))).toEqual([]);
    expect(silent.known(1).status).toBe('filled');
  });

  it('says its reports again, and all of them at the end, the last first', () => {
    const mixed = scene({ repeat: ['new_id'], reorder: true });
    const [acknowledged] = mixed.known(1).reports;
    const sent = sendingsOf(mixed.executeNext(1, QUOTE));
    const filled = mixed.known(1).reports[1];
    expect(sent).toEqual(
      [filled, acknowledged].flatMap((report) => [`lp-a:${report?.executionId}`, `lp-a:${report?.executionId}:repeat-1`]),
    );
  });

  it('executes more than was ordered, at the limit or better all the same', () => {
    const greedy = scene({ overfill: true });
    expect(greedy.rests(1, far)).toBe(true);
    greedy.executeNext(1, QUOTE);
    expect(greedy.said(1).at(-1)).toBe('fill 0.20 at 1.08454, 0.20 and 0 left');
  });
});
