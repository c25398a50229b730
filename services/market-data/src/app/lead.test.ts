import { lead, type Lock } from './lead.ts';

/** What comes of waiting for the right: others have it for a while, or it is had, and then a generation or a failure. */
type Step = 'held elsewhere' | 'no generation' | bigint;

let events: string[];
let lose: () => void;
let stop: AbortController;
beforeEach(() => {
  events = [];
  stop = new AbortController();
});
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const turns = async (count: number): Promise<void> => {
  for (let passed = 0; passed < count; passed += 1) await turn();
};

afterEach(async () => {
  stop.abort();
  await turns(3);
});

/** Leads through the steps, and then waits for ever. */
function start(...steps: Step[]): Promise<void> {
  const hold = async (signal: AbortSignal, onHeldElsewhere: () => void): Promise<Lock | undefined> => {
    for (; !signal.aborted; await turn()) {
      if (steps[0] === 'held elsewhere') onHeldElsewhere();
      else if (steps.length > 0) return { lost: losing(), release: async () => void events.push('released') };
      if (steps.length > 0) steps.shift();
    }
    return undefined;
  };
  const losing = (): Promise<string> =>
    new Promise((resolve) => {
      lose = () => resolve('lost');
    });
  return lead(
    {
      hold,
      nextGeneration: async () => {
        const step = steps.shift();
        if (typeof step !== 'bigint') throw new Error('failed');
        return step;
      },
      onActive: (generation) => events.push(`active ${generation}`),
      onStandby: () => events.push('standby'),
      onLost: (reason) => events.push(reason),
      onFailed: (error) => events.push(String(error)),
      pause: turn,
    },
    stop.signal,
  );
}

describe('leading', () => {
  it('begins when nobody else does', async () => {
    void start('held elsewhere', 'held elsewhere', 7n);
    await turns(5);
    expect(events).toEqual(['standby', 'standby', 'active 7']);
  });

  it('goes on when the right is lost, until another one is seen to have it', async () => {
    void start(7n);
    await turns(1);
    lose();
    await turns(5);
    expect(events).toEqual(['active 7', 'lost']);
  });

  it('ends when another one is seen to have the right, and begins anew after that', async () => {
    void start(7n, 'held elsewhere', 9n);
    await turns(1);
    lose();
    await turns(5);
    expect(events).toEqual(['active 7', 'lost', 'standby', 'active 9']);
  });

  it('gives the right back and tries again when there is no generation to be had', async () => {
    void start('no generation', 8n);
    await turns(5);
    expect(events).toEqual(['Error: failed', 'released', 'active 8']);
  });

  it('gives its right back when it is told to stop', async () => {
    const done = start(7n);
    await turns(1);
    stop.abort();
    await done;
    expect(events).toEqual(['active 7', 'released', 'standby']);
  });

  it('stops while it waits for its turn', async () => {
    const done = start('held elsewhere');
    await turns(3);
    stop.abort();
    await done;
    expect(events).toEqual(['standby', 'standby']);
  });
});
