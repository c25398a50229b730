import type { Sql } from 'postgres';
import { isBroken, type Finding, type Invariant } from './finding.ts';
import { rowsContinueChains, type KeptHeads } from './invariants/chains.ts';
import { acceptedOrdersPassTheCheck, ordersHaveDecisions } from './invariants/decisions.ts';
import { cacheIsProjection, type CacheCheck } from './invariants/cache.ts';
import { historyReplays } from './invariants/history.ts';
import { balanceIsSumOfEntries, dealsAreBooked, houseAndClientsSumToZero, journalsSumToZero } from './invariants/ledger.ts';
import { acceptedOrdersKeepWithinLimits } from './invariants/limits.ts';
import { marginsAreReckoned } from './invariants/margins.ts';
import {
  answeredOrdersExist,
  clientsPayTheMarkupTheyWereTold,
  executionsBookedOnce,
  fillsWithinOrders,
  oneOrderPerKey,
  positionsAreSumsOfDeals,
  realisedProfitIsSumOfDeals,
} from './invariants/orders.ts';
import { closingOrdersAreLive, everyRequestWasSaidOnce, outboxIsDrained, sentOrdersMoveOn } from './invariants/requests.ts';
import { bookedExecutionsAreApplied, settlementsAreNamed } from './invariants/settlements.ts';
import { withRedis } from './redis.ts';

const INVARIANTS: readonly Invariant[] = [
  answeredOrdersExist,
  oneOrderPerKey,
  executionsBookedOnce,
  fillsWithinOrders,
  positionsAreSumsOfDeals,
  realisedProfitIsSumOfDeals,
  clientsPayTheMarkupTheyWereTold,
  bookedExecutionsAreApplied,
  marginsAreReckoned,
  balanceIsSumOfEntries,
  journalsSumToZero,
  houseAndClientsSumToZero,
  dealsAreBooked,
  acceptedOrdersPassTheCheck,
  acceptedOrdersKeepWithinLimits,
  ordersHaveDecisions,
  sentOrdersMoveOn,
  closingOrdersAreLive,
  settlementsAreNamed,
  everyRequestWasSaidOnce,
  outboxIsDrained,
];

/**
 * Checks the invariants of ARCHITECTURE.md on what PostgreSQL holds and, where a cache is given, on what Redis holds of it. It takes no locks and changes nothing. PostgreSQL is read in one snapshot, then Redis against PostgreSQL as
 * it is by then, so that it can run beside a working broker.
 *
 * @param heads those of chains as they were written down before, and where to put those found.
 */
export async function verifyBooks(sql: Sql, cache?: CacheCheck, heads?: KeptHeads): Promise<readonly Finding[]> {
  const findings = await sql.begin('isolation level repeatable read read only', async (transaction) => {
    const snapshot = transaction as unknown as Sql;
    const found: Finding[] = [];
    for (const invariant of INVARIANTS) found.push(await invariant(snapshot));
    return [...found, await rowsContinueChains(snapshot, heads), ...(await historyReplays(snapshot))];
  });
  if (cache !== undefined) {
    findings.push(await withRedis(cache.redisUrl, (redis) => cacheIsProjection(sql, redis, cache)));
  }
  return findings.sort((a, b) => byNumber.compare(a.invariant, b.invariant));
}

/** Names of invariants begin with their number. */
const byNumber = new Intl.Collator('en', { numeric: true });

/** A table for a person: what was checked, how many, what broke. */
export function describeFindings(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ invariant }) => invariant.length));
  const lines = findings.flatMap((finding) => {
    const verdict = finding.breaks.length > 0 ? `${finding.breaks.length} BROKEN` : isBroken(finding) ? 'NOTHING CHECKED' : 'ok';
    const note = finding.note === undefined ? '' : ` (${finding.note})`;
    const line = `${finding.invariant.padEnd(width)}  ${String(finding.checked).padStart(9)} checked  ${verdict}${note}`;
    return [line, ...finding.breaks.map((what) => `    ${what}`)];
  });
  return lines.join('\n');
}
