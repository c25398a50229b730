import type { Sql } from 'postgres';

/** What one invariant found. */
export interface Finding {
  readonly invariant: string;
  /** How many things it looked at. */
  readonly checked: number;
  /** Zero checked is itself a break where there should have been some. */
  readonly mustCheckSome: boolean;
  readonly breaks: readonly string[];
  /** Every account whose money cannot be relied on after this, whether or not its break is shown. */
  readonly accounts?: readonly string[];
  /** What a reader should know that is no break. */
  readonly note?: string;
}

export type Invariant = (sql: Sql) => Promise<Finding>;

/** Rows of what breaks are named, not only counted, up to so many. */
export const BREAKS_SHOWN_MAX = 20;

export const isBroken = ({ breaks, checked, mustCheckSome }: Finding): boolean =>
  breaks.length > 0 || (mustCheckSome && checked === 0);

/** An invariant that one query counts and another finds the breaks of, each break one sentence. */
export const queried =
  (
    invariant: string,
    mustCheckSome: boolean,
    count: (sql: Sql) => Promise<readonly { n: string }[]>,
    breaks: (sql: Sql) => Promise<readonly { what: string; account?: string }[]>,
  ): Invariant =>
  async (sql) => {
    const [counted] = await count(sql);
    const broken = await breaks(sql);
    const accounts = broken.flatMap(({ account }) => account ?? []);
    return {
      invariant,
      mustCheckSome,
      checked: Number(counted?.n ?? 0),
      breaks: broken.slice(0, BREAKS_SHOWN_MAX).map(({ what }) => what),
      ...(accounts.length === 0 ? {} : { accounts }),
    };
  };
