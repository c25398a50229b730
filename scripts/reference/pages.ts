import type { ServiceDescription } from '@margrave/runtime';
import { asyncApiDocument } from './asyncapi.ts';
import { configurationPage } from './configuration.ts';
import { denialCodesPage } from './denial-codes.ts';
import { messagesPage } from './messages.ts';
import { metricsPage } from './metrics.ts';
import { metricsType, monitoringFiles } from './monitoring.ts';
import type { ReferencePage } from './page.ts';
import { natsUsersFile, redisUsersFile, rightsPage } from './rights.ts';
import { describeServices, printedBy } from './services.ts';

/** Every page that the code alone says. A new kind of reference is one more line here and a file beside it. */
export function referencePages(): readonly ReferencePage[] {
  let described: Promise<readonly ServiceDescription[]> | undefined;
  /** Starting a service to ask it takes a second: each is asked once. */
  const services = () => (described ??= describeServices());
  return [
    { path: 'docs/reference/asyncapi.json', render: () => JSON.stringify(asyncApiDocument()) },
    { path: 'docs/reference/messages.md', render: messagesPage },
    { path: 'docs/reference/denial-codes.md', render: denialCodesPage },
    { path: 'docs/reference/openapi.json', render: () => printedBy('order-gateway', 'openapi-main.ts') },
    { path: 'docs/reference/openapi-admin.json', render: () => printedBy('order-gateway', 'openapi-main.ts', 'admin') },
    { path: 'docs/reference/configuration.md', render: async () => configurationPage(await services()) },
    { path: 'docs/reference/metrics.md', render: async () => metricsPage(await services()) },
    { path: 'packages/monitoring/src/generated/metrics.ts', render: async () => metricsType(await services()) },
    ...monitoringFiles(),
    { path: 'docs/rights.md', render: rightsPage },
    { path: 'infra/nats/users.conf', render: natsUsersFile },
    { path: 'infra/redis/users.sh', render: redisUsersFile },
  ];
}
