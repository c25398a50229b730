import Sequencer from '@jest/test-sequencer';

/** What takes a minute and more, the longest first: begun last, it would be waited for alone. */
const LONG = ['gateway-crashes', 'worker-crashes', 'orderly-stop', 'nats-away', 'market-data-faults', 'misbehaving-provider'];

export default class LongestFirst extends Sequencer {
  sort(tests) {
    const place = ({ path }) => {
      const found = LONG.findIndex((name) => path.endsWith(`/${name}.it.test.ts`));
      return found === -1 ? LONG.length : found;
    };
    // Sorting is stable: among the others it stays as Jest would have it.
    return [...super.sort(tests)].sort((a, b) => place(a) - place(b));
  }
}
