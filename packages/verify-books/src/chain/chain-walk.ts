import { beginningOf, linkAfter, type ChainedTable } from './link.ts';

/** A row of an account's chain as it is stored. */
export interface ChainRow {
  readonly table: ChainedTable;
  /** The row's id in its table. */
  readonly id: string;
  readonly place: bigint;
  /** Hexadecimal. */
  readonly link: string;
  /** Its columns, joined as they are hashed. */
  readonly columns: string;
  /** One of its columns holds a separator, so that the joined text says nothing of where a column ends. */
  readonly isAmbiguous: boolean;
}

/** Where an account says that its chain ends. */
export interface ChainEnd {
  readonly length: bigint;
  /** Hexadecimal: the link of its last row. */
  readonly head: string;
}

/** Where a chain ended when it was written down outside the database; the link is hexadecimal. */
export interface KnownHead {
  readonly place: bigint;
  readonly link: string;
}

const NAMES: Readonly<Record<ChainedTable, string>> = { decisions: 'decision', ledger_entries: 'ledger entry' };
const nameOf = ({ table, id }: ChainRow): string => `${NAMES[table]} ${id}`;

/**
 * Follows the chain of one account, row by row in the order of their places, and says what the first thing is that is not as it was
 * written; what comes after it is not judged, because it follows from it.
 */
export class ChainWalk {
  readonly #accountId: string;
  readonly #end: ChainEnd | undefined;
  readonly #known: KnownHead | undefined;
  #link: Buffer;
  #last: ChainRow | undefined;
  #place = 0n;
  #broken: string | undefined;

  /**
   * @param end where it must end; `undefined` when there is no such account.
   * @param known what it must lead through, if its head was written down before.
   */
  constructor(accountId: string, end: ChainEnd | undefined, known?: KnownHead) {
    this.#accountId = accountId;
    this.#end = end;
    this.#known = known;
    this.#link = beginningOf(accountId);
  }

  take(row: ChainRow): void {
    this.#broken ??= this.#follow(row);
  }

  /** Where it ends, as far as it was followed. */
  get head(): KnownHead {
    return { place: this.#place, link: this.#link.toString('hex') };
  }

  /** The first thing that is wrong, as a sentence; `undefined` when nothing is. */
  finish(): string | undefined {
    return this.#broken ?? (this.#end && this.#arrive(this.#end));
  }

  #follow(row: ChainRow): string | undefined {
    if (this.#end === undefined) return this.#says(`${nameOf(row)} is in its chain, and there is no such account`);
    if (row.place !== this.#place + 1n) return this.#misplaced(row);
    const link = linkAfter(this.#link, row.place, row.table, row.columns);
    if (row.isAmbiguous || link.toString('hex') !== row.link) {
      return this.#says(`${nameOf(row)}, row ${row.place} of the chain, is not as it was written`);
    }
    [this.#link, this.#last, this.#place] = [link, row, row.place];
    if (row.place !== this.#known?.place || row.link === this.#known.link) return undefined;
    return this.#says(`the chain up to ${nameOf(row)}, row ${row.place}, was written anew: its head was another`);
  }

  #misplaced(row: ChainRow): string {
    if (row.place <= this.#place) {
      const other = row.place === this.#place && this.#last !== undefined ? nameOf(this.#last) : 'another';
      return this.#says(`${nameOf(row)} was put in: row ${row.place} of the chain is ${other}`);
    }
    return this.#says(`${rows(this.#place + 1n, row.place - 1n)} missing ${this.#behind()} and before ${nameOf(row)}`);
  }

  #arrive({ length, head }: ChainEnd): string | undefined {
    if (this.#known !== undefined && this.#known.place > this.#place) {
      return this.#says(`${rows(this.#place + 1n, this.#known.place)} missing ${this.#behind()}`);
    }
    if (length > this.#place) return this.#says(`${rows(this.#place + 1n, length)} missing ${this.#behind()}`);
    if (length < this.#place && this.#last !== undefined) {
      return this.#says(`it counts ${length} rows of its chain, and ${nameOf(this.#last)} is row ${this.#place}`);
    }
    if (head === this.#link.toString('hex')) return undefined;
    return this.#says(`the head of its chain is not the link of its last row${this.#last ? `, ${nameOf(this.#last)}` : ''}`);
  }

  #behind(): string {
    return this.#last === undefined ? 'at the beginning' : `behind ${nameOf(this.#last)}`;
  }

  #says(what: string): string {
    return `account ${this.#accountId}: ${what}`;
  }
}

const rows = (first: bigint, last: bigint): string =>
  first === last ? `row ${first} of the chain is` : `rows ${first} to ${last} of the chain are`;
