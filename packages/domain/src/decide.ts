import { ok, refuse, type DecisionId, type OrderId, type Result } from '@margrave/vocabulary';
import type { Account, Order, Position } from './account.ts';
import { ChangeBuilder, type Change, type DecisionContext } from './change.ts';
import type { Command, NoteBasket } from './command.ts';
import { decideCloseBy } from './decide-close-by.ts';
import { decideClose, type NoSuchPosition } from './decide-close.ts';
import { decidePlace } from './decide-place.ts';
import { decideProtect, decideProtectionTrigger } from './decide-protection.ts';
import { decideCancel, decideReplace, type NoSuchOrder } from './decide-resting.ts';
import { decideReport, decideSilence, decideWithdraw, type ReportRefusal } from './decide-report.ts';
import { decideTrail } from './decide-trail.ts';
import { decideExpire, decideTrigger, type NotTriggered } from './decide-trigger.ts';
import { decideSettle, type SettlementRefusal } from './decide-settle.ts';

/** What a command may be about besides what the account holds open: an order that is over, a position that was closed. */
export interface Past {
  readonly order?: Order | undefined;
  readonly position?: Position | undefined;
}

/** Why there is nothing to commit. */
export type NoChange =
  NoSuchPosition | NoSuchOrder | NotTriggered | ReportRefusal | SettlementRefusal | { readonly refusedAs: 'nothing_to_do' };

/**
 * The one decision: account, command and market in, everything that changes out. Pure. A denial is a change too; only what
 * leaves no trace is a `NoChange`.
 */
export function decide(account: Account, command: Command, context: DecisionContext, past: Past = {}): Result<Change, NoChange> {
  switch (command.kind) {
    case 'place':
      return ok(decidePlace(account, command, context));
    case 'close':
      return decideClose(account, command, context, past.position);
    case 'close_by':
      return decideCloseBy(account, command, context, past.position);
    case 'cancel':
      return decideCancel(account, command, context, past.order);
    case 'replace':
      return decideReplace(account, command, context, past.order);
    case 'trigger':
      return decideTrigger(account, command, context);
    case 'protect':
      return decideProtect(account, command, context, past.position);
    case 'trigger_protection':
      return decideProtectionTrigger(account, command, context);
    case 'trail':
      return decideTrail(account, command, context);
    case 'note_basket':
      return ok(noteBasket(account, command, context));
    case 'expire':
      return decideExpire(account, command, context);
    case 'report': {
      const order = orderOf(account, command.orderId, past);
      if (order === undefined)
        return refuse({ refusedAs: 'park', why: `order ${command.orderId} is not of account ${account.accountId}` });
      return decideReport(account, order, command, context);
    }
    case 'silence':
      return changeOrNothing(decideSilence(orderOf(account, command.orderId, past), account, context));
    case 'withdraw':
      return changeOrNothing(decideWithdraw(account, command, context));
    case 'settle':
      return decideSettle(account, command, context, past.order);
    default:
      return command satisfies never;
  }
}

/** Nothing of a basket is done; the denial of its leg, where that is why, is kept as the whole's. */
function noteBasket(account: Account, { because }: NoteBasket, context: DecisionContext): Change {
  const change = new ChangeBuilder(account, context, 'client');
  if (because === null) return change.finish();
  const decisionId = change.nextId<DecisionId>();
  return change.finish({ ...because, decisionId, orderId: null, command: 'basket', accountVersion: account.version });
}

const orderOf = (account: Account, orderId: OrderId, past: Past): Order | undefined =>
  account.orders.find((candidate) => candidate.orderId === orderId) ?? past.order;

const changeOrNothing = (change: Change | 'nothing'): Result<Change, NoChange> =>
  change === 'nothing' ? refuse({ refusedAs: 'nothing_to_do' }) : ok(change);
