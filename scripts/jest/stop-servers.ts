import { removeOwnAndDeadRuns } from '@margrave/testkit';
import { say } from '../lib/say.ts';

/** Jest calls it after the last test. A test that failed may have left servers of its own. */
export default async function stopServersOfTests(): Promise<void> {
  await removeOwnAndDeadRuns(say);
}
