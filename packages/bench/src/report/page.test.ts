import { exactly, figureOf, rowOf } from '../row.ts';
import { performancePage } from './page.ts';

const row = (name: string, rounds: readonly number[]) =>
  rowOf({
    row: name,
    unit: 'orders/s',
    betterIs: 'higher',
    ours: figureOf(rounds),
    other: exactly(10),
    otherName: 'floor',
    bar: 0.6,
  });

const page = performancePage([row('fast', [9, 8, 10]), row('slow', [2, 2, 2])], 'postgres 15', '2026-11-21');

it('shows each row with its spread, what it is compared with, and whether it meets its bar', () => {
  expect(page).toContain('| fast | 9 orders/s (8 to 10) | floor: 10 orders/s | 0.9 | ≥ 0.6 | yes |');
  expect(page).toContain('| slow | 2 orders/s | floor: 10 orders/s | 0.2 | ≥ 0.6 | **no** |');
});

it('says when, with which command and on what it was measured', () => {
  expect(page).toContain('`npm run bench -- --write` on 2026-11-21');
  expect(page).toContain('postgres 15');
});
