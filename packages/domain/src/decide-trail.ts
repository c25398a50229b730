import { ok, refuse, type Result } from '@margrave/vocabulary';
import type { Account } from './account.ts';
import { ChangeBuilder, type Change, type DecisionContext } from './change.ts';
import type { TrailStop } from './command.ts';
import type { NotTriggered } from './decide-trigger.ts';
import { isBetter, trailingOf } from './trailing.ts';

/** Keeps the best price that a trailing stop has followed; it moves in favour of the position only, by the word of who watches. */
export function decideTrail(
  account: Account,
  { positionId, bestE8, armedVersion }: TrailStop,
  given: DecisionContext,
): Result<Change, NotTriggered> {
  const position = account.positions.find((candidate) => candidate.positionId === positionId);
  const trailing = position && trailingOf(position);
  if (
    position?.version !== armedVersion ||
    position.closingOrderId !== null ||
    trailing === undefined ||
    !isBetter(position.side, bestE8, trailing.bestE8)
  ) {
    return refuse({ refusedAs: 'nothing_to_do' });
  }
  const change = new ChangeBuilder(account, given, 'trailing_stop');
  const trailed = change.putPosition({ ...position, trailingBestE8: bestE8 });
  change.addEvent({ type: 'position.changed', position: trailed, orderId: null });
  return ok(change.finish());
}
