import * as store from '@margrave/store-postgres';
import { onStopSignal, prepareTestServers, removeOwnAndDeadRuns } from '@margrave/testkit';
import { say } from '../lib/say.ts';
import '../lib/stop-with-parent.ts';

/** Jest calls it once, in the process that starts the workers, before the first integration test. */
export default async function startServersForTests(jest: { readonly maxWorkers: number }): Promise<void> {
  onStopSignal(() => removeOwnAndDeadRuns(say));
  await prepareTestServers({ log: say, workerCount: jest.maxWorkers, migrate, onSignal: 'leave to caller' });
}

async function migrate(databaseUrl: string): Promise<void> {
  const exported: Record<string, unknown> = { ...store };
  if (typeof exported['migrate'] === 'function') await exported['migrate'](databaseUrl);
}
