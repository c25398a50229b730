import { RegistryReader } from './keep-registry.ts';
import { instrumentNamed, registryOf } from './testing.ts';

const REGISTRY = registryOf(instrumentNamed('EURUSD'));

let answers: ('well' | 'badly')[];
let events: string[];
let pauses: { readonly ms: number; readonly end: () => void }[];
let stop: AbortController;
let duringLoad: (() => void) | undefined;
let reader: RegistryReader;
beforeEach(() => {
  answers = [];
  events = [];
  pauses = [];
  duringLoad = undefined;
  stop = new AbortController();
  reader = new RegistryReader({
    load: async () => {
      duringLoad?.();
      if (answers.shift() === 'badly') throw new Error('away');
      return REGISTRY;
    },
    onLoaded: () => events.push('loaded'),
    onFailed: () => events.push('failed'),
    pause: (ms, signal) =>
      new Promise((resolve) => {
        pauses.push({ ms, end: resolve });
        if (signal.aborted) resolve();
        signal.addEventListener('abort', () => resolve(), { once: true });
      }),
  });
});
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the configuration', () => {
  it('is read until it succeeded once', async () => {
    answers = ['badly', 'badly', 'well'];
    const first = reader.readFirst(stop.signal);
    for (let reads = 0; reads < 2; reads += 1) {
      await turn();
      pauses.at(-1)?.end();
    }
    expect(await first).toBe(true);
    expect(events).toEqual(['failed', 'failed', 'loaded']);
  });

  it('is not waited for by a service that stops', async () => {
    answers = ['badly'];
    const first = reader.readFirst(stop.signal);
    await turn();
    stop.abort();
    expect(await first).toBe(false);
  });

  it('is read again after a while, sooner after a failure, and at once when someone says that it changed', async () => {
    answers = ['badly', 'well', 'well'];
    const reading = reader.keepReading(stop.signal);
    await turn();
    pauses.at(-1)?.end();
    await turn();
    expect([events, pauses.map(({ ms }) => ms)]).toEqual([['failed'], [30_000, 1_000]]);
    pauses.at(-1)?.end();
    await turn();
    reader.changed();
    await turn();
    expect([events, pauses.map(({ ms }) => ms)]).toEqual([
      ['failed', 'loaded', 'loaded'],
      [30_000, 1_000, 30_000, 30_000],
    ]);
    stop.abort();
    await reading;
  });

  it('is read once more when it changed while it was read', async () => {
    const reading = reader.keepReading(stop.signal);
    duringLoad = () => {
      duringLoad = undefined;
      reader.changed();
    };
    pauses.at(-1)?.end();
    await turn();
    expect(events).toEqual(['loaded', 'loaded']);
    stop.abort();
    await reading;
  });
});
