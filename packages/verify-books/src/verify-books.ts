import type { Sql } from 'postgres';
import { isBroken, type Finding, type Invariant } from './finding.ts';
import { acceptedOrdersPassTheCheck, ordersHaveDecisions } from './invariants/decisions.ts';
import { balanceIsSumOfEntries, dealsAreBooked, houseAndClientsSumToZero, journalsSumToZero } from './invariants/ledger.ts';
import { acceptedOrdersKeepWithinLimits } from './invariants/limits.ts';
import { marginsAreReckoned } from './invariants/margins.ts';
import {
  answeredOrdersExist,
  executionsBookedOnce,
  fillsWithinOrders,
  historiesArePaths,
  lastEventIsStatus,
  oneOrderPerKey,
  positionsAreSumsOfDeals,
  sequencesHaveNoGaps,
} from './invariants/orders.ts';
import { closingOrdersAreLive, everyRequestWasSaidOnce, outboxIsDrained, sentOrdersMoveOn } from './invariants/requests.ts';

const INVARIANTS: readonly Invariant[] = [
  answeredOrdersExist,
  oneOrderPerKey,
  executionsBookedOnce,
  fillsWithinOrders,
  positionsAreSumsOfDeals,
  historiesArePaths,
  lastEventIsStatus,
  sequencesHaveNoGaps,
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
  everyRequestWasSaidOnce,
  outboxIsDrained,
];

/**
 * Checks the invariants of DESIGN.md section 5 that exist so far, on what PostgreSQL holds and on nothing else. It takes no
 * locks and changes nothing; all of it is read in one snapshot, so that it can run beside a working broker.
 */
export const verifyBooks = (sql: Sql): Promise<readonly Finding[]> =>
  sql.begin('isolation level repeatable read read only', async (snapshot) => {
    const findings: Finding[] = [];
    for (const invariant of INVARIANTS) findings.push(await invariant(snapshot as unknown as Sql));
    return findings;
  });

/** A table for a person: what was checked, how many, what broke. */
export function describeFindings(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ invariant }) => invariant.length));
  const lines = findings.flatMap((finding) => {
    const verdict = finding.breaks.length > 0 ? `${finding.breaks.length} BROKEN` : isBroken(finding) ? 'NOTHING CHECKED' : 'ok';
    const line = `${finding.invariant.padEnd(width)}  ${String(finding.checked).padStart(9)} checked  ${verdict}`;
    return [line, ...finding.breaks.map((what) => `    ${what}`)];
  });
  return lines.join('\n');
}
