import { describeWelcome } from './welcome.ts';

const account = (accountId: string, provider: string | null) => ({ accountId, currency: 'USD', mode: 'hedging', provider });
const text = describeWelcome({
  source: 'local binaries',
  gatewayUrl: 'http://127.0.0.1:8081',
  adminUrl: 'http://127.0.0.1:8082',
  natsUrl: 'nats://margrave:hush@127.0.0.1:4321',
  loginsFile: '/somewhere/logins.json',
  prometheusUrl: 'http://127.0.0.1:9999',
  services: [{ name: 'market-data', metricsUrl: 'http://127.0.0.1:9101', logFile: '/tmp/market-data.log' }],
  sessions: 'always',
  accounts: [
    account('1000000001', null),
    account('1000000002', 'lp-a'),
    account('1000000003', 'lp-b'),
    account('1000001000', null),
  ],
  visitorsAccountId: '1000001000',
  token: 'a.b.c',
  staffToken: 'd.e.f',
});

describe('what the demo says first', () => {
  it.each([
    ['1000000001', 'local'],
    ['1000000002', 'at lp-a'],
    ['1000000003', 'at lp-b'],
  ])('is that %s is %s, and that traders trade on it', (accountId, where) =>
    expect(text).toMatch(new RegExp(`^  ${accountId}  ${where} +USD  hedging +the demo’s traders trade on it$`, 'm')),
  );

  it('is which account is the reader’s own, and an order on that one', () => {
    expect(text).toMatch(/^ {2}1000001000 {2}local +USD {2}hedging +yours: nobody else trades on it$/m);
    expect(text).toContain('curl -s http://127.0.0.1:8081/v1/accounts/1000001000/orders');
    expect(text).toContain('traders close the oldest position of their account now and then, also one that you opened there');
  });

  it('is where staff go, and with what', () => {
    expect(text).toMatch(/^ {2}for staff http:\/\/127\.0\.0\.1:8082 /m);
    expect(text).toContain('STAFF=d.e.f\ncurl -s http://127.0.0.1:8082/admin/v1/unknown-orders ');
  });

  it('is where the services are watched, if somebody does', () => {
    expect(text).toContain('Prometheus http://127.0.0.1:9999/alerts');
  });

  it('is where NATS is, without its password', () => {
    expect(text).toContain('nats://127.0.0.1:4321 ');
    expect(text).not.toContain('hush');
    expect(text).toContain('logins of the operator and the providers: /somewhere/logins.json');
  });
});
