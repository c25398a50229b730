import { migrate } from '@margrave/store-postgres';
import { onStopSignal, prepareTestServers, removeOwnAndDeadRuns } from '@margrave/testkit';
import '../lib/stop-with-parent.ts';
import { say } from '../lib/say.ts';

/** Jest calls it once, in the process that starts the workers, before the first integration test. */
export default async function startServersForTests(jest: { readonly maxWorkers: number }): Promise<void> {
  onStopSignal(() => removeOwnAndDeadRuns(say));
  await prepareTestServers({ log: say, workerCount: jest.maxWorkers, migrate, onSignal: 'leave to caller' });
}
