import {
  parseStrictJson,
  type PlacedAnswerV1,
  ROUTES,
  schemaCheck,
  type AccountV1,
  type ClientQuotesV1,
  type EventPageV1,
  type OperationId,
  type OrderPageV1,
  type PositionPageV1,
  type ProblemV1,
} from '@margrave/contracts';
import { LOCAL, MISSING, PROVIDED, USDJPY } from '../../testing/demo-market.ts';
import { claims, startTestGateway, tokenOf, type TestGateway } from '../../testing/test-gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
beforeEach(() => gateway.reset());
afterAll(() => gateway.app.close());

const account = `/v1/accounts/${LOCAL}`;

/** Reads an address and sees to it that the answer has the form that its contract declares. */
async function read<Body>(operation: OperationId, url: string): Promise<Body> {
  const answer = await gateway.request({ url });
  expect([url, answer.statusCode, answer.headers['content-type']]).toEqual([url, 200, 'application/json']);
  const schema = ROUTES[operation].answers[200]?.schema;
  const parsed = parseStrictJson(answer.rawPayload, { bytesMax: 1_000_000, depthMax: 16 });
  expect(parsed.ok && schema && schemaCheck(schema)(parsed.value)).toMatchObject({ ok: true });
  return answer.json<Body>();
}

/** Places some orders: two open positions, one closed, one denied. */
async function trade(): Promise<readonly PlacedAnswerV1[]> {
  const answers: PlacedAnswerV1[] = [];
  for (const [index, change] of [{}, { symbol: 'USDJPY', side: 'sell' }, { volume: '0.20' }, { volume: '50' }].entries()) {
    gateway.broker.prices.nowMs += 1_000;
    answers.push((await gateway.place({ clientOrderId: `my-${index}`, ...change })).json());
  }
  await gateway.post(`${account}/positions/${answers[0]?.position?.positionId}/close`, { clientOrderId: 'my-close' });
  return answers;
}

describe('an account', () => {
  it('without positions has no margin level', async () =>
    expect(await read<AccountV1>('getAccount', account)).toEqual({
      accountId: LOCAL,
      type: 'demo',
      group: 'standard',
      currency: 'USD',
      leverage: '100',
      mode: 'hedging',
      status: 'active',
      balance: '10000.00',
      credit: '0.00',
      floatingProfit: '0.00',
      equity: '10000.00',
      marginExecuted: '0.00',
      marginTotal: '0.00',
      freeMargin: '10000.00',
      marginLevel: null,
      version: '1',
      lastEventSequence: '1',
      unpricedSymbols: [],
    }));

  it('is worth what its positions are worth at this moment', async () => {
    await gateway.place();
    gateway.broker.prices.quotes.set('EURUSD' as never, { bidE8: 109_003_000n, askE8: 109_011_000n, ageMs: 1, sequence: 9n });
    expect(await read('getAccount', account)).toMatchObject({
      floatingProfit: '54.30',
      equity: '10054.30',
      freeMargin: '9945.84',
    });
  });

  it('is valued at the last price, however old', async () => {
    await gateway.place();
    const quote = gateway.broker.prices.quotes.get('EURUSD' as never);
    if (quote) quote.ageMs = 3_600_000;
    expect(await read('getAccount', account)).toMatchObject({ equity: '9998.60', unpricedSymbols: [] });
  });

  it('whose positions have no price has no equity, and names their symbols', async () => {
    await trade();
    gateway.broker.prices.quotes.delete(USDJPY);
    expect(await read('getAccount', account)).toMatchObject({
      floatingProfit: null,
      equity: null,
      freeMargin: null,
      marginLevel: null,
      unpricedSymbols: ['USDJPY'],
    });
  });

  it('is asked for with the event that it must contain', async () => {
    const { lastEventSequence } = (await gateway.place()).json<PlacedAnswerV1>();
    expect(await read('getAccount', `${account}?minSequence=${lastEventSequence}`)).toMatchObject({ lastEventSequence });
    const tooFar = await gateway.request({ url: `${account}?minSequence=9999999999999999999` });
    expect([tooFar.statusCode, tooFar.json<ProblemV1>().detail]).toEqual([
      400,
      "minSequence is larger than the sequence of the account's newest event, 5. Correct the request.",
    ]);
  });
});

describe('lists', () => {
  it('of orders go from the newest to the oldest, denied ones too, page by page', async () => {
    await trade();
    const keys: (string | null)[] = [];
    let url = `${account}/orders?limit=2`;
    for (let cursor: string | null = ''; cursor !== null; url = `${account}/orders?limit=2&cursor=${cursor}`) {
      const page: OrderPageV1 = await read('listOrders', url);
      expect(page.items.length).toBeLessThanOrEqual(2);
      keys.push(...page.items.map(({ clientOrderId }) => clientOrderId));
      cursor = page.nextCursor;
      if (cursor === null) break;
    }
    expect(keys).toEqual(['my-close', 'my-3', 'my-2', 'my-1', 'my-0']);
  });

  it('of orders are filtered by status and symbol', async () => {
    await trade();
    const denied = await read<OrderPageV1>('listOrders', `${account}/orders?status=denied`);
    expect(denied.items).toMatchObject([{ status: 'denied', reason: 'MARGIN_EXCEEDS_FREE' }]);
    expect((await read<OrderPageV1>('listOrders', `${account}/orders?symbol=USDJPY`)).items).toHaveLength(1);
  });

  it('of positions carry their price and profit, newest first, page by page', async () => {
    await trade();
    const first = await read<PositionPageV1>('listPositions', `${account}/positions?limit=1`);
    // 0.20 lots at 1.08457, worth 1.08443.
    expect(first.items).toMatchObject([
      { symbol: 'EURUSD', openVolume: '0.20', currentPrice: '1.08443', floatingProfit: '-2.80' },
    ]);
    const second = await read<PositionPageV1>('listPositions', `${account}/positions?limit=1&cursor=${first.nextCursor}`);
    // 10 000 USD sold at 151.415, worth 151.425: −100 JPY, at the rate that is worse, 151.415.
    expect(second).toMatchObject({
      items: [{ symbol: 'USDJPY', currentPrice: '151.425', floatingProfit: '-0.66' }],
      nextCursor: null,
    });
  });

  it('of deals and of the ledger go from the newest to the oldest, page by page', async () => {
    await trade();
    const deals = await read<{ items: readonly { entry: string }[]; nextCursor: string }>(
      'listDeals',
      `${account}/deals?limit=2`,
    );
    expect(deals.items.map(({ entry }) => entry)).toEqual(['out', 'in']);
    const more = await read<{ items: readonly unknown[]; nextCursor: null }>(
      'listDeals',
      `${account}/deals?cursor=${deals.nextCursor}`,
    );
    expect([more.items.length, more.nextCursor]).toEqual([2, null]);
    expect(await read('listLedger', `${account}/ledger`)).toMatchObject({ items: [{ kind: 'profit', amount: '-1.40' }] });
  });

  it('of events go on from a sequence, without gaps', async () => {
    await trade();
    const all = await read<EventPageV1>('listEvents', `${account}/events`);
    expect(all.items.map(({ sequence }) => sequence)).toEqual(all.items.map((_, index) => `${index + 2}`));
    const rest = await read<EventPageV1>('listEvents', `${account}/events?after=4&limit=3`);
    expect(rest.items.map(({ sequence }) => sequence)).toEqual(['5', '6', '7']);
    expect(rest.lastEventSequence).toBe(all.lastEventSequence);
    expect((await read<EventPageV1>('listEvents', `${account}/events?after=9999999999999999999`)).items).toEqual([]);
  });
});

describe('a cursor', () => {
  /** The first page of each list, one item long, and the cursor behind it. */
  const cursorOf = async (path: string): Promise<string> => {
    const answer = await gateway.request({ url: path });
    const { nextCursor } = answer.json<OrderPageV1>();
    expect(nextCursor).toMatch(/^[A-Za-z0-9_-]{1,128}$/);
    return nextCursor ?? '';
  };
  const orders = `${account}/orders?limit=1`;

  it.each([
    ['another address', orders, `${account}/deals?limit=1`],
    ['another address', `${account}/deals?limit=1`, `${account}/ledger?limit=1`],
    ['another address', orders, `${account}/positions?limit=1`],
    ['another address', `${account}/positions?limit=1`, orders],
    ['another account', orders, `/v1/accounts/${PROVIDED}/orders?limit=1`],
    ['a filter more', orders, `${orders}&symbol=EURUSD`],
    ['a filter less', `${orders}&symbol=EURUSD`, orders],
    ['another filter', `${orders}&symbol=EURUSD`, `${orders}&status=filled`],
    ['another value of a filter', `${orders}&symbol=EURUSD`, `${orders}&symbol=USDJPY`],
  ])('is refused by a list that differs by %s: %s is not %s', async (_, given, asked) => {
    await trade();
    const answer = await gateway.request({ url: `${asked}&cursor=${await cursorOf(given)}` });
    expect([answer.statusCode, answer.json()]).toEqual([
      400,
      expect.objectContaining({
        code: 'MALFORMED',
        detail:
          'cursor was given out for another list; it goes on where it was given, with the same account, address and filters. Correct the request.',
        faults: [{ place: 'cursor', rule: 'must be the nextCursor of the page before, of this very list' }],
      }),
    ]);
  });

  it('goes on with other page sizes, and with the same filters in another order', async () => {
    await trade();
    const cursor = await cursorOf(`${orders}&symbol=EURUSD&status=filled`);
    const more = await read<OrderPageV1>('listOrders', `${account}/orders?status=filled&cursor=${cursor}&limit=50&symbol=EURUSD`);
    expect(more.items.map(({ clientOrderId }) => clientOrderId)).toEqual(['my-2', 'my-0']);
  });

  it('that was changed is refused', async () => {
    await trade();
    const cursor = await cursorOf(orders);
    for (const changed of [cursor.slice(0, -1), `${cursor}0`, cursor.replace(/-[^-]*$/, ''), `x${cursor}`]) {
      const answer = await gateway.request({ url: `${orders}&cursor=${changed}` });
      expect([changed, answer.statusCode, answer.json<ProblemV1>().code]).toEqual([changed, 400, 'MALFORMED']);
    }
  });
});

describe('one order', () => {
  it('is found by its id and by the key that the client gave it', async () => {
    const [placed] = await trade();
    for (const address of [placed?.order.orderId, '@my-0']) {
      expect(await read('getOrder', `${account}/orders/${address}`)).toMatchObject({ clientOrderId: 'my-0', status: 'filled' });
    }
  });

  it('has a history', async () => {
    await trade();
    const { items } = await read<EventPageV1>('getOrderHistory', `${account}/orders/@my-0/history`);
    expect(items.map(({ type }) => type)).toEqual(['order.accepted', 'order.filled', 'position.opened']);
  });

  it.each(['1000999999', '@never-sent', '999999999999999999'])('that is not there, %s, is 404', async (address) => {
    for (const path of [address, `${address}/history`]) {
      expect((await gateway.request({ url: `${account}/orders/${path}` })).statusCode).toBe(404);
    }
  });

  it.each(['my-0', '1', '@', '@a b', '@a%2fb'])('is not addressed by %s', async (address) =>
    expect((await gateway.request({ url: `${account}/orders/${encodeURI(address)}` })).statusCode).toBe(400),
  );
});

describe('a decision', () => {
  it('says what it rested on', async () => {
    const [placed] = await trade();
    expect(await read('getDecision', `${account}/decisions/${placed?.decisionId}`)).toMatchObject({
      orderId: placed?.order.orderId,
      command: 'place',
      outcome: 'accepted',
      code: null,
      accountVersion: '1',
      configurationVersion: '7',
      prices: [{ symbol: 'EURUSD', bid: '1.08446', ask: '1.08454', ageMs: 84, sequence: '3000000000017' }],
      equity: '10000.00',
      marginBefore: '0.00',
      inputs: { symbol: 'EURUSD', volume: '0.10', leverage: '100', price: '1.08457' },
    });
  });

  it('to deny says so', async () => {
    const answer = (await gateway.place({ volume: '50' })).json<ProblemV1>();
    expect(await read('getDecision', `${account}/decisions/${answer.decisionId}`)).toMatchObject({
      outcome: 'denied',
      code: 'MARGIN_EXCEEDS_FREE',
    });
  });
});

describe('the market', () => {
  it('has instruments, all of them or those asked for, by symbol', async () => {
    const all = await read<{ items: readonly { symbol: string }[] }>('listInstruments', '/v1/instruments');
    expect(all.items.map(({ symbol }) => symbol)).toEqual(['EURUSD', 'GBPUSD', 'USDJPY']);
    expect(await read('listInstruments', '/v1/instruments?symbols=USDJPY,NOSUCH,USDJPY')).toMatchObject({
      items: [
        { symbol: 'USDJPY', contractSize: '100000', tick: '0.001', volumeStep: '0.01', leverageMax: null, sessionOpen: true },
      ],
    });
  });

  it("has the quotes of the account's group, and names what has none", async () => {
    const quotes = await read<ClientQuotesV1>('listQuotes', `/v1/quotes?symbols=USDJPY,EURUSD,GBPUSD,NOSUCH&accountId=${LOCAL}`);
    expect(quotes).toEqual({
      quotes: [
        { symbol: 'USDJPY', bid: '151.415', ask: '151.425', sequence: '3000000000018', ageMs: 12, state: 'fresh' },
        { symbol: 'EURUSD', bid: '1.08443', ask: '1.08457', sequence: '3000000000017', ageMs: 84, state: 'fresh' },
      ],
      unavailable: ['GBPUSD', 'NOSUCH'],
    });
    const raw = await read<ClientQuotesV1>('listQuotes', `/v1/quotes?symbols=EURUSD&accountId=${PROVIDED}`);
    expect(raw.quotes).toMatchObject([{ bid: '1.08446', ask: '1.08454' }]);
  });

  it("quotes for the token's first account where none is named", async () => {
    const quotesFor = (accounts: readonly string[]) =>
      gateway.request({
        url: '/v1/quotes?symbols=EURUSD',
        headers: { authorization: `Bearer ${tokenOf(claims({ accounts, scope: 'read' }))}` },
      });
    expect((await quotesFor([PROVIDED, LOCAL])).json()).toMatchObject({ quotes: [{ bid: '1.08446' }] });
    expect((await quotesFor([LOCAL, PROVIDED])).json()).toMatchObject({ quotes: [{ bid: '1.08443' }] });
    expect((await quotesFor([])).statusCode).toBe(404);
    expect((await quotesFor([MISSING])).statusCode).toBe(404);
  });

  it('says how good a quote is', async () => {
    const quote = gateway.broker.prices.quotes.get('EURUSD' as never);
    if (quote) quote.ageMs = 10_001;
    expect(await read('listQuotes', '/v1/quotes?symbols=EURUSD')).toMatchObject({ quotes: [{ state: 'stale', ageMs: 10_001 }] });
  });
});

describe('reading', () => {
  it('identical things at once is done once', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => gateway.request({ url: `${account}/orders` })));
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
    expect(gateway.broker.reads).toBe(1);
  });

  it('shows a client its own order, though others read at the same time', async () => {
    const early = gateway.request({ url: `${account}/orders` });
    await new Promise((resolve) => setImmediate(resolve));
    const placed = await gateway.place();
    expect(placed.statusCode).toBe(201);
    expect((await gateway.request({ url: `${account}/orders` })).json<OrderPageV1>().items).toHaveLength(1);
    await early;
  });

  it('what is away answers 503, to be tried again', async () => {
    gateway.broker.nextReadFails = new Error('away');
    const answer = await gateway.request({ url: `${account}/deals` });
    expect([answer.statusCode, answer.json<ProblemV1>().code, answer.headers['retry-after']]).toEqual([
      503,
      'DEPENDENCY_UNAVAILABLE',
      '1',
    ]);
  });

  it('what is broken answers 500 and tells nothing of it', async () => {
    gateway.broker.nextReadFails = new Error('relation "deals" does not exist');
    const answer = await gateway.request({ url: `${account}/deals` });
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toContain('does not exist');
  });
});
