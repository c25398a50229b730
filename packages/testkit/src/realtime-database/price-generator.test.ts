import { createDatabase } from './database.ts';
import { isObject } from './protocol.ts';
import { parsePath } from './paths.ts';
import type { FeedLayout, FeedWrite } from './feed-writes.ts';
import { createPriceGenerator, type GeneratorOptions } from './price-generator.ts';
import { decimalOfPoints, pointsOfDecimal, SEED_SYMBOLS } from './seed-symbols.ts';

const LAYOUT: FeedLayout = { feedPath: 'datafeeds', fields: { bid: 'o', ask: 'b' }, timeField: undefined };
const OPTIONS: GeneratorOptions = {
  seed: 7,
  symbols: SEED_SYMBOLS,
  mode: 'live',
  ticksPerSecond: 3,
  layout: LAYOUT,
  startMs: 1_000,
};

const writesUntil = (untilMs: number, options: Partial<GeneratorOptions> = {}): readonly FeedWrite[] =>
  createPriceGenerator({ ...OPTIONS, ...options }).advance(untilMs);
const tenMinutes = writesUntil(600_000);

describe('the generator', () => {
  it('writes the same for the same seed, however often it is asked', () => {
    const generator = createPriceGenerator(OPTIONS);
    const inSteps = Array.from({ length: 601 }, (_, index) => generator.advance(1_000 + index * 100)).flat();
    expect(inSteps).toEqual(writesUntil(61_000));
    expect(writesUntil(61_000, { seed: 8 })).not.toEqual(inSteps);
  });

  it('ticks about as often as it is told', () => {
    const perSymbolAndSecond = tenMinutes.length / 599 / SEED_SYMBOLS.length;
    expect(perSymbolAndSecond).toBeGreaterThan(2.9);
    expect(perSymbolAndSecond).toBeLessThan(3.1);
  });

  it('starts at the prices of the demo, the bid in `o` and the ask in `b`', () => {
    const { path, value } = createPriceGenerator(OPTIONS).first();
    expect(path).toBe('datafeeds');
    const node = isObject(value) ? value['EURUSD'] : undefined;
    expect(isObject(node) ? [String(node['o']), String(node['b'])] : node).toEqual(['1.08446', '1.08454']);
  });

  it.each<[string, (write: FeedWrite) => boolean]>([
    ['a whole node', ({ path, value, merge }) => !merge && path.split('/').length === 2 && isObject(value)],
    ['one side alone', ({ path, value, merge }) => !merge && path.split('/').length === 3 && value !== null],
    ['two children of a node', ({ path, value, merge }) => merge && path.split('/').length === 2 && isObject(value)],
    ['several symbols at once', ({ path, merge }) => merge && path === 'datafeeds'],
    ['a deleted node', ({ path, value }) => value === null && path.split('/').length === 2],
    ['a deleted side', ({ path, value }) => value === null && path.split('/').length === 3],
    ['a price as text', ({ value }) => typeof value === 'string'],
    ['a price as a number', ({ value }) => typeof value === 'number'],
  ])('writes %s now and then', (_, isOne) => expect(tenMinutes.some(isOne)).toBe(true));

  it('leaves prices in the database that are positive, on the point, not crossed, and near their start', () => {
    const database = createDatabase(() => 0);
    const wrong: unknown[] = [];
    for (const write of tenMinutes) {
      const path = parsePath(write.path) ?? [];
      if (write.merge) database.merge(path, write.value);
      else database.put(path, write.value);
      const changed = isObject(write.value) && path.length === 1 ? Object.keys(write.value)[0]?.split('/')[0] : path[1];
      const symbol = SEED_SYMBOLS.find((candidate) => candidate.symbol === changed);
      const node = database.read(['datafeeds', changed ?? '']);
      if (symbol === undefined || !isObject(node) || node['o'] === undefined || node['b'] === undefined) continue;
      const [bid, ask] = [Number(node['o']), Number(node['b'])];
      const isOnPoint =
        decimalOfPoints(pointsOfDecimal(String(bid), symbol.digits), symbol.digits) === bid.toFixed(symbol.digits);
      const isNear = Math.abs(bid / Number(symbol.startPrice) - 1) < 0.01;
      if (!(bid > 0 && ask > bid && isOnPoint && isNear)) wrong.push({ write, node });
    }
    expect(wrong).toEqual([]);
  });

  it('brings a deleted symbol back with both sides', () => {
    const deletion = tenMinutes.find(({ path, value }) => value === null && path.split('/').length === 2);
    const after = tenMinutes.slice(tenMinutes.indexOf(deletion as FeedWrite) + 1);
    const back = after.find(({ path }) => path.startsWith(deletion?.path ?? 'none'));
    const value = back?.value;
    expect(isObject(value ?? null) && Object.keys(value as object).sort()).toEqual(['b', 'o']);
  });

  it('says nothing of a silent symbol and goes on with it later', () => {
    const generator = createPriceGenerator(OPTIONS);
    generator.setSilent('EURUSD', true);
    const speaksOf = (writes: readonly FeedWrite[]): boolean => JSON.stringify(writes).includes('EURUSD');
    expect(speaksOf(generator.advance(31_000))).toBe(false);
    generator.setSilent('EURUSD', false);
    expect(speaksOf(generator.advance(33_000))).toBe(true);
  });

  it('moves only times when it stands still', () => {
    const layout = { ...LAYOUT, timeField: 't' };
    const writes = writesUntil(5_000, { mode: 'still', layout });
    expect(writes.length).toBeGreaterThan(100);
    expect(writes.every(({ value }) => isObject(value) && Object.keys(value).join() === 't')).toBe(true);
    expect(() => writesUntil(5_000, { mode: 'still' })).toThrow('time field');
  });
});
