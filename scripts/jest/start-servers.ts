import { join } from 'node:path';
import { natsAuthorization } from '@margrave/bus-nats';
import { redisUsers } from '@margrave/cache-redis';
import { busRights } from '@margrave/contracts';
import { migrate } from '@margrave/store-postgres';
import { onStopSignal, prepareTestServers, removeOwnAndDeadRuns, ServersUnavailable } from '@margrave/testkit';
import type { ProviderName } from '@margrave/vocabulary';
import '../lib/stop-with-parent.ts';
import { say } from '../lib/say.ts';
import { bundleServices } from './bundle-services.ts';

const BUNDLES = join(import.meta.dirname, '../../.margrave/bundles');
const TEST_PROVIDERS = ['lp-a', 'lp-b'] as ProviderName[];

/** Jest calls it once, in the process that starts the workers, before the first integration test. */
export default async function startServersForTests(jest: { readonly maxWorkers: number }): Promise<void> {
  onStopSignal(() => removeOwnAndDeadRuns(say));
  process.env['MARGRAVE_BUNDLES'] = BUNDLES;
  try {
    await prepareTestServers({
      log: say,
      workerCount: jest.maxWorkers,
      migrate,
      logins: { nats: (passwordOf) => natsAuthorization(busRights(TEST_PROVIDERS), passwordOf), redis: redisUsers },
      onSignal: 'leave to caller',
    });
  } catch (error) {
    if (!(error instanceof ServersUnavailable)) throw error;
    // Jest would bury the one sentence that helps under a stack.
    say(error.message);
    process.exit(1);
  }
  // Last: a run that ends before it began, as a test has it, would take the bundles from under the run that it is a test of.
  await bundleServices(BUNDLES);
}
