import type { OperationId } from '@margrave/contracts';
import type { Account, Dealing, Market } from '@margrave/domain';
import type { Health } from '@margrave/runtime';
import type { AccountId, SymbolName } from '@margrave/vocabulary';
import type { Records, ViewAccount } from '../app/records.ts';
import type { SubmitCommand } from '../app/submit-command.ts';
import type { Handler } from './call.ts';
import { closePositions, placeBasket, targetPosition, type BasketParts } from './commands/basket.ts';
import { cancelOrder, replaceOrder } from './commands/change-order.ts';
import { closeBy, closePosition } from './commands/close-position.ts';
import type { AnsweredCommand } from './commands/command-reports.ts';
import { placeOrder } from './commands/place-order.ts';
import { protectPosition } from './commands/protect-position.ts';
import type { CommandParts } from './commands/run-command.ts';
import { getAccount } from './reads/account.ts';
import { listDeals, listLedger } from './reads/books.ts';
import { getDecision } from './reads/decision.ts';
import { listEvents } from './reads/events.ts';
import { listInstruments, listQuotes } from './reads/market.ts';
import { getOrder, getOrderHistory, listOrders } from './reads/orders.ts';
import { listPositions } from './reads/positions.ts';
import { explainProblem } from './service/explain-problem.ts';
import { getLiveness, getReadiness } from './service/health.ts';

/** What the addresses are answered with. */
export interface HandlerParts {
  readonly submit: SubmitCommand;
  readonly view: ViewAccount;
  readonly records: Records;
  /** Whether the books could not be read; anything else that a read fails with is a bug. */
  readonly isUnavailable: (error: unknown) => boolean;
  readonly market: () => Market;
  /** All symbols that are listed. */
  readonly symbols: () => readonly SymbolName[];
  readonly dealing: (account: Account) => Dealing;
  readonly report: (answered: AnsweredCommand) => void;
  readonly reportBasket: BasketParts['reportBasket'];
  readonly submitBasket: BasketParts['submitBasket'];
  readonly countMoreCommands: BasketParts['countMoreCommands'];
  /** How long a client's command waits. */
  readonly commandDeadlineMs: number;
  readonly onChanged: (accountId: AccountId) => void;
  readonly health: Health;
  readonly monotonicMs: () => number;
}

/** A handler for every address of the contract; a new address does not compile until it has one. */
export function createHandlers(parts: HandlerParts): { readonly [Id in OperationId]: Handler } {
  const { view, records, market, symbols, health } = parts;
  const commands: CommandParts = parts;
  return {
    placeOrder: placeOrder(commands),
    placeBasket: placeBasket(parts),
    closeBy: closeBy(commands),
    closePositions: closePositions(parts),
    targetPosition: targetPosition(parts),
    replaceOrder: replaceOrder(parts),
    cancelOrder: cancelOrder(parts),
    closePosition: closePosition(commands),
    protectPosition: protectPosition(commands),
    listOrders: listOrders(records),
    getOrder: getOrder(records),
    getOrderHistory: getOrderHistory(records),
    listPositions: listPositions(view),
    getAccount: getAccount(view),
    listDeals: listDeals(records),
    listLedger: listLedger(records),
    listEvents: listEvents(records),
    getDecision: getDecision(records, view),
    listInstruments: listInstruments(market, symbols),
    listQuotes: listQuotes(view),
    explainProblem,
    getLiveness: getLiveness(health),
    getReadiness: getReadiness(health),
  };
}
