/**
 * What a tick costs that reaches nothing, at a thousand, a hundred thousand and a million levels, a tenth of them within a hundred
 * points of the price. DESIGN.md section 6 wants 5 µs, and at a million no more than twice what it is at a thousand.
 *
 *     node packages/domain/src/testing/measure-triggers-main.ts
 *
 * It prints the medians as JSON, in µs by the number of levels, for `npm run bench`.
 */
import assert from 'node:assert/strict';
import type { PriceE8 } from '@margrave/vocabulary';
import { TriggerBook, watchOf, type PricesSeen, type TriggerKind } from '../triggers/index.ts';

const LEVELS = [1_000, 100_000, 1_000_000];
const TICKS_A_ROUND = 20_000;
const ROUNDS = 25;
const POINT_E8 = 1_000n;
const MIDDLE_E8 = 108_450_000n;
const NEAR_POINTS = 100;
const FAR_POINTS = 50_000;
/** A market that goes up and down by so much reaches none of them. */
const WANDERS_POINTS = 20;

/** Not random: the same levels each time, and no two runs of one price. */
const spread = (index: number, range: number): number => (index * 7_919) % range;

function bookOf(levels: number): TriggerBook {
  const book = new TriggerBook();
  const kinds: readonly TriggerKind[] = ['limit', 'stop', 'stop_loss', 'take_profit'];
  for (let index = 0; index < levels; index += 1) {
    const watch = watchOf(kinds[index % 4] as TriggerKind, index % 8 < 4 ? 'buy' : 'sell');
    const points = WANDERS_POINTS + 10 + spread(index, index % 10 === 0 ? NEAR_POINTS : FAR_POINTS);
    const below = watch.endsWith('at_most');
    const priceE8 = MIDDLE_E8 + (below ? -1n : 1n) * BigInt(points) * POINT_E8;
    book.arm({ triggerId: `${index}`, watch, priceE8: priceE8 as PriceE8 });
  }
  return book;
}

const TICKS: readonly PricesSeen[] = Array.from({ length: 2 * WANDERS_POINTS }, (_, step) => {
  const bidE8 = (MIDDLE_E8 + BigInt(step - WANDERS_POINTS) * POINT_E8) as PriceE8;
  const askE8 = (bidE8 + 5n * POINT_E8) as PriceE8;
  return { bidE8, askE8, bidLowE8: bidE8, askHighE8: askE8 };
});

const medians: Record<string, number> = {};
for (const levels of LEVELS) {
  const book = bookOf(levels);
  const micros: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const startedMs = performance.now();
    for (let tick = 0; tick < TICKS_A_ROUND; tick += 1) {
      const reached = book.reach(TICKS[tick % TICKS.length] as PricesSeen);
      assert(reached.length === 0, 'a tick that reaches nothing is measured');
    }
    micros.push(((performance.now() - startedMs) * 1_000) / TICKS_A_ROUND);
  }
  assert.equal(book.size, levels);
  medians[`${levels} levels`] = micros.toSorted((a, b) => a - b)[ROUNDS >> 1] ?? NaN;
}
console.log(JSON.stringify(medians));
