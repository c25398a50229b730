import { PlacedAnswerV1, ProblemV1, schemaCheck } from '@margrave/contracts';
import { LOCAL, MISSING, NETTING, PROVIDED, STRANGERS } from '../../testing/demo-market.ts';
import { afterAnswer, claims, order, startTestGateway, tokenOf, type TestGateway } from '../../testing/test-gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
beforeEach(async () => {
  await afterAnswer();
  gateway.reset();
});
afterAll(() => gateway.app.close());

const placed = schemaCheck(PlacedAnswerV1.schema);
const problem = schemaCheck(ProblemV1.schema);
const close = (positionId: string, key = 'my-close', accountId: string = LOCAL) =>
  gateway.post(`/v1/accounts/${accountId}/positions/${positionId}/close`, { clientOrderId: key });

describe('placing an order that is filled in house', () => {
  it('answers 201 with all that it caused, as in WIRE.md', async () => {
    const answer = await gateway.place({ timeInForce: 'ioc', maxDeviation: '0.00020' });
    expect(answer.statusCode).toBe(201);
    expect(answer.headers['content-type']).toBe('application/json');
    expect(placed(answer.json()).ok).toBe(true);
    expect(answer.json()).toMatchObject({
      order: {
        clientOrderId: 'my-1',
        accountId: LOCAL,
        symbol: 'EURUSD',
        side: 'buy',
        type: 'market',
        volume: '0.10',
        filledVolume: '0.10',
        averagePrice: '1.08457',
        status: 'filled',
        flow: 'local',
        createdAt: '2026-01-05T10:00:00.123Z',
        version: '2',
      },
      deals: [{ price: '1.08457', volume: '0.10', commission: '0.00', currency: 'USD' }],
      position: { side: 'buy', openVolume: '0.10', openPrice: '1.08457' },
      // 0.10 lots bought at 1.08457 and worth 1.08443: −1.40; margin 10 000 × 1.08457 ÷ 100.
      account: {
        balance: '10000.00',
        equity: '9998.60',
        marginExecuted: '108.46',
        marginTotal: '108.46',
        freeMargin: '9890.14',
        marginLevel: '9218.70',
        version: '2',
      },
      lastEventSequence: '5',
    });
  });

  it('says in Server-Timing where the time went', async () => {
    const answer = await gateway.place();
    expect(answer.headers['server-timing']).toMatch(
      /^receive;dur=\d+\.\d{3}, load;dur=0\.010, price;dur=0\.004, decide;dur=0\.050, commit;dur=0\.700$/,
    );
  });

  it('hands the engine exact amounts, the key, and the deadline of the configuration', async () => {
    await gateway.place({ volume: '0.12345678', maxDeviation: '0.0002' });
    expect(gateway.broker.submitted).toMatchObject([
      [LOCAL, { kind: 'place', volumeE8: 12_345_678n, maxDeviationE8: 20_000n }, { key: 'my-1' }, 3_000],
    ]);
  });
});

describe('placing an order that a provider has to fill', () => {
  it('answers 201 queued, with its margin reserved and no deal yet', async () => {
    const answer = await gateway.place({}, PROVIDED);
    expect(answer.statusCode).toBe(201);
    expect(placed(answer.json()).ok).toBe(true);
    expect(answer.json()).toMatchObject({
      order: { status: 'queued', flow: 'provider', filledVolume: '0.00', averagePrice: null },
      deals: [],
      position: null,
      // 10 000 × (1.08454 + 0.00080) ÷ 100
      account: { marginExecuted: '0.00', marginTotal: '108.53', equity: '10000.00', freeMargin: '9891.47' },
    });
  });
});

describe('an order on a netting account', () => {
  it('that turns the position round shows what it opened', async () => {
    await gateway.place({ side: 'sell', volume: '0.10' }, NETTING);
    const answer = await gateway.place({ clientOrderId: 'my-2', volume: '0.30' }, NETTING);
    expect(answer.json()).toMatchObject({
      position: { side: 'buy', openVolume: '0.20' },
      deals: [{ entry: 'out' }, { entry: 'in' }],
    });
    expect(placed(answer.json()).ok).toBe(true);
  });
});

describe('closing a position', () => {
  it('answers like an order, with the closed position at its last price', async () => {
    const { position } = (await gateway.place()).json<PlacedAnswerV1>();
    const answer = await close(position?.positionId ?? '');
    expect(answer.statusCode).toBe(201);
    expect(placed(answer.json()).ok).toBe(true);
    expect(answer.json()).toMatchObject({
      order: { side: 'sell', status: 'filled', closesPositionId: position?.positionId },
      deals: [{ entry: 'out', price: '1.08443', profit: '-1.40' }],
      position: { openVolume: '0.00', openPrice: '1.08457', closedAt: '2026-01-05T10:00:00.123Z' },
      account: { balance: '9998.60', equity: '9998.60', marginTotal: '0.00', marginLevel: null },
    });
  });

  it('in part shows what is left of it; the same key with another part is another request', async () => {
    const { position } = (await gateway.place()).json<PlacedAnswerV1>();
    const path = `/v1/accounts/${LOCAL}/positions/${position?.positionId}/close`;
    const part = await gateway.post(path, { clientOrderId: 'part', volume: '0.04' });
    expect(part.statusCode).toBe(201);
    expect(part.json()).toMatchObject({
      order: { side: 'sell', status: 'filled', volume: '0.04', filledVolume: '0.04' },
      deals: [{ volume: '0.04' }],
      position: { positionId: position?.positionId, openVolume: '0.06', openPrice: '1.08457', closedAt: null },
    });
    const again = await gateway.post(path, { clientOrderId: 'part', volume: '0.04' });
    expect([again.body, again.headers['idempotent-replayed']]).toEqual([part.body, 'true']);
    expect((await gateway.post(path, { clientOrderId: 'part', volume: '0.05' })).statusCode).toBe(409);
    expect((await gateway.post(path, { clientOrderId: 'part' })).statusCode).toBe(409);
    const tooMuch = await gateway.post(path, { clientOrderId: 'more', volume: '0.07' });
    expect([tooMuch.statusCode, tooMuch.json()]).toMatchObject([
      422,
      {
        code: 'VOLUME_NOT_CLOSABLE',
        detail: `Of the 0.06 open lots of position ${position?.positionId} 0.07 cannot be closed.`,
      },
    ]);
  });

  it('that was closed before is refused, kept as a denied order', async () => {
    const { position } = (await gateway.place()).json<PlacedAnswerV1>();
    await close(position?.positionId ?? '');
    const answer = await close(position?.positionId ?? '', 'again');
    expect(answer.statusCode).toBe(422);
    expect(answer.json()).toMatchObject({
      code: 'POSITION_NOT_OPEN',
      detail: `Position ${position?.positionId} is closed already.`,
    });
  });

  it('that never was answers 404', async () => {
    const answer = await close('1999999999');
    expect([answer.statusCode, answer.json<ProblemV1>().code]).toEqual([404, 'NOT_FOUND']);
  });
});

describe('an order that a rule refuses', () => {
  it('answers 422 with a sentence, the numbers as strings, and the largest volume that would pass', async () => {
    const answer = await gateway.place({ volume: '20' });
    expect(answer.statusCode).toBe(422);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(problem(answer.json()).ok).toBe(true);
    expect(answer.json()).toEqual({
      type: '/problems/margin-exceeds-free',
      title: 'Not enough free margin',
      status: 422,
      code: 'MARGIN_EXCEEDS_FREE',
      detail: 'The order needs 21691.40 USD of margin; 10000.00 USD is free. The largest volume that would pass is 9.22 lots.',
      retryable: 'never',
      outcome: 'not-placed',
      orderId: expect.any(String),
      decisionId: expect.any(String),
      numbers: {
        required: '21691.40',
        free: '10000.00',
        equity: '10000.00',
        marginTotal: '0.00',
        commission: '0.00',
        currency: 'USD',
        largestVolume: '9.22',
        price: '1.08457',
        priceAgeMs: '84',
      },
    });
  });

  it.each([
    [{ symbol: 'NOSUCH' }, 'SYMBOL_UNKNOWN', 'There is no symbol NOSUCH.'],
    [{ symbol: 'GBPUSD' }, 'SYMBOL_NOT_PERMITTED', 'The account may not trade GBPUSD.'],
    [{ volume: '0.001' }, 'VOLUME_TOO_SMALL', '0.001 lots is less than the smallest order, 0.01 lots.'],
    [{ volume: '0' }, 'VOLUME_TOO_SMALL', '0.00 lots is less than the smallest order, 0.01 lots.'],
    [{ volume: '100.01' }, 'VOLUME_TOO_LARGE', '100.01 lots is more than the largest order, 100.00 lots.'],
    [{ volume: '0.015' }, 'VOLUME_OFF_STEP', '0.015 lots is not a whole number of 0.01 lots.'],
    [{ maxDeviation: '0.000001' }, 'PRECISION_EXCEEDED', 'maxDeviation has more than 5 decimals.'],
  ])('with %j is refused as %s', async (change, code, detail) => {
    const answer = await gateway.place(change);
    expect([answer.statusCode, answer.json<ProblemV1>().code, answer.json<ProblemV1>().detail]).toEqual([422, code, detail]);
  });

  it('for an old price says how old it is and how old it may be', async () => {
    const quote = gateway.broker.prices.quotes.get('EURUSD' as never);
    if (quote) quote.ageMs = 10_001;
    const answer = await gateway.place();
    expect(answer.json()).toMatchObject({
      code: 'PRICE_STALE',
      retryable: 'after',
      detail: 'The last price of EURUSD is 10001 ms old; at most 10000 ms is allowed.',
    });
  });
});

describe('the same key', () => {
  it('with the same body gets the stored answer, byte for byte, and says so', async () => {
    const first = await gateway.place();
    const again = await gateway.place();
    expect([again.statusCode, again.body]).toEqual([201, first.body]);
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect(first.headers['idempotent-replayed']).toBeUndefined();
  });

  it('after a refusal gets the refusal again, as a problem', async () => {
    const first = await gateway.place({ volume: '20' });
    const again = await gateway.place({ volume: '20' });
    expect([again.statusCode, again.body, again.headers['content-type']]).toEqual([422, first.body, 'application/problem+json']);
    expect(again.headers['idempotent-replayed']).toBe('true');
  });

  it('with its fields in another order is the same request', async () => {
    await gateway.place();
    const turned = Object.fromEntries(Object.entries(order()).reverse());
    expect((await gateway.post(`/v1/accounts/${LOCAL}/orders`, turned)).headers['idempotent-replayed']).toBe('true');
  });

  it.each([{ volume: '0.20' }, { side: 'sell' }, { maxDeviation: '0.0001' }, { timeInForce: 'ioc' }])(
    'with another body, %j, is refused and leaves the first command as it was',
    async (change) => {
      await gateway.place();
      const answer = await gateway.place(change);
      expect([answer.statusCode, answer.json<ProblemV1>().code]).toEqual([409, 'IDEMPOTENCY_KEY_REUSED']);
      expect(gateway.broker.changes).toHaveLength(1);
    },
  );

  it('that another command has is told which order that is and where to read it', async () => {
    const { order: first } = (await gateway.place()).json<PlacedAnswerV1>();
    const answer = await gateway.place({ volume: '0.1' });
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(problem(answer.json())).toEqual({ ok: true, value: answer.json() });
    expect(answer.json()).toEqual({
      type: '/problems/idempotency-key-reused',
      title: 'Key already used',
      status: 409,
      code: 'IDEMPOTENCY_KEY_REUSED',
      detail: 'This key was used before, with another body.',
      retryable: 'never',
      outcome: 'not-placed',
      orderId: first.orderId,
      statusUrl: `/v1/accounts/${LOCAL}/orders/@my-1`,
    });
    const { statusUrl = '' } = answer.json<ProblemV1>();
    expect((await gateway.request({ url: statusUrl })).json()).toMatchObject({ orderId: first.orderId, volume: '0.10' });
  });

  it('that a refused order has, or the close of a position, is told which order that is too', async () => {
    const refused = (await gateway.place({ volume: '20' })).json<ProblemV1>();
    expect((await gateway.place()).json()).toMatchObject({
      orderId: refused.orderId,
      statusUrl: expect.stringContaining('@my-1'),
    });
    const { position } = (await gateway.place({ clientOrderId: 'my-2' })).json<PlacedAnswerV1>();
    const closing = (await close(position?.positionId ?? '', 'my-3')).json<PlacedAnswerV1>();
    expect((await gateway.place({ clientOrderId: 'my-3' })).json()).toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
      orderId: closing.order.orderId,
      statusUrl: `/v1/accounts/${LOCAL}/orders/@my-3`,
    });
  });

  it('that another account has tells nothing of it', async () => {
    const theirs = tokenOf(claims({ accounts: [STRANGERS] }));
    const path = (accountId: string) => `/v1/accounts/${accountId}/orders`;
    const placed = await gateway.post(path(STRANGERS), order(), { authorization: `Bearer ${theirs}` });
    const { orderId } = placed.json<PlacedAnswerV1>().order;
    expect(placed.statusCode).toBe(201);
    const own = await gateway.place({ volume: '0.20' });
    const foreign = await gateway.post(path(STRANGERS), order({ volume: '0.20' }));
    expect([own.statusCode, foreign.statusCode, foreign.json<ProblemV1>().code]).toEqual([201, 404, 'NOT_FOUND']);
    for (const answer of [own, foreign]) expect(answer.body).not.toContain(orderId);
  });

  it('for another operation or another position is refused', async () => {
    const { position } = (await gateway.place()).json<PlacedAnswerV1>();
    expect((await close(position?.positionId ?? '', 'my-1')).statusCode).toBe(409);
  });

  it('on another account is another key', async () => {
    expect((await gateway.place()).statusCode).toBe(201);
    expect((await gateway.place({}, PROVIDED)).headers['idempotent-replayed']).toBeUndefined();
  });
});

describe('every outcome of the engine', () => {
  it.each([
    [{ kind: 'busy' }, 503, 'ACCOUNT_BUSY', 'not-placed'],
    [{ kind: 'unavailable', why: 'the store is away' }, 503, 'DEPENDENCY_UNAVAILABLE', 'not-placed'],
    [{ kind: 'unknown' }, 202, 'OUTCOME_UNKNOWN', 'unknown'],
    [{ kind: 'key_reused', answer: { status: 201, body: '{}' } }, 409, 'IDEMPOTENCY_KEY_REUSED', 'not-placed'],
    [{ kind: 'no_such_account' }, 404, 'NOT_FOUND', 'not-placed'],
    [{ kind: 'no_change', refusal: { refusedAs: 'no_such_position' } }, 404, 'NOT_FOUND', 'not-placed'],
  ] as const)('%j is answered with %s %s', async (outcome, status, code, told) => {
    gateway.broker.nextOutcome = outcome;
    const answer = await gateway.place();
    expect(answer.statusCode).toBe(status);
    expect(answer.json()).toMatchObject({ status, code, outcome: told });
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.headers['retry-after']).toBe(status === 503 ? '1' : undefined);
    expect(problem(answer.json()).ok).toBe(true);
    expect(answer.body).not.toContain('the store is away');
  });

  it('that is unknown tells where to look', async () => {
    gateway.broker.nextOutcome = { kind: 'unknown' };
    expect((await gateway.place()).json()).toMatchObject({ statusUrl: `/v1/accounts/${LOCAL}/orders/@my-1` });
  });

  it('that is a bug is answered with 500, a word to ask with, and nothing of the fault', async () => {
    gateway.broker.nextOutcome = new TypeError('cannot read secrets of undefined');
    const answer = await gateway.place();
    expect(answer.statusCode).toBe(500);
    expect(answer.json()).toMatchObject({ code: 'INTERNAL', outcome: 'unknown', correlationId: answer.headers['x-request-id'] });
    expect(answer.body).not.toContain('secrets');
    expect(gateway.logLines).toContainEqual(
      expect.objectContaining({ level: 'error', requestId: answer.headers['x-request-id'], operationId: 'placeOrder' }),
    );
  });

  it('of an account that the token names and that does not exist is 404', async () =>
    expect((await gateway.place({}, MISSING)).statusCode).toBe(404));
});

describe('what is told of commands', () => {
  it('is one line an order, with its stages, its flow and what became of it', async () => {
    await gateway.place();
    await afterAnswer();
    expect(gateway.logLines.filter(({ component }) => component === 'orders')).toEqual([
      expect.objectContaining({
        level: 'info',
        msg: 'Order decided',
        operation: 'place',
        accountId: LOCAL,
        clientOrderId: 'my-1',
        symbol: 'EURUSD',
        flow: 'local',
        status: 'filled',
        code: null,
        orderId: expect.any(String),
        receiveMs: expect.any(Number),
        loadMs: 0.01,
        priceMs: 0.004,
        decideMs: 0.05,
        commitMs: 0.7,
        totalMs: expect.any(Number),
      }),
    ]);
  });

  it('is counted by flow and outcome, and denials by their code', async () => {
    await gateway.place();
    await gateway.place();
    await gateway.place({ clientOrderId: 'large', volume: '20' });
    gateway.broker.nextOutcome = { kind: 'busy' };
    await gateway.place({ clientOrderId: 'busy' });
    await afterAnswer();
    const text = await gateway.metricsText();
    for (const line of [
      'margrave_orders_total{flow="local",outcome="filled"} 1',
      'margrave_orders_total{flow="local",outcome="denied"} 1',
      'margrave_orders_total{flow="none",outcome="replayed"} 1',
      'margrave_orders_total{flow="none",outcome="busy"} 1',
      'margrave_denials_total{code="MARGIN_EXCEEDS_FREE"} 1',
      'margrave_order_stage_seconds_count{stage="commit"} 2',
      'margrave_http_request_seconds_count{route="placeOrder",status="2xx"} 2',
      'margrave_http_request_seconds_count{route="placeOrder",status="4xx"} 1',
      'margrave_http_request_seconds_count{route="placeOrder",status="5xx"} 1',
    ]) {
      expect(text).toContain(line);
    }
  });
});
