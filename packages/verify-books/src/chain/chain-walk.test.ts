import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { ChainWalk, type ChainEnd, type ChainRow, type KnownHead } from './chain-walk.ts';
import { beginningOf, linkAfter, type ChainedTable } from './link.ts';

const EXAMPLE = JSON.parse(
  readFileSync(join(resolve(import.meta.dirname, '../../../..'), 'docs/adr/0014-chain-example.json'), 'utf8'),
) as {
  readonly account: string;
  readonly rows: readonly {
    readonly table: ChainedTable;
    readonly columns: readonly (string | null)[];
    readonly link: string;
  }[];
};
const ACCOUNT = '1000000001';

interface Chain {
  readonly rows: readonly ChainRow[];
  readonly end: ChainEnd;
}

/** A chain as it is written, of rows with such columns. */
function written(columns: readonly string[], account = ACCOUNT): Chain {
  let link = beginningOf(account);
  const rows = columns.map((text, index): ChainRow => {
    const [place, table] = [BigInt(index + 1), index % 3 === 0 ? 'decisions' : 'ledger_entries'] as const;
    link = linkAfter(link, place, table, text);
    return { table, id: `${index + 1}`, place, link: link.toString('hex'), columns: text, isAmbiguous: false };
  });
  return { rows, end: { length: BigInt(rows.length), head: link.toString('hex') } };
}

function walked({ rows, end }: Chain, account = ACCOUNT, known?: KnownHead): string | undefined {
  const walk = new ChainWalk(account, end, known);
  for (const row of rows) walk.take(row);
  return walk.finish();
}

const COLUMNS = fc.array(fc.string({ minLength: 1, maxLength: 8 }), { minLength: 2, maxLength: 12 });
const PLACED = COLUMNS.chain((columns) => fc.tuple(fc.constant(written(columns)), fc.nat(columns.length - 1)));
/** What a sentence says is the first wrong row. */
const firstRow = (said: string | undefined): number => Number(/rows? (\d+)/.exec(said ?? '')?.[1]);

describe('a link', () => {
  it('is the published one', () => {
    let link = beginningOf(EXAMPLE.account);
    const links = EXAMPLE.rows.map(({ table, columns }, index) => {
      link = linkAfter(link, BigInt(index + 1), table, columns.map((column) => column ?? '\x1a').join('\x1f'));
      return link.toString('hex');
    });
    expect(links).toEqual(EXAMPLE.rows.map((row) => row.link));
    expect(links).toHaveLength(3);
  });
});

describe('a chain', () => {
  it('as it was written is whole', () =>
    fc.assert(fc.property(COLUMNS, (columns) => expect(walked(written(columns))).toBeUndefined())));

  it('with a separator within a column of a row names that row, though its link is right', () =>
    fc.assert(
      fc.property(PLACED, ([{ rows, end }, at]) => {
        const moved = rows.map((row, index) => (index === at ? { ...row, isAmbiguous: true } : row));
        expect(firstRow(walked({ rows: moved, end }))).toBe(at + 1);
      }),
    ));

  it('of no rows is whole', () => expect(walked(written([]))).toBeUndefined());

  it('with one row edited names that row', () =>
    fc.assert(
      fc.property(PLACED, ([{ rows, end }, at]) => {
        const edited = rows.map((row, index) => (index === at ? { ...row, columns: `${row.columns}0` } : row));
        expect(firstRow(walked({ rows: edited, end }))).toBe(at + 1);
      }),
    ));

  it('with rows edited and every link after them made again names the head, which was not', () =>
    fc.assert(
      fc.property(PLACED, ([{ rows, end }, at]) => {
        const columns = rows.map((row, index) => (index === at ? `${row.columns}0` : row.columns));
        expect(walked({ rows: written(columns).rows, end })).toContain('the head of its chain is not the link of its last row');
      }),
    ));

  it('with one row gone names its place', () =>
    fc.assert(
      fc.property(PLACED, ([{ rows, end }, at]) =>
        expect(firstRow(walked({ rows: rows.filter((_, index) => index !== at), end }))).toBe(at + 1),
      ),
    ));

  it('with one row twice names the second', () =>
    fc.assert(
      fc.property(PLACED, ([{ rows, end }, at]) => {
        const twice = rows.flatMap((row, index) => (index === at ? [row, { ...row, id: '99' }] : [row]));
        expect(walked({ rows: twice, end })).toMatch(new RegExp(`(decision|ledger entry) 99 was put in: row ${at + 1} `));
      }),
    ));

  it('of another account is not whole', () =>
    fc.assert(fc.property(COLUMNS, (columns) => expect(firstRow(walked(written(columns), '1000000002'))).toBe(1))));

  it('of no account names what is in it', () => {
    const walk = new ChainWalk(ACCOUNT, undefined);
    for (const row of written(['a', 'b']).rows) walk.take(row);
    expect(walk.finish()).toBe(`account ${ACCOUNT}: decision 1 is in its chain, and there is no such account`);
  });

  it('that leads through the head that was written down, and on, is whole', () =>
    fc.assert(
      fc.property(PLACED, ([chain, at]) => {
        const { place, link } = chain.rows[at]!;
        expect(walked(chain, ACCOUNT, { place, link })).toBeUndefined();
      }),
    ));

  it('that was written anew up to its head is found by the head that was written down', () =>
    fc.assert(
      fc.property(PLACED, ([{ rows }, at]) => {
        const known = rows.at(-1)!;
        const columns = rows.map((row, index) => (index === at ? `${row.columns}0` : row.columns));
        expect(walked(written(columns), ACCOUNT, known)).toContain(`row ${known.place}, was written anew: its head was another`);
      }),
    ));

  it('that was cut off is found by the head that was written down', () =>
    fc.assert(
      fc.property(PLACED, ([{ rows }, at]) => {
        const left = written(rows.slice(0, at).map((row) => row.columns));
        expect(firstRow(walked(left, ACCOUNT, rows.at(-1)))).toBe(at + 1);
      }),
    ));
});
