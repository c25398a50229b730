import { lead, type Attempt } from './lead.ts';

type Step = 'held' | 'unreachable' | bigint;

let events: string[];
let lose: () => void;
let stop: AbortController;
beforeEach(() => {
  events = [];
  stop = new AbortController();
});

/** Leads through the outcomes of its attempts; the last one is repeated. */
function start(...steps: readonly [Step, ...Step[]]): Promise<void> {
  let attempts = 0;
  const attempt = (): Attempt => {
    const step = steps[Math.min(attempts, steps.length - 1)] ?? steps[0];
    attempts += 1;
    if (step === 'held') return { kind: 'held' };
    if (step === 'unreachable') return { kind: 'unreachable', reason: 'away' };
    const lost = new Promise<void>((resolve) => {
      lose = resolve;
    });
    return { kind: 'acquired', lease: { generation: step, lost, release: async () => void events.push('released') } };
  };
  return lead(
    {
      tryAcquire: async () => attempt(),
      onActive: (generation) => events.push(`active ${generation}`),
      onStandby: () => events.push('standby'),
      onUnreachable: (reason) => events.push(reason),
      pause: () => new Promise((resolve) => setImmediate(resolve)),
    },
    stop.signal,
  );
}
const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

describe('leading', () => {
  it('begins when nobody else does', async () => {
    void start('held', 'held', 7n);
    await turns(5);
    expect(events).toEqual(['standby', 'standby', 'active 7']);
  });

  it('goes on while the database is away, until another one is known to lead', async () => {
    void start(7n, 'unreachable', 'unreachable', 'held', 9n);
    await turns(1);
    lose();
    await turns(8);
    expect(events).toEqual(['active 7', 'away', 'away', 'standby', 'active 9']);
  });

  it('takes a new generation when it gets its right back', async () => {
    void start(7n, 8n);
    await turns(1);
    lose();
    await turns(2);
    expect(events).toEqual(['active 7', 'active 8']);
  });

  it('gives its right back when it is told to stop', async () => {
    const done = start(7n);
    await turns(1);
    stop.abort();
    await done;
    expect(events).toEqual(['active 7', 'released', 'standby']);
  });

  it('stops while it waits for its turn', async () => {
    const done = start('held');
    await turns(2);
    stop.abort();
    await done;
    expect(events.at(-1)).toBe('standby');
  });
});
