import { createDataTree } from './data-tree.ts';
import { createDatabase, type Change } from './database.ts';

describe('the tree of a database', () => {
  it('keeps what is written at any depth', () => {
    const tree = createDataTree();
    tree.write(['feeds', 'EURUSD'], { o: '1.1', b: 1.2 });
    tree.write(['feeds', 'EURUSD', 'o'], 1.3);
    expect(tree.read(['feeds'])).toEqual({ EURUSD: { o: 1.3, b: 1.2 } });
    expect(tree.read(['feeds', 'EURUSD', 'b'])).toBe(1.2);
    expect(tree.read(['feeds', 'GBPUSD', 'b'])).toBeNull();
  });

  it('has no branch without children', () => {
    const tree = createDataTree();
    tree.write(['a', 'b', 'c'], 1);
    tree.write(['a', 'b', 'c'], null);
    expect(tree.read([])).toBeNull();
    tree.write(['a'], { b: {}, c: null });
    expect(tree.read([])).toBeNull();
  });

  it('replaces a value by a branch, and deletes below a value without harm', () => {
    const tree = createDataTree();
    tree.write(['a'], 5);
    tree.write(['a', 'b'], null);
    expect(tree.read(['a'])).toBe(5);
    tree.write(['a', 'b'], 6);
    expect(tree.read([])).toEqual({ a: { b: 6 } });
  });

  it('treats __proto__ as a key like any other', () => {
    const tree = createDataTree();
    tree.write(['__proto__', 'polluted'], true);
    expect(JSON.stringify(tree.read([]))).toBe('{"__proto__":{"polluted":true}}');
    expect('polluted' in {}).toBe(false);
  });
});

describe('a database', () => {
  it('writes several children at once, each by its path, and tells of it once', () => {
    const database = createDatabase(() => 7);
    const changes: Change[] = [];
    database.onChange((change) => changes.push(change));
    expect(database.merge(['f'], { 'EURUSD/o': 1, GBPUSD: { o: 2, t: { '.sv': 'timestamp' } } })).toBe(true);
    expect(database.read([])).toEqual({ f: { EURUSD: { o: 1 }, GBPUSD: { o: 2, t: 7 } } });
    expect(changes.map((change) => change.message())).toEqual([
      '{"t":"d","d":{"a":"m","b":{"p":"f","d":{"EURUSD/o":1,"GBPUSD":{"o":2,"t":7}}}}}',
    ]);
  });

  it('writes nothing of a merge that names no path', () => {
    const database = createDatabase(() => 0);
    expect(database.merge([], { fine: 1, 'not.a.key': 2 })).toBe(false);
    expect(database.merge([], 5)).toBe(false);
    expect(database.read([])).toBeNull();
  });
});
