import type { AccountId, ClientOrderId, OrderId, PositionId, ProviderName, SymbolName } from '@margrave/vocabulary';
import { Executor } from './executor.ts';
import { ACCOUNT, aggregate, bench, buy, market, task } from './testing/builders.ts';
import { StoreError } from './testing/memory-store.ts';

const versionOf = (store: ReturnType<typeof bench>['store']) => store.accounts.get(ACCOUNT)?.account.version;

describe('a batch of commands', () => {
  it('carries one chain of versions for each account', async () => {
    const { store, runAll } = bench();
    const outcomes = await runAll(Array.from({ length: 20 }, (_, index) => task(buy(`key-${index}`, 0.01))));
    expect(outcomes.every((outcome) => typeof outcome === 'object' && outcome.kind === 'committed')).toBe(true);
    expect(store.batches).toHaveLength(1);
    expect(store.batches[0]?.map((rows) => rows.expectedVersion)).toEqual(
      Array.from({ length: 20 }, (_, index) => 1n + BigInt(index)),
    );
    expect(versionOf(store)).toBe(21n);
  });

  it('accepts exactly as many orders as the account has room for, each deciding on what the ones before it left', async () => {
    const { store, runAll } = bench();
    // 1 lot takes 1 084.58 and floats at −8.00; 10 000.00 has room for nine.
    const outcomes = await runAll(Array.from({ length: 40 }, (_, index) => task(buy(`key-${index}`, 1))));
    const accepted = outcomes.filter(
      (outcome) => typeof outcome === 'object' && outcome.kind === 'committed' && outcome.answer?.status === 201,
    );
    const denied = outcomes.filter(
      (outcome) => typeof outcome === 'object' && outcome.kind === 'committed' && outcome.answer?.status === 422,
    );
    expect([accepted.length, denied.length]).toEqual([9, 31]);
    expect([...store.orders.values()].filter((order) => order.reason === 'MARGIN_EXCEEDS_FREE')).toHaveLength(31);
  });

  it('says of an account that is not there that it is not there', async () => {
    const { runAll } = bench();
    expect(await runAll([task(buy('key', 0.1, '1000000009' as AccountId))])).toEqual([{ kind: 'no_such_account' }]);
  });

  it('is told about only after the commit', async () => {
    const { store, told, runAll } = bench();
    let toldBefore = -1;
    store.afterCommit = () => {
      toldBefore = told.length;
    };
    await runAll([task(buy('key'))]);
    expect([toldBefore, told.length]).toEqual([0, 1]);
  });
});

describe('the same report', () => {
  const reported = (executionId: string) => {
    const executions = [{ provider: 'lp-a' as ProviderName, executionId, contentHash: 'said' }];
    return task({ ...buy(executionId, 0.01), client: null, executions });
  };

  it('two hundred times in a batch, and once more, costs two commits and two reads', async () => {
    const { store, runAll } = bench();
    let reads = 0;
    const find = store.findAppliedExecutions;
    store.findAppliedExecutions = (executions) => {
      reads += 1;
      return find(executions);
    };
    const kinds = async (): Promise<Set<string>> => {
      const outcomes = await runAll(Array.from({ length: 200 }, () => reported('e-1')));
      return new Set(outcomes.map((outcome) => (typeof outcome === 'object' ? outcome.kind : outcome)));
    };
    expect(await kinds()).toEqual(new Set(['committed', 'already_applied']));
    expect([store.batches.length, reads]).toEqual([1, 1]);
    expect(await kinds()).toEqual(new Set(['already_applied']));
    expect([store.batches.length, reads]).toEqual([2, 2]);
  });
});

describe('the same key', () => {
  it('gives the stored answer, decided once', async () => {
    const { store, runAll } = bench();
    const outcomes = await runAll(Array.from({ length: 5 }, () => task(buy('same'))));
    expect(store.orders.size).toBe(1);
    expect(outcomes.map((outcome) => typeof outcome === 'object' && outcome.kind).sort()).toEqual([
      'committed',
      ...Array<string>(4).fill('replayed'),
    ]);
    const answers = outcomes.map((outcome) => (typeof outcome === 'object' && 'answer' in outcome ? outcome.answer : null));
    expect(new Set(answers.map((answer) => answer?.body))).toEqual(new Set(['{"version":"2"}']));
  });

  it('does not hold up the other commands of its account', async () => {
    const { store, runAll } = bench();
    await runAll([task(buy('used'))]);
    const outcomes = await runAll([task(buy('a')), task(buy('used')), task(buy('b'))]);
    expect(outcomes.map((outcome) => typeof outcome === 'object' && outcome.kind)).toEqual([
      'committed',
      'replayed',
      'committed',
    ]);
    expect(versionOf(store)).toBe(4n);
  });

  it('of another account means nothing', async () => {
    const { store, runAll } = bench();
    const other = '1000000002' as AccountId;
    store.accounts.set(other, aggregate(other));
    await runAll([task(buy('same')), task(buy('same', 0.1, other))]);
    expect(store.orders.size).toBe(2);
  });

  it('with another request is refused', async () => {
    const { store, runAll } = bench();
    await runAll([task(buy('key'))]);
    const other = buy('key');
    const changed = { ...other, client: other.client && { ...other.client, requestHash: 'another' } };
    const kept = [...store.keys.values()][0];
    expect(kept?.answerStatus).toBe(201);
    expect(await runAll([task(changed)])).toEqual([
      { kind: 'key_reused', answer: { status: kept?.answerStatus, body: kept?.answerBody } },
    ]);
    expect(store.orders.size).toBe(1);
  });
});

describe('another writer', () => {
  it('makes a command decide again on what it left', async () => {
    const { store, runAll } = bench();
    await runAll([task(buy('first'))]);
    await bench('local', store).runAll([task(buy('second'))]);
    await runAll([task(buy('third'))]);
    expect(versionOf(store)).toBe(4n);
    // Once is enough: what was at hand is not tried a second time.
    expect([store.batches.length, store.lockedBatches.length]).toEqual([4, 0]);
  });

  it('that never rests cannot starve a command: after two conflicts it locks first', async () => {
    const { store, runAll } = bench();
    let writes = 0;
    store.beforeCommit = () => {
      const held = store.accounts.get(ACCOUNT) ?? aggregate(ACCOUNT);
      store.accounts.set(ACCOUNT, { ...held, account: { ...held.account, version: held.account.version + 1n } });
      writes += 1;
    };
    const outcomes = await runAll([task(buy('key'))]);
    expect(outcomes).toMatchObject([{ kind: 'committed' }]);
    expect([writes, store.lockedBatches.length]).toEqual([2, 1]);
  });
});

describe('an account at hand that is too old', () => {
  it('makes no command pass for one that changes nothing', async () => {
    const { store, runAll } = bench('provider');
    await runAll([task(buy('before'))]);
    await bench('provider', store).runAll([task(buy('of another')), task(buy('of another too'))]);
    const orderId = store.accounts.get(ACCOUNT)?.orders.at(-1)?.orderId ?? ('0' as OrderId);
    const withdraw = { ...buy('unused'), command: { kind: 'withdraw', orderId } as const, client: null };
    expect(await runAll([task(withdraw)])).toMatchObject([{ kind: 'committed' }]);
  });
});

describe('an unknown outcome', () => {
  it('that was a commit is answered from the store, decided once', async () => {
    const { store, runAll } = bench();
    store.afterCommit = () => {
      store.afterCommit = () => undefined;
      throw new StoreError('unknown');
    };
    expect(await runAll([task(buy('key'))])).toEqual([{ kind: 'replayed', answer: { status: 201, body: '{"version":"2"}' } }]);
    expect(store.orders.size).toBe(1);
  });

  it('that was none is decided again', async () => {
    const { store, runAll } = bench();
    store.beforeCommit = () => {
      store.beforeCommit = () => undefined;
      throw new StoreError('unknown');
    };
    expect(await runAll([task(buy('key'))])).toMatchObject([{ kind: 'committed' }]);
    expect(store.orders.size).toBe(1);
  });

  it('that nothing resolves is said to be unknown, never to be refused', async () => {
    const { store, executor } = bench();
    const pending = task(buy('key'));
    store.beforeCommit = () => {
      throw new StoreError('unknown');
    };
    expect(await executor.run([pending])).toEqual(['again']);
    store.findCommandKeys = () => Promise.reject(new StoreError('unavailable'));
    expect(await executor.run([pending])).toEqual([{ kind: 'unknown' }]);
  });
});

describe('an unknown outcome that patience ran out on', () => {
  it('is said to be unknown, not to have left nothing behind', async () => {
    const { store, parts } = bench();
    let nowMs = 0;
    const executor = new Executor({ ...parts, monotonicMs: () => nowMs });
    store.afterCommit = () => {
      throw new StoreError('unknown');
    };
    const pending = task(buy('key'), 100);
    expect(await executor.run([pending])).toEqual(['again']);
    nowMs = 101;
    expect(await executor.run([pending])).toEqual([{ kind: 'unknown' }]);
  });
});

describe('a store that cannot be reached', () => {
  it('is said at once; nothing is reserved', async () => {
    const { store, runAll } = bench();
    store.beforeCommit = () => {
      throw new StoreError('unavailable');
    };
    expect(await runAll([task(buy('key'))])).toMatchObject([{ kind: 'unavailable' }]);
    expect(store.orders.size).toBe(0);
  });

  it('on another line of history is decided on anew', async () => {
    const { store, runAll } = bench();
    await runAll([task(buy('before'))]);
    store.epochNow = '00000000-0000-0000-0000-000000000002';
    expect(await runAll([task(buy('after'))])).toMatchObject([{ kind: 'committed' }]);
  });

  it.each(['says so', 'was away meanwhile'] as const)(
    'that %s has other accounts than the ones at hand, though at the same versions',
    async (how) => {
      const { store, runAll } = bench();
      const other = '1000000002' as AccountId;
      store.accounts.set(other, aggregate(other));
      await runAll([task(buy('before')), task(buy('before', 0.1, other))]);
      const atHand = store.accounts.get(other) ?? aggregate(other);
      // On the other line the account came to the same version by paying out what it had.
      const paidOut = { ...aggregate(other, 0n).account, version: atHand.account.version };
      store.accounts.set(other, { account: paidOut, orders: [], positions: [] });
      store.epochNow = '00000000-0000-0000-0000-000000000002';
      if (how === 'was away meanwhile') {
        store.beforeCommit = () => {
          store.beforeCommit = () => undefined;
          throw new StoreError('unavailable');
        };
      }
      await runAll([task(buy('notices'))]);
      expect(await runAll([task(buy('after', 0.1, other))])).toMatchObject([{ kind: 'committed', answer: { status: 422 } }]);
    },
  );
});

describe('patience', () => {
  it('that ran out leaves nothing behind', async () => {
    const { store, runAll } = bench();
    expect(await runAll([task(buy('key'), 0)])).toEqual([{ kind: 'busy' }]);
    expect(store.batches).toHaveLength(0);
  });
});

describe('a bug in one decision', () => {
  it('is nobody else’s matter', async () => {
    const { parts, executor, store } = bench();
    const broken = '1000000002' as AccountId;
    const held = aggregate(broken);
    store.accounts.set(broken, { ...held, account: { ...held.account, leverage: 0n } });
    expect(parts.market()).toBeDefined();
    const settlements = await executor.run([task(buy('key')), task(buy('key', 0.1, broken))]);
    expect(settlements).toMatchObject([{ kind: 'committed' }, { kind: 'bug' }]);
  });
});

describe('a command that the store refuses as a bug', () => {
  it('costs no other command of its batch', async () => {
    const { store, runAll } = bench();
    const commit = store.commitBatch;
    store.commitBatch = (epoch, commands) =>
      commands.some(({ commandKeys }) => commandKeys[0]?.key === 'poison')
        ? Promise.reject(new StoreError('bug'))
        : commit(epoch, commands);
    const settlements = await runAll([task(buy('before')), task(buy('poison')), task(buy('after'))]);
    expect(settlements).toMatchObject([{ kind: 'committed' }, { kind: 'bug' }, { kind: 'committed' }]);
    expect(versionOf(store)).toBe(3n);
  });
});

describe('the time of a command', () => {
  /** An executor on a clock that moves by what each stage is told to take, and only then. */
  function timed() {
    let nowMs = 500;
    const takes = (elapsedMs: number): void => {
      nowMs += elapsedMs;
    };
    const { store, parts } = bench();
    const executor = new Executor({
      ...parts,
      monotonicMs: () => nowMs,
      cache: { ...parts.cache, read: () => Promise.resolve([]).finally(() => takes(1_000)) },
      takeIds: (commands) => parts.takeIds(commands).finally(() => takes(200)),
      market: () => {
        takes(30);
        const taken = new Set<SymbolName>();
        return {
          ...market,
          quote: (symbol) => {
            if (!taken.has(symbol)) takes(4);
            taken.add(symbol);
            return market.quote(symbol);
          },
        };
      },
    });
    store.beforeCommit = () => takes(50_000);
    const buyTaking = (key: string, elapsedMs: number) => {
      const order = buy(key);
      const { client } = order;
      const answer: NonNullable<typeof client>['answer'] = () => {
        takes(elapsedMs);
        return { status: 201, body: '{}' };
      };
      return task({ ...order, client: client && { ...client, answer } });
    };
    return { executor, buyTaking, store, takes };
  }

  it('is told by stage: loading, prices, the decision, the commit', async () => {
    const { executor, buyTaking } = timed();
    expect(await executor.run([buyTaking('first', 7), buyTaking('second', 9)])).toMatchObject([
      { kind: 'committed', times: { loadMs: 1_200, priceMs: 34, decideMs: 7, commitMs: 50_000 } },
      { kind: 'committed', times: { loadMs: 1_200, priceMs: 30, decideMs: 9, commitMs: 50_000 } },
    ]);
  });

  it('counts the quotes of what the account holds among the prices', async () => {
    const { executor, buyTaking, store } = timed();
    await executor.run([buyTaking('first', 1)]);
    const [position] = store.accounts.get(ACCOUNT)?.positions ?? [];
    const close = {
      ...buy('second'),
      command: {
        kind: 'close' as const,
        clientOrderId: 'second' as ClientOrderId,
        positionId: position?.positionId as PositionId,
        volumeE8: null,
      },
    };
    expect(await executor.run([task(close)])).toMatchObject([{ kind: 'committed', times: { priceMs: 34 } }]);
  });

  it('counts the wait for an account that must be locked first as loading', async () => {
    const { executor, buyTaking, store, takes } = timed();
    const lock = store.withLockedAccounts;
    store.withLockedAccounts = (accountIds, work) => {
      takes(3_000);
      return lock(accountIds, work);
    };
    const contended = { ...buyTaking('key', 7), conflicts: 2 };
    expect(await executor.run([contended])).toMatchObject([{ times: { loadMs: 3_200, priceMs: 34, decideMs: 7 } }]);
  });
});
