import { ok, refuse } from '@margrave/vocabulary';
import type { Gatherer, GathererRefusal } from '@margrave/runtime';
import type { Settlement, Task } from './task.ts';
import { settle } from './submissions.ts';
import { buy } from './testing/builders.ts';

const parts = { monotonicMs: () => 0, sleep: () => Promise.resolve(), log: { error: () => undefined } };

/** Takes a command once, leaves it as `sent` says, and then takes nothing more. */
function takesOnce(sent: Pick<Task, 'uncertain'>, then: GathererRefusal): Pick<Gatherer<Task, Settlement>, 'submit'> {
  let taken = 0;
  return {
    submit: (task) => {
      taken += 1;
      if (taken > 1) return Promise.resolve(refuse(then));
      Object.assign(task, sent);
      return Promise.resolve(ok('again'));
    },
  };
}

describe.each<GathererRefusal>(['QUEUE_FULL', 'STOPPED'])('a command that is to be tried again and meets %s', (refusal) => {
  it('is said to be unknown where its commit was sent and not answered: it may stand', async () =>
    expect(await settle(buy('key'), takesOnce({ uncertain: true }, refusal), parts)).toEqual({ kind: 'unknown' }));

  it('is refused as one that left nothing behind where no commit of it is in doubt', async () =>
    expect(await settle(buy('key'), takesOnce({ uncertain: false }, refusal), parts)).toMatchObject({ kind: 'unavailable' }));
});
