import type { Sql } from 'postgres';
import { BREAKS_SHOWN_MAX, type Invariant } from '../finding.ts';
import { symbolMargins, type SymbolHolding } from '../margin.ts';
import { rational, times } from '../rational.ts';

const ACCOUNTS_A_PAGE = 500;

interface AccountRow {
  readonly account_id: string;
  readonly mode: 'hedging' | 'netting';
  readonly leverage: string;
  readonly group_id: string;
  readonly margin_executed_e8: string;
  readonly margin_total_e8: string;
  readonly positions: readonly PositionJson[];
  readonly orders: readonly OrderJson[];
}
interface PositionJson {
  readonly id: string;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly lots: string;
  readonly numerator: string;
  readonly denominator: string;
}
interface OrderJson {
  readonly id: string;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly lots: string;
  readonly closes: string | null;
  /** It waits with us for its price, where nothing need be reserved for it. */
  readonly rests: boolean;
  readonly numerator: string | null;
  readonly denominator: string | null;
}

interface Terms {
  readonly contractSize: bigint;
  readonly leverageCap: bigint | null;
}
type Policies = Pick<SymbolHolding, 'tiers' | 'hedgedRate'>;

/** Reckons every account's two margin figures anew, from positions and orders alone, and wants no difference at all. */
export const marginsAreReckoned: Invariant = async (sql) => {
  const [instruments, groups] = [await readInstruments(sql), await readGroups(sql)];
  const breaks: string[] = [];
  let checked = 0;
  for (let after = '0'; ;) {
    const page = await readAccounts(sql, after);
    for (const account of page) {
      checked += 1;
      const reckoned = accountMargins(account, instruments, groups);
      const stored = { executedE8: BigInt(account.margin_executed_e8), totalE8: BigInt(account.margin_total_e8) };
      if (reckoned.executedE8 === stored.executedE8 && reckoned.totalE8 === stored.totalE8) continue;
      breaks.push(
        `account ${account.account_id} stores margin executed ${stored.executedE8} and total ${stored.totalE8} e8, reckoned ${reckoned.executedE8} and ${reckoned.totalE8}`,
      );
    }
    const last = page.at(-1);
    if (last === undefined || breaks.length >= BREAKS_SHOWN_MAX) break;
    after = last.account_id;
  }
  return { invariant: '4 stored margin figures equal an independent recomputation', mustCheckSome: true, checked, breaks };
};

function accountMargins(account: AccountRow, instruments: ReadonlyMap<string, Terms>, groups: ReadonlyMap<string, Policies>) {
  const symbols = new Set([...account.positions, ...account.orders].map(({ symbol }) => symbol));
  const policies = groups.get(account.group_id);
  let [executedE8, totalE8] = [0n, 0n];
  for (const symbol of symbols) {
    const terms = instruments.get(symbol);
    if (terms === undefined || policies === undefined) throw new Error(`no terms of ${symbol} in group ${account.group_id}`);
    const margins = symbolMargins({
      mode: account.mode,
      leverage: BigInt(account.leverage),
      ...terms,
      ...policies,
      positions: account.positions
        .filter((each) => each.symbol === symbol)
        .map((each) => ({
          id: each.id,
          side: each.side,
          lotsE8: BigInt(each.lots),
          weight: rational(BigInt(each.numerator), BigInt(each.denominator)),
        })),
      inFlight: account.orders.filter((each) => each.symbol === symbol).flatMap(inFlight),
    });
    executedE8 += margins.executedE8;
    totalE8 += margins.totalE8;
  }
  return { executedE8, totalE8 };
}

function inFlight({ id, side, lots, closes, rests, numerator, denominator }: OrderJson): SymbolHolding['inFlight'] {
  const lotsE8 = BigInt(lots);
  if (lotsE8 <= 0n) return [];
  if (closes !== null) return [{ id, side, lotsE8, weight: rational(0n), closes }];
  if (rests && numerator === null) return [];
  if (numerator === null || denominator === null) throw new Error(`order ${id} is in flight and reserves nothing`);
  return [{ id, side, lotsE8, weight: times(rational(lotsE8), rational(BigInt(numerator), BigInt(denominator))), closes }];
}

const readAccounts = (sql: Sql, after: string): Promise<readonly AccountRow[]> => sql<AccountRow[]>`
  select a.account_id::text, a.mode::text, a.leverage::text, a.group_id, a.margin_executed_e8::text, a.margin_total_e8::text,
      coalesce((select json_agg(json_build_object('id', p.position_id::text, 'symbol', p.symbol, 'side', p.side, 'lots', p.open_volume_e8::text,
          'numerator', p.margin_basis_numerator::text, 'denominator', p.margin_basis_denominator::text))
        from positions p where p.account_id = a.account_id and p.open_volume_e8 > 0), '[]') positions,
      coalesce((select json_agg(json_build_object('id', o.order_id::text, 'symbol', o.symbol, 'side', o.side,
          'lots', (o.volume_e8 - o.filled_volume_e8)::text, 'closes', o.closes_position_id::text,
          'rests', o.status = 'working' and o.request_id is null,
          'numerator', o.reserved_rate_numerator::text, 'denominator', o.reserved_rate_denominator::text))
        from orders o where o.account_id = a.account_id and o.status in ('queued', 'working', 'partially_filled', 'unknown')), '[]') orders
    from accounts a where a.account_id > ${after}::bigint order by a.account_id limit ${ACCOUNTS_A_PAGE}`;

async function readInstruments(sql: Sql): Promise<ReadonlyMap<string, Terms>> {
  const rows = await sql<{ symbol: string; size: string; cap: string | null }[]>`
    select symbol, contract_size::text size, leverage_cap::text cap from instruments`;
  return new Map(
    rows.map(({ symbol, size, cap }) => [symbol, { contractSize: BigInt(size), leverageCap: cap === null ? null : BigInt(cap) }]),
  );
}

interface PoliciesJson {
  readonly hedgingMargin: {
    readonly kind: string;
    readonly hedgedRate?: { readonly numerator: string; readonly denominator: string };
  };
  readonly leverageTiers: readonly { readonly upToLotsE8: string | null; readonly leverage: string }[];
}

async function readGroups(sql: Sql): Promise<ReadonlyMap<string, Policies>> {
  const rows = await sql<{ group_id: string; policies: PoliciesJson }[]>`select group_id, policies from groups`;
  return new Map(
    rows.map(({ group_id, policies: { hedgingMargin, leverageTiers } }) => [
      group_id,
      {
        hedgedRate:
          hedgingMargin.hedgedRate === undefined
            ? null
            : rational(BigInt(hedgingMargin.hedgedRate.numerator), BigInt(hedgingMargin.hedgedRate.denominator)),
        tiers: leverageTiers.map((tier) => ({
          upToLotsE8: tier.upToLotsE8 === null ? null : BigInt(tier.upToLotsE8),
          leverage: BigInt(tier.leverage),
        })),
      },
    ]),
  );
}
