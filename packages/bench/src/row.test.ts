import { exactly, figureOf, rowOf, withoutFigures, type Comparison } from './row.ts';

const comparison = (changed: Partial<Comparison> = {}): Comparison => ({
  row: 'place',
  unit: 'ms p50',
  betterIs: 'lower',
  ours: figureOf([3, 1, 2]),
  other: exactly(1),
  otherName: 'floor',
  bar: 0.5,
  ...changed,
});

describe('a figure', () => {
  it('is the median of its rounds, with the least and the most', () => {
    expect(figureOf([3, 1, 10])).toEqual({ median: 3, least: 1, most: 10 });
    expect(figureOf([4, 1, 2, 10])).toEqual({ median: 3, least: 1, most: 10 });
  });

  it('is taken at least once', () => expect(() => figureOf([])).toThrow('at least once'));
});

describe('a row', () => {
  it('has a ratio that is higher where we are better, whatever is measured', () => {
    expect(rowOf(comparison()).ratio).toBe(0.5);
    expect(rowOf(comparison({ betterIs: 'higher' })).ratio).toBe(2);
  });

  it('passes at its bar, and not below', () => {
    expect(rowOf(comparison()).pass).toBe(true);
    expect(rowOf(comparison({ ours: exactly(2.01) })).pass).toBe(false);
  });

  it('never passes when what it is compared with is at fault, and says why', () => {
    const row = rowOf(comparison({ ours: exactly(1), fault: 'floor too slow: 300 orders/s, at least 400' }));
    expect(row).toMatchObject({ pass: false, ratio: 1 });
    expect(row.comparedWith).toBe('floor: 1 ms p50; floor too slow: 300 orders/s, at least 400');
  });

  it('is printed as JSON with its seven fields', () => {
    expect(Object.keys(withoutFigures(rowOf(comparison())))).toEqual('row value unit comparedWith ratio bar pass'.split(' '));
  });
});
