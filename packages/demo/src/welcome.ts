import type { DemoAccount } from './accounts.ts';

/** What a person has to know of the broker that runs now. */
export interface Welcome {
  /** Where the servers come from, in words. */
  readonly source: string;
  readonly gatewayUrl: string;
  /** Where the gateway listens for staff. */
  readonly adminUrl: string;
  /** With a password, which is not shown. */
  readonly natsUrl: string;
  /** Where the logins of the operator and the providers stand. */
  readonly loginsFile: string;
  /** Where a Prometheus reads them, where there is one. */
  readonly prometheusUrl: string | undefined;
  readonly services: readonly { readonly name: string; readonly metricsUrl: string; readonly logFile: string }[];
  readonly sessions: 'always' | 'real';
  readonly accounts: readonly DemoAccount[];
  /** The account that the demo’s own traders leave alone. */
  readonly visitorsAccountId: string;
  readonly token: string;
  /** Of a dealer. */
  readonly staffToken: string;
}

/** What the demo says when it can be traded with. */
export function describeWelcome(welcome: Welcome): string {
  const {
    source,
    gatewayUrl,
    adminUrl,
    natsUrl,
    loginsFile,
    services,
    prometheusUrl,
    sessions,
    accounts,
    visitorsAccountId,
    token,
    staffToken,
  } = welcome;
  return [
    `Margrave runs on this machine (${source}).`,
    `  gateway   ${gatewayUrl}   documentation ${gatewayUrl}/docs`,
    `  for staff ${adminUrl}   documentation ${adminUrl}/docs`,
    `  NATS      nats://${new URL(natsUrl).host}   logins of the operator and the providers: ${loginsFile}`,
    ...services.map(({ name, metricsUrl, logFile }) => `  ${name.padEnd(24)} ${metricsUrl}/metrics   log ${logFile}`),
    ...(prometheusUrl === undefined ? [] : [`  Prometheus ${prometheusUrl}/alerts   dashboards for Grafana in infra/grafana`]),
    sessions === 'always'
      ? '  All sessions are open around the clock, so that there is something to see on any day (--sessions real changes that).'
      : '  Sessions are those of the markets.',
    '',
    'Accounts:',
    ...accounts.map((account) => describeAccount(account, visitorsAccountId)),
    'The demo’s traders close the oldest position of their account now and then, also one that you opened there.',
    '',
    'A token for these accounts, good for a day:',
    `TOKEN=${token}`,
    '',
    'Place an order yourself:',
    `curl -s ${gatewayUrl}/v1/accounts/${visitorsAccountId}/orders -H "authorization: Bearer $TOKEN" -H 'content-type: application/json' \\`,
    `  -d '{"clientOrderId":"my-1","symbol":"EURUSD","side":"buy","type":"market","volume":"0.10"}'`,
    '',
    'A token of a dealer, and what waits for one (docs/settling-an-unknown-order.md):',
    `STAFF=${staffToken}`,
    `curl -s ${adminUrl}/admin/v1/unknown-orders -H "authorization: Bearer $STAFF"`,
    '',
  ].join('\n');
}

function describeAccount({ accountId, provider, currency, mode }: DemoAccount, visitorsAccountId: string): string {
  const where = provider === null ? 'local' : `at ${provider}`;
  const whose = accountId === visitorsAccountId ? 'yours: nobody else trades on it' : 'the demo’s traders trade on it';
  return `  ${accountId}  ${where.padEnd(8)}  ${currency}  ${mode.padEnd(8)}  ${whose}`;
}
