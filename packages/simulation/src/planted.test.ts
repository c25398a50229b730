import { decide, type Account, type Change, type Order } from '@margrave/domain';
import { ok } from '@margrave/vocabulary';
import type { Decide } from './parts/recorder.ts';
import { shrink } from './shrink.ts';
import { simulate, type Simulated } from './simulate.ts';
import type { PlantedInStore } from './store/tables.ts';

interface Plant {
  readonly planted?: PlantedInStore;
  readonly decide?: Decide;
}

const STEPS = 8_000;
const SEEDS_MAX = 12;

/** The first seed, of few, in which the planted fault is noticed. */
async function firstBroken(plant: Plant): Promise<Simulated> {
  for (let seed = 1; seed <= SEEDS_MAX; seed += 1) {
    const result = await simulate({ seed, steps: STEPS, ...plant });
    if (result.broken !== undefined) return result;
  }
  throw new Error(`no seed up to ${SEEDS_MAX} notices it`);
}

/** The change with only the account's version moved on, as for a report that says nothing new. */
const emptied = (change: Change): Change => ({
  ...change,
  account: { ...change.before, version: change.account.version },
  orders: [],
  positions: [],
  deals: [],
  ledger: [],
  events: [],
  instructions: [],
  requestNotes: [],
});

const RICH: Pick<Account, 'creditE8'> = { creditE8: 100_000_000_000_000n as Account['creditE8'] };

/** As if the account had all the credit in the world; the decision's own figures are put back. */
const withoutMarginCheck: Decide = (account, command, context, past) => {
  const decided = decide(command.kind === 'place' ? { ...account, ...RICH } : account, command, context, past);
  if (!decided.ok) return decided;
  const change = decided.value;
  return ok({ ...change, before: account, account: { ...change.account, creditE8: account.creditE8 } });
};

const onSilence =
  (released: (order: Order) => Order): Decide =>
  (account, command, context, past) => {
    const decided = decide(account, command, context, past);
    if (!decided.ok || command.kind !== 'silence') return decided;
    const orders = decided.value.orders.map(released);
    return ok({ ...decided.value, orders });
  };

const droppingLateFills: Decide = (account, command, context, past) => {
  const decided = decide(account, command, context, past);
  if (!decided.ok || command.kind !== 'report') return decided;
  return decided.value.deals.some(({ flags }) => flags.includes('late_fill')) ? ok(emptied(decided.value)) : decided;
};

const roundingBalance: Decide = (account, command, context, past) => {
  const decided = decide(account, command, context, past);
  if (!decided.ok || decided.value.ledger.length === 0) return decided;
  const { account: after } = decided.value;
  const balanceE8 = (after.balanceE8 + 1n) as Account['balanceE8'];
  return ok({ ...decided.value, account: { ...after, balanceE8 } });
};

const PLANTS: readonly (readonly [what: string, invariants: readonly string[], plant: Plant])[] = [
  ['versions are not compared', ['3', '4'], { planted: { comparesNoVersions: true } }],
  ['an execution is applied twice', ['2'], { planted: { appliesExecutionsAgain: true } }],
  ['a key is used twice', ['2'], { planted: { forgetsKeys: true } }],
  ['an outbox row is lost', ['8'], { planted: { losesOutboxRow: 7 } }],
  ['the house’s side of a booking is lost', ['5'], { planted: { losesHouseEntries: true } }],
  ['the margin check is skipped', ['6'], { decide: withoutMarginCheck }],
  ['silence releases the margin', ['7', '4'], { decide: onSilence((order) => ({ ...order, reservation: null })) }],
  ['silence is a refusal', ['7', '3', '4', '10'], { decide: onSilence((order) => ({ ...order, status: 'rejected' })) }],
  ['a late fill is dropped', ['2', '12'], { decide: droppingLateFills }],
  ['a balance is not the sum of its entries', ['5'], { decide: roundingBalance }],
];

describe('the simulator notices that', () => {
  it.each(PLANTS)('%s', async (_what, invariants, plant) => {
    const { broken } = await firstBroken(plant);
    expect(invariants).toContain(broken?.invariant);
  });

  it('a few faults and commands are enough for it', async () => {
    const plant = { planted: { appliesExecutionsAgain: true } };
    const broken = await firstBroken(plant);
    let runs = 0;
    const small = await shrink(broken, { seed: broken.seed, steps: STEPS, ...plant }, () => (runs += 1) > 60);
    expect(small.result.broken?.invariant).toBe(broken.broken?.invariant);
    expect(small.faults.size).toBeLessThan(5);
    expect(small.wishes.size).toBeLessThanOrEqual(broken.wishes.length);
    expect(small.result.trace.length).toBeGreaterThan(0);
  });
});
