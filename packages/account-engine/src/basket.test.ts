import type { PlaceOrder } from '@margrave/domain';
import type { ClientOrderId, LotsE8 } from '@margrave/vocabulary';
import type { Basket, BasketOutcome, DecidedBasket, Leg } from './api.ts';
import { createEngine } from './engine.ts';
import { ACCOUNT, bench, buy } from './testing/builders.ts';

const engine = () => {
  const { store, told, parts } = bench();
  const made = createEngine({
    ...parts,
    batchSizeMax: 256,
    queueDepthMax: 300,
    onBatch: () => undefined,
    log: { error: () => undefined },
    sleep: () => Promise.resolve(),
  });
  return { store, told, engine: made };
};

/** A leg that buys so many lots under a key of its own. */
const leg = (key: string, lots = 0.01): Leg => {
  const { command, client } = buy(key, lots);
  return { command, client };
};
const textOf = ({ legs, refused }: DecidedBasket): string =>
  JSON.stringify({ legs: legs.map((each) => each.kind), refused: refused?.leg ?? null });
const basket = (key: string, legs: readonly Leg[], isAtomic = false): Basket => ({
  accountId: ACCOUNT,
  legs,
  isAtomic,
  client: { key, requestHash: `hash of ${key}`, answer: (decided) => ({ status: 201, body: textOf(decided) }) },
  patienceMs: 3_000,
});
const legsOf = (outcome: BasketOutcome) => (outcome.kind === 'committed_basket' ? outcome.basket.legs : []);
const denials = (outcome: BasketOutcome) =>
  legsOf(outcome).map((each) => (each.kind === 'decided' ? (each.change.decision?.denial?.code ?? null) : each.kind));
/** More than the account can carry, by far. */
const TOO_MUCH = 99;

describe('a basket', () => {
  it('is decided leg by leg, each on what the one before left, and committed in one batch', async () => {
    const { engine: made, store } = engine();
    const outcome = await made.submitBasket(basket('b', [leg('one'), leg('two'), leg('three')]));
    expect(denials(outcome)).toEqual([null, null, null]);
    expect(store.batches).toHaveLength(1);
    expect(store.batches[0]?.map(({ expectedVersion }) => expectedVersion)).toEqual([1n, 2n, 3n]);
    expect(store.accounts.get(ACCOUNT)?.account.version).toBe(4n);
    expect([...store.keys.keys()]).toEqual([`${ACCOUNT} b`, `${ACCOUNT} one`, `${ACCOUNT} two`, `${ACCOUNT} three`]);
  });

  it('goes on after a leg that is denied, which is kept like another', async () => {
    const { engine: made, store } = engine();
    const outcome = await made.submitBasket(basket('b', [leg('one'), leg('two', TOO_MUCH), leg('three')]));
    expect(denials(outcome)).toEqual([null, 'MARGIN_EXCEEDS_FREE', null]);
    expect([...store.orders.values()].map(({ status }) => status).toSorted()).toEqual(['denied', 'filled', 'filled']);
  });

  it('that is atomic does nothing where a leg is denied, but keeps why and its answer; the keys of its legs are free', async () => {
    const { engine: made, store } = engine();
    const outcome = await made.submitBasket(basket('b', [leg('one'), leg('two', TOO_MUCH), leg('three')], true));
    expect(outcome).toMatchObject({ kind: 'committed_basket', basket: { refused: { leg: 1 } } });
    expect([store.orders.size, store.positions.size]).toEqual([0, 0]);
    expect([...store.keys.keys()]).toEqual([`${ACCOUNT} b`]);
    expect(store.batches[0]?.map(({ decision }) => [decision?.command, decision?.code, decision?.orderId])).toEqual([
      ['basket', 'MARGIN_EXCEEDS_FREE', null],
    ]);
    const told = outcome.kind === 'committed_basket' ? outcome.basket.refused?.decision?.decisionId : undefined;
    expect(told).toBe(store.batches[0]?.[0]?.decision?.decisionId);
    expect(await made.submit(buy('one'))).toMatchObject({ kind: 'committed' });
  });

  it('is answered the same when it comes again, and refused under its key where it is another one', async () => {
    const { engine: made, store } = engine();
    const first = await made.submitBasket(basket('b', [leg('one'), leg('two')]));
    const again = await made.submitBasket(basket('b', [leg('one'), leg('two')]));
    expect(again).toEqual({ kind: 'replayed', answer: first.kind === 'committed_basket' ? first.answer : null });
    const other = { ...basket('b', [leg('three')]) };
    expect(await made.submitBasket({ ...other, client: { ...other.client, requestHash: 'another' } })).toMatchObject({
      kind: 'key_reused',
    });
    expect(store.orders.size).toBe(2);
  });

  it('takes the stored answer of a leg that was commanded before, and does the others', async () => {
    const { engine: made, store } = engine();
    await made.submit(buy('one'));
    const outcome = await made.submitBasket(basket('b', [leg('one'), leg('two')]));
    expect(denials(outcome)).toEqual(['replayed', null]);
    expect(store.orders.size).toBe(2);
  });

  it('that is atomic does nothing where a leg was commanded before', async () => {
    const { engine: made, store } = engine();
    await made.submit(buy('two'));
    const outcome = await made.submitBasket(basket('b', [leg('one'), leg('two')], true));
    expect(outcome).toMatchObject({ kind: 'committed_basket', basket: { refused: { leg: 1, decision: null } } });
    expect(store.orders.size).toBe(1);
  });

  it('is decided anew, all of it, where another writer came first', async () => {
    const { engine: made, store } = engine();
    await made.view(ACCOUNT);
    let others = 1;
    store.beforeCommit = () => {
      if (others-- > 0) {
        const held = store.accounts.get(ACCOUNT);
        if (held !== undefined) store.accounts.set(ACCOUNT, { ...held, account: { ...held.account, version: 5n } });
      }
    };
    const outcome = await made.submitBasket(basket('b', [leg('one'), leg('two')]));
    expect(denials(outcome)).toEqual([null, null]);
    expect(store.accounts.get(ACCOUNT)?.account.version).toBe(7n);
    expect(store.orders.size).toBe(2);
  });

  it('whose commit was sent and never answered is found by its key', async () => {
    const { engine: made, store } = engine();
    let failures = 1;
    store.afterCommit = () => {
      if (failures-- > 0) throw Object.assign(new Error('no answer'), { failure: 'unknown' });
    };
    store.failureOf = (error) => (error as { failure?: 'unknown' }).failure ?? 'bug';
    const outcome = await made.submitBasket(basket('b', [leg('one'), leg('two')]));
    expect(outcome.kind).toBe('replayed');
    expect(store.orders.size).toBe(2);
  });

  it('of the account as it is when it is decided may have no leg at all', async () => {
    const { engine: made, store } = engine();
    const none = {
      ...basket('b', []),
      legs: ({ positions }: { readonly positions: readonly unknown[] }) => positions.map(() => ({ ...leg('x'), client: null })),
    };
    expect(await made.submitBasket(none)).toMatchObject({ kind: 'committed_basket', basket: { legs: [] } });
    expect(await made.submitBasket(none)).toMatchObject({ kind: 'replayed' });
    expect([...store.keys.keys()]).toEqual([`${ACCOUNT} b`]);
  });

  it('looks its legs up before it locks its account, which it does after two conflicts of its own', async () => {
    const { engine: made, store } = engine();
    await made.submit(buy('one'));
    let others = 3;
    store.beforeCommit = () => {
      const held = store.accounts.get(ACCOUNT);
      if (others-- > 0 && held !== undefined) {
        store.accounts.set(ACCOUNT, { ...held, account: { ...held.account, version: held.account.version + 1n } });
      }
    };
    const outcome = await made.submitBasket(basket('b', [leg('one'), leg('two'), leg('three')]));
    expect(denials(outcome)).toEqual(['replayed', null, null]);
    expect([store.batches.length, store.lockedBatches.length]).toEqual([4, 1]);
  });

  it('closes what is open when it is decided, not when its batch began', async () => {
    const { engine: made, store } = engine();
    await made.submit(buy('held'));
    const all = (key: string): Basket => ({
      ...basket(key, []),
      legs: ({ positions }) =>
        positions.map(({ positionId }) => ({
          command: { kind: 'close', clientOrderId: null, positionId, volumeE8: null },
          client: null,
        })),
    });
    const [, first, second] = await Promise.all([
      made.submit(buy('later')),
      made.submitBasket(all('a')),
      made.submitBasket(all('b')),
    ]);
    expect([denials(first), denials(second)]).toEqual([[null, null], []]);
    expect(store.accounts.get(ACCOUNT)?.positions).toEqual([]);
  });

  it('waits for the next batch where many others make one too long', async () => {
    const { engine: made, store } = engine();
    const hundred = (name: number): Leg[] => Array.from({ length: 100 }, (_, index) => leg(`${name}-${index}`, 0.01));
    const outcomes = await Promise.all(
      Array.from({ length: 12 }, (_, name) => made.submitBasket(basket(`b-${name}`, hundred(name)))),
    );
    expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['committed_basket']));
    expect(store.batches.map((batch) => batch.length)).toEqual([1_000, 200]);
  });

  it('shares its batch with other commands of the account, in their order', async () => {
    const { engine: made, store } = engine();
    const outcomes = await Promise.all([
      made.submit(buy('before')),
      made.submitBasket(basket('b', [leg('one'), leg('two')])),
      made.submit(buy('after')),
      made.submit(buy('one')),
    ]);
    expect(outcomes.map(({ kind }) => kind)).toEqual(['committed', 'committed_basket', 'committed', 'replayed']);
    const [first] = store.batches;
    expect(first?.map(({ newOrders }) => newOrders[0]?.clientOrderId)).toEqual(['before', 'one', 'two', 'after']);
  });

  it('holds its legs to the margin that those before them left', async () => {
    const { engine: made } = engine();
    const lots = (order: PlaceOrder, count: number): PlaceOrder => ({
      ...order,
      clientOrderId: `${count}` as ClientOrderId,
      volumeE8: 300_000_000n as LotsE8,
    });
    const legs = [1, 2, 3, 4, 5].map((count): Leg => {
      const each = leg(`${count}`);
      return { ...each, command: lots(each.command as PlaceOrder, count) };
    });
    const codes = denials(await made.submitBasket(basket('b', legs)));
    const passed = codes.filter((code) => code === null).length;
    expect(passed).toBeGreaterThan(0);
    expect(passed).toBeLessThan(5);
    expect(codes).toEqual(codes.map((_, index) => (index < passed ? null : 'MARGIN_EXCEEDS_FREE')));
  });
});
