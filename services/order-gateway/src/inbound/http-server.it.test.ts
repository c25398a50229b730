import { ProblemV1, schemaCheck } from '@margrave/contracts';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { LOCAL } from '../testing/demo-market.ts';
import { claims, order, startTestGateway, tokenOf, type TestGateway } from '../testing/test-gateway.ts';

let gateway: TestGateway;
let port: number;
const sockets: Socket[] = [];
beforeEach(async () => {
  gateway = await startTestGateway();
  await gateway.app.listen({ host: '127.0.0.1', port: 0 });
  port = (gateway.app.server.address() as AddressInfo).port;
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await gateway.app.close();
});

const token = tokenOf(claims());
const body = JSON.stringify(order());
const place = (path = `/v1/accounts/${LOCAL}/orders`): string =>
  `POST ${path} HTTP/1.1\r\nhost: gateway\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`;

/** Writes raw bytes, and gives all that comes back until the server closes, or until enough has come. */
async function exchange(bytes: string, isEnough: (text: string) => boolean = () => false): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port });
  sockets.push(socket);
  let text = '';
  socket.on('error', () => undefined); // it closes then, too
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
  socket.write(bytes);
  const enough = new Promise<void>((resolve) =>
    socket.on('data', (chunk) => {
      text += chunk.toString();
      if (isEnough(text)) resolve();
    }),
  );
  await Promise.race([closed, enough]);
  return text;
}

/** What an answer on a connection that was never a request says. */
function problemIn(text: string): ProblemV1 {
  const [head = '', json = ''] = text.split('\r\n\r\n');
  expect(head.toLowerCase()).toContain('content-type: application/problem+json');
  expect(head.toLowerCase()).toContain('connection: close');
  const problem = JSON.parse(json) as ProblemV1;
  expect(schemaCheck(ProblemV1.schema)(problem)).toEqual({ ok: true, value: problem });
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${problem.status} `));
  return problem;
}

describe('a connection', () => {
  it('is kept for the next request', async () => {
    const text = await exchange(`${place()}\r\n${body}${place()}\r\n${body}`, (so) => so.split('HTTP/1.1').length > 2);
    expect(text.match(/HTTP\/1\.1 201/g)).toHaveLength(2);
    expect(text).toContain('idempotent-replayed: true');
  });

  it.each([
    [
      'a token of a megabyte',
      `GET /v1/accounts/${LOCAL} HTTP/1.1\r\nhost: gateway\r\nauthorization: Bearer ${'A'.repeat(1_000_000)}\r\n\r\n`,
      401,
    ],
    [
      'an address that is too long, beside a token',
      `GET /v1/accounts?cursor=${'1'.repeat(30_000)} HTTP/1.1\r\nhost: gateway\r\nauthorization: Bearer a.b.c\r\n\r\n`,
      413,
    ],
    ['other headers that are too long', `GET / HTTP/1.1\r\nhost: gateway\r\nx-padding: ${'A'.repeat(100_000)}\r\n\r\n`, 413],
    ['a path that is too long', `GET /${'a'.repeat(100_000)} HTTP/1.1\r\nhost: gateway\r\n\r\n`, 413],
    ['what is not HTTP', 'HELO gateway\r\n\r\n', 400],
    ['two lengths', `${place()}content-length: 1\r\n\r\n${body}`, 400],
    ['a length and chunks', `${place()}transfer-encoding: chunked\r\n\r\n0\r\n\r\n`, 400],
    ['a header on two lines', `GET / HTTP/1.1\r\nhost: gateway\r\nx-a: b\r\n c\u0000: d\r\n\r\n`, 400],
  ])('with %s is answered by a problem and closed', async (_, bytes, status) => {
    expect(problemIn(await exchange(bytes)).status).toBe(status);
  });

  it('on which a body comes in chunks is served, up to the limit of a body', async () => {
    const head = `POST /v1/accounts/${LOCAL}/orders HTTP/1.1\r\nhost: gateway\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n`;
    const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
    expect(
      await exchange(`${head}${chunk(body.slice(0, 10))}${chunk(body.slice(10))}0\r\n\r\n`, (so) => so.includes('orderId')),
    ).toMatch(/^HTTP\/1\.1 201/);
    const large = await exchange(`${head}${chunk('x'.repeat(70_000))}0\r\n\r\n`, (so) => so.includes('PAYLOAD_TOO_LARGE'));
    expect(large).toMatch(/^HTTP\/1\.1 413/);
  });
});

describe('a slow client', () => {
  it.each([
    ['its headers', `GET /health/live HTTP/1.1\r\nhost: gateway\r\nx-slow: `],
    ['its body', `${place()}\r\n${body.slice(0, 10)}`],
  ])('that does not finish %s is told so and cut off', async (_, bytes) => {
    expect(problemIn(await exchange(bytes)).code).toBe('REQUEST_TIMEOUT');
    expect(gateway.broker.submitted).toEqual([]);
  });

  it('does not hold up others', async () => {
    for (let count = 0; count < 200; count += 1) void exchange('GET /health/live HTTP/1.1\r\nx-slow: ');
    const text = await exchange(`${place()}\r\n${body}`, (so) => so.includes('orderId'));
    expect(text).toMatch(/^HTTP\/1\.1 201/);
  });
});

describe('stopping', () => {
  it('finishes what is under way, and takes nothing more', async () => {
    const { broker } = gateway;
    const submit = broker.submit;
    let finish: () => void = () => undefined;
    const isUnderWay = new Promise<void>((started) => {
      broker.submit = async (...command) => {
        started();
        await new Promise<void>((resolve) => (finish = resolve));
        return submit(...command);
      };
    });
    const answered = exchange(`${place()}\r\n${body}`, (text) => text.includes('orderId'));
    await isUnderWay;
    const closed = gateway.app.close();
    await expect(fetch(`http://127.0.0.1:${port}/health/live`)).rejects.toThrow();
    finish();
    expect(await answered).toMatch(/^HTTP\/1\.1 201[^]*connection: close/i);
    await closed;
  });

  it('does not wait for connections that rest', async () => {
    await exchange(`${place()}\r\n${body}`, (text) => text.includes('orderId'));
    const startedMs = performance.now();
    await gateway.app.close();
    expect(performance.now() - startedMs).toBeLessThan(2_000);
  });
});
