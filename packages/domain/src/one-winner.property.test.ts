import { smaller, type PositionId } from '@margrave/vocabulary';
import fc from 'fast-check';
import type { Change, Deal } from './change.ts';
import type { Command } from './command.ts';
import { isOver } from './order-life.ts';
import { Books } from './testing/books.ts';
import { account, close, contextOf, group, LP_A, lotsE8, market, place, position, priceE8, report } from './testing/build.ts';
import { withMargin } from './testing/laws.ts';

/**
 * P32: stop loss, take profit, trailing stop, and closes by the client in every form that there is, at one moment, armed at what was
 * and at what is: what was open is closed once, to the last unit, and nothing is turned round.
 */

const ID = '3000000001' as PositionId;
const OTHER = '3000000002' as PositionId;
const LOTS = lotsE8('1');

/** What each would do, with the version of the position that it was armed at. */
const CLOSERS = {
  stopLoss: (armedVersion: bigint): Command => ({
    kind: 'trigger_protection',
    positionId: ID,
    level: 'stop_loss',
    armedVersion,
  }),
  takeProfit: (armedVersion: bigint): Command => ({
    kind: 'trigger_protection',
    positionId: ID,
    level: 'take_profit',
    armedVersion,
  }),
  trailingStop: (armedVersion: bigint): Command => ({
    kind: 'trigger_protection',
    positionId: ID,
    level: 'trailing_stop',
    levelE8: priceE8('1.08446'),
    armedVersion,
  }),
  trail: (armedVersion: bigint): Command => ({ kind: 'trail', positionId: ID, bestE8: priceE8('1.08600'), armedVersion }),
  all: (): Command => close(ID),
  part: (): Command => close(ID, '0.30'),
  by: (): Command => ({ kind: 'close_by', clientOrderId: 'by' as never, positionId: ID, byPositionId: OTHER }),
  reduceOnly: (): Command => ({ ...place('EURUSD', 'sell', '0.20'), reduceOnly: true }),
  protect: (): Command => ({ kind: 'protect', positionId: ID, protection: { takeProfit: null } }),
} satisfies Readonly<Record<string, (armedVersion: bigint) => Command>>;

/** Why one that came too late is told so. */
const LOST = [
  'POSITION_ALREADY_CLOSING',
  'POSITION_NOT_OPEN',
  'VOLUME_NOT_CLOSABLE',
  'NOTHING_TO_REDUCE',
  // The other one is closed.
  'POSITIONS_NOT_OPPOSITE',
];

const step = fc.record({
  closer: fc.constantFrom(...(Object.keys(CLOSERS) as (keyof typeof CLOSERS)[])),
  isArmedAnew: fc.boolean(),
  /** What the provider says then of the order that is closing: a part of it, the rest, or that it will not. */
  answer: fc.constantFrom<Answer>('none', 'part', 'rest', 'reject'),
});

const held = (id: PositionId, side: 'buy' | 'sell', flow: 'local' | 'provider') =>
  position(
    id,
    { symbol: 'EURUSD', side, lots: '1', price: '1.08400' },
    {
      flow,
      ...(flow === 'provider' ? { provider: LP_A, openingRequestId: `9${id.slice(1)}` as never } : {}),
      ...(id === ID
        ? {
            stopLossE8: priceE8('1.08446'),
            takeProfitE8: priceE8('1.08446'),
            trailingDistanceE8: priceE8('0.001'),
            trailingBestE8: priceE8('1.08546'),
          }
        : {}),
    },
  );

type Answer = 'none' | 'part' | 'rest' | 'reject';

function answer(books: Books, of: Answer): void {
  const closing = books.account.orders.find(({ closesPositionId, status }) => closesPositionId === ID && !isOver(status));
  if (closing === undefined || of === 'none') return;
  if (of === 'reject') return void books.run(report(closing, 'rejected'));
  const leftE8 = closing.volumeE8 - closing.filledVolumeE8;
  const volumeE8 = of === 'rest' ? leftE8 : smaller(leftE8, lotsE8('0.01'));
  books.run({
    ...report(closing, volumeE8 === leftE8 ? 'fill' : 'partial_fill'),
    executionId: `${books.changes.length}`,
    lastVolumeE8: volumeE8 as never,
    lastPriceE8: priceE8('1.08446'),
  });
}

const closedOf = (deals: readonly Deal[]): bigint =>
  deals.filter(({ positionId, entry }) => positionId === ID && entry === 'out').reduce((sum, { volumeE8 }) => sum + volumeE8, 0n);
const deniedAs = ({ decision }: Change): string | undefined => decision?.denial?.code;

it.each(['local', 'provider'] as const)(
  'whoever closes a %s position, it is closed once, and who came too late is told',
  (flow) =>
    fc.assert(
      fc.property(fc.array(step, { minLength: 2, maxLength: 12 }), (steps) => {
        const context = contextOf(market({ EURUSD: ['1.08446', '1.08454'] }), group({ flow }));
        const positions = [held(ID, 'buy', flow), held(OTHER, 'sell', flow)];
        const books = new Books(withMargin(account({ positions }), context), context);
        const firstVersion = positions[0]?.version ?? 0n;
        for (const { closer, isArmedAnew, answer: says } of steps) {
          const now = books.account.positions.find(({ positionId }) => positionId === ID);
          const decided = books.try(CLOSERS[closer](isArmedAnew ? (now?.version ?? firstVersion) : firstVersion));
          if (decided.ok) {
            const code = deniedAs(decided.value);
            if (code !== undefined && closer !== 'protect') expect(LOST).toContain(code);
          } else expect(['nothing_to_do', 'not_reached']).toContain(decided.refusal.refusedAs);
          answer(books, says);
          const after = books.account.positions.find(({ positionId }) => positionId === ID);
          expect(after?.side ?? 'buy').toBe('buy');
          expect(closedOf(books.deals)).toBe(LOTS - (after?.openVolumeE8 ?? 0n));
          const closing = books.account.orders.filter(({ closesPositionId }) => closesPositionId === ID);
          expect(closing.length).toBeLessThanOrEqual(1);
          expect(after?.closingOrderId ?? null).toBe(closing[0]?.orderId ?? null);
        }
      }),
      { numRuns: 1_000 },
    ),
);
