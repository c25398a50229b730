import { type ExecutionType, type LotsE8, type PriceE8 } from '@margrave/vocabulary';
import fc from 'fast-check';
import type { Order } from './account.ts';
import type { ApplyReport, StatedExecution } from './command.ts';
import { Books } from './testing/books.ts';
import { account, contextOf, group, market, moneyE8, order, position, priceE8, report, settle } from './testing/build.ts';
import { withMargin } from './testing/laws.ts';

/**
 * P13, P14: what was executed at a provider comes to the same books whoever tells of it: the provider in its reports, or an
 * operator what he knows of and the provider the rest, late and in whatever order.
 */

const context = contextOf(
  market({ EURUSD: ['1.08446', '1.08454'] }),
  group({
    flow: 'provider',
    commission: { kind: 'per_lot', perLotE8: moneyE8('3.5'), on: 'both', minimumE8: moneyE8('0.02') },
  }),
);
const ID = '4000000001';
const STEP_E8 = 1_000_000n;

interface Executed {
  readonly steps: bigint;
  readonly ticks: bigint;
  /** Whether the operator knows of it. */
  readonly isKnown: boolean;
}

const executions = fc.array(
  fc.record({ steps: fc.bigInt(1n, 40n), ticks: fc.bigInt(-40n, 40n), isKnown: fc.boolean() }) satisfies fc.Arbitrary<Executed>,
  { maxLength: 5 },
);
const words = fc.uniqueArray(fc.constantFrom<ExecutionType>('new', 'cancelled', 'expired', 'rejected'), { maxLength: 2 });

const stated = ({ steps, ticks }: Executed, index: number): StatedExecution => ({
  executionId: `lp-a-${index}`,
  volumeE8: (steps * STEP_E8) as LotsE8,
  priceE8: (priceE8('1.0845') + ticks * 1_000n) as PriceE8,
  executedAt: '2026-01-07T11:59:30Z',
});

const reported = (of: Order, { executionId, volumeE8, priceE8: lastPriceE8 }: StatedExecution): ApplyReport => ({
  ...report(of, 'partial_fill'),
  executionId,
  lastVolumeE8: volumeE8,
  lastPriceE8,
});

/** A buy that fell silent, on an account that may hold more of the other side than it takes. */
function silentBooks(volumeE8: bigint, mode: 'hedging' | 'netting', holds: boolean): Books {
  const sent = order(ID, { symbol: 'EURUSD', side: 'buy', lots: '1', price: '1.08474' }, { status: 'unknown' });
  const held = position('3000000001', { symbol: 'EURUSD', side: 'sell', lots: '9', price: '1.09' });
  const orders = [{ ...sent, volumeE8: volumeE8 as LotsE8 }];
  return new Books(withMargin(account({ mode, orders, positions: holds ? [held] : [] }), context), context);
}

/** What both must come to; that an operator spoke, and when, is not of it. */
function ending(books: Books) {
  const { account: now } = books;
  const of = books.order(ID);
  return {
    status: of.status,
    filledVolumeE8: of.filledVolumeE8,
    filledNotionalE16: of.filledNotionalE16,
    live: now.orders.length,
    positions: now.positions.map(({ version: _version, ...held }) => held),
    balanceE8: now.balanceE8,
    marginExecutedE8: now.marginExecutedE8,
    marginTotalE8: now.marginTotalE8,
    deals: books.deals.map(({ executionId, volumeE8, priceE8: atE8, profitE8, commissionE8, entry }) =>
      [executionId, volumeE8, atE8, profitE8, commissionE8, entry].join(' '),
    ),
  };
}

it('an order that is settled, and reported on afterwards, ends as if the provider had reported all of it', () =>
  fc.assert(
    fc.property(
      executions,
      words,
      fc.bigInt(0n, 20n),
      fc.constantFrom('hedging', 'netting'),
      fc.boolean(),
      fc.boolean(),
      (executed, said, spare, mode, holds, wordsFirst) => {
        const all = executed.map(stated);
        const volumeE8 = all.reduce((sum, each) => sum + each.volumeE8, 0n) + spare * STEP_E8;
        fc.pre(volumeE8 > 0n);
        const known = all.filter((_, index) => executed[index]?.isKnown);
        const rest = all.filter((_, index) => executed[index]?.isKnown !== true);

        const told = silentBooks(volumeE8, mode, holds);
        told.run({ ...settle(told.order(ID)), executions: known });
        const settledAt = told.account;
        expect(settledAt.orders).toEqual([]);
        const late = [...rest.map((each) => reported(told.order(ID), each)), ...said.map((word) => report(told.order(ID), word))];
        for (const each of wordsFirst ? late.toReversed() : late) {
          const change = told.run(each);
          expect(change.deals.every(({ flags }) => flags.includes('late_fill') && !flags.includes('settled_by_operator'))).toBe(
            true,
          );
          expect(told.account.orders).toEqual([]);
        }

        // The provider, in the order in which the books heard of it, and then of what was not executed.
        const heard = silentBooks(volumeE8, mode, holds);
        const inOrder = [...known, ...(wordsFirst ? rest.toReversed() : rest)];
        for (const each of inOrder) heard.run(reported(heard.order(ID), each));
        if (spare > 0n || all.length === 0) heard.run(report(heard.order(ID), 'cancelled'));
        expect(ending(told)).toEqual(ending(heard));
      },
    ),
    { numRuns: 300 },
  ));
