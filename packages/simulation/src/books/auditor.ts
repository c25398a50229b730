import type { AccountAggregateRows, CommandRows, DealRow, LedgerRow, OrderRow } from '@margrave/store-postgres';
import { AccountFold, Breaks, type LoggedEvent } from '@margrave/verify-books';
import type { AccountId } from '@margrave/vocabulary';
import { isLive, type Tables } from '../store/tables.ts';
import { ACCOUNTS } from '../world/setting.ts';
import type { World } from '../world/world.ts';
import { equityE8, type RecordedQuote } from './equity.ts';
import { reckonMargins } from './margins.ts';

/** How often each invariant of DESIGN was looked at. */
export type Checked = Record<'1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '10' | '12', number>;

interface CheckJson {
  readonly equityE8: string | null;
  readonly marginTotalBeforeE8: string;
  readonly marginTotalAfterE8: string;
  readonly commissionE8: string;
}

/**
 * Looks at the tables after every step, where the step changed them, with arithmetic that the broker does not share: what it
 * remembers of before is its own.
 */
export class Auditor {
  readonly checked: Checked = { '1': 0, '2': 0, '3': 0, '4': 0, '5': 0, '6': 0, '7': 0, '8': 0, '10': 0, '12': 0 };
  readonly #world: World;
  readonly #tables: Tables;
  readonly #before = new Map<AccountId, AccountAggregateRows>();
  readonly #folds = new Map<AccountId, { readonly fold: AccountFold; readonly breaks: Breaks }>();
  readonly #orderOfKey = new Map<string, string>();
  readonly #dealsOf = new Map<string, { readonly orderId: string; readonly entries: Set<string> }>();
  readonly #filled = new Map<string, bigint>();
  readonly #balances = new Map<AccountId, bigint>();
  readonly #sums = new Map<string, bigint>();
  #commands = 0;
  #entries = 0;
  #deals = 0;

  constructor(world: World) {
    this.#world = world;
    this.#tables = world.server.tables;
    for (const { accountId } of ACCOUNTS) {
      const breaks = new Breaks();
      const fold = new AccountFold(accountId, breaks);
      for (const event of this.#tables.events.get(accountId) ?? []) fold.take(logged(event));
      this.#folds.set(accountId, { fold, breaks });
      this.#remember(accountId);
    }
  }

  afterStep(): void {
    const { journal } = this.#tables;
    if (this.#commands === journal.length) return;
    const changed = new Set<AccountId>();
    for (; this.#commands < journal.length; this.#commands += 1) {
      const command = journal[this.#commands]!;
      this.#checkHistory(command);
      this.#checkDecision(command);
      this.#checkOrders(command);
      this.#checkOutbox(command);
      this.#before.set(command.accountId, this.#after(command));
      changed.add(command.accountId);
    }
    this.#takeDeals();
    this.#takeEntries();
    for (const accountId of changed) this.#checkAccount(accountId);
  }

  #breaks(invariant: keyof Checked, expected: string, found: string): void {
    this.#world.breaks(invariant, expected, found);
  }

  #remember(accountId: AccountId): void {
    const aggregate = this.#tables.aggregate(accountId);
    if (aggregate !== undefined) this.#before.set(accountId, aggregate);
  }

  /** The account after one command of a chain, from what it was before and the command's rows. */
  #after(command: CommandRows): AccountAggregateRows {
    const before = this.#before.get(command.accountId);
    const orders = new Map((before?.orders ?? []).map((order) => [order.orderId, order]));
    const positions = new Map((before?.positions ?? []).map((position) => [position.positionId, position]));
    for (const order of [...command.newOrders, ...command.orders]) orders.set(order.orderId, order);
    for (const position of [...command.newPositions, ...command.positions]) positions.set(position.positionId, position);
    return {
      account: command.account,
      orders: [...orders.values()].filter(isLive),
      positions: [...positions.values()].filter(({ openVolumeE8 }) => openVolumeE8 > 0n),
    };
  }

  /** 3: versions without gaps, events without gaps, an order's history a path of the table. */
  #checkHistory({ accountId, account, expectedVersion, events }: CommandRows): void {
    this.checked['3'] += 1;
    const before = this.#before.get(accountId)?.account.version;
    if (before !== expectedVersion || account.version !== expectedVersion + 1n) {
      this.#breaks(
        '3',
        `account ${accountId} goes from version ${before} to the next`,
        `a commit from ${expectedVersion} to ${account.version}`,
      );
    }
    const held = this.#folds.get(accountId);
    if (held === undefined) return;
    for (const event of events) held.fold.take(logged(event));
    held.fold.endCommit();
    for (const question of ['paths', 'sequences'] as const) {
      const what = held.breaks.of(question).at(-1);
      if (what !== undefined) this.#breaks('3', `the history of account ${accountId} is a path without gaps`, what);
    }
    for (const question of ['accounts', 'orders', 'positions'] as const) {
      const what = held.breaks.of(question).at(-1);
      if (what !== undefined) this.#breaks('10', `events of account ${accountId} come to what they say`, what);
    }
  }

  /** 6: an accepted opening order passes the check, with an equity that is reckoned anew. */
  #checkDecision({ accountId, decision }: CommandRows): void {
    if (decision === null || decision.outcome !== 'accepted' || decision.command !== 'place') return;
    const before = this.#before.get(accountId);
    const { check, quotes } = JSON.parse(decision.recordJson) as { check: CheckJson | null; quotes: readonly RecordedQuote[] };
    const what = `order ${decision.orderId} of account ${accountId} passes the check on its own record`;
    if (check === null || before === undefined) return this.#breaks('6', what, 'no check was recorded');
    this.checked['6'] += 1;
    const [totalBefore, totalAfter] = [BigInt(check.marginTotalBeforeE8), BigInt(check.marginTotalAfterE8)];
    if (totalBefore !== before.account.marginTotalE8) {
      this.#breaks('6', `${what}, from margin ${before.account.marginTotalE8}`, `from margin ${totalBefore}`);
    }
    if (totalAfter <= totalBefore) return;
    const equity = equityE8(before.account, before.positions, quotes);
    if (equity === undefined || check.equityE8 === null || equity !== BigInt(check.equityE8)) {
      return this.#breaks('6', `${what}, with equity ${equity}`, `equity ${check.equityE8}`);
    }
    const freeE8 = equity - BigInt(check.commissionE8) - totalAfter;
    if (freeE8 < 0n) this.#breaks('6', what, `free margin ${freeE8} e8 after it`);
  }

  /** 2: one order a key. 7: what is over was ended by its provider, or never left as far as the stream knew. */
  #checkOrders({ accountId, newOrders, orders, events }: CommandRows): void {
    for (const { clientOrderId, orderId } of newOrders) {
      if (clientOrderId === null) continue;
      this.checked['2'] += 1;
      const key = `${accountId} ${clientOrderId}`;
      const first = this.#orderOfKey.get(key);
      if (first !== undefined) this.#breaks('2', `key ${key} has one order, ${first}`, `order ${orderId} too`);
      this.#orderOfKey.set(key, orderId);
    }
    const by = events[0]?.by ?? '';
    for (const order of orders) {
      if (order.requestId === null || isLive(order)) continue;
      this.checked['7'] += 1;
      this.#checkEnd(order, by);
    }
  }

  #checkEnd(order: OrderRow, by: string): void {
    const { orderId, requestId, status, provider } = order;
    const truth = this.#world.providers.get(provider ?? '');
    const handled = truth?.handled.get(requestId ?? '');
    if (by === 'relay') {
      if (handled !== undefined && !this.#world.isForgotten(requestId ?? ''))
        this.#breaks('7', `order ${orderId} is withdrawn only if it never left`, `${provider} has request ${requestId}`);
    } else if (!by.startsWith('provider:')) {
      this.#breaks('7', `only the provider's word ends order ${orderId}`, `${by} made it ${status}`);
    } else if (handled === undefined && truth?.refused.has(requestId ?? '') !== true) {
      this.#breaks('7', `order ${orderId} ends by what ${provider} said`, `it said nothing of request ${requestId}`);
    }
  }

  /** 8: every request is one message of the outbox. */
  #checkOutbox({ newRequests }: CommandRows): void {
    for (const { requestId } of newRequests) {
      this.checked['8'] += 1;
      if (!this.#tables.messageOf.has(requestId)) this.#breaks('8', `request ${requestId} is in the outbox`, 'it is not');
    }
  }

  /** 2: one deal of each kind an execution. */
  #takeDeals(): void {
    const { deals } = this.#tables;
    for (; this.#deals < deals.length; this.#deals += 1) {
      const deal = deals[this.#deals]!;
      const { provider, executionId, orderId, entry, volumeE8 } = deal;
      this.#checkTerms(deal);
      this.#filled.set(orderId, (this.#filled.get(orderId) ?? 0n) + volumeE8);
      if (executionId === null) continue;
      this.checked['2'] += 1;
      const execution = `${provider} ${executionId}`;
      const known = this.#dealsOf.get(execution) ?? { orderId, entries: new Set<string>() };
      if (known.entries.has(entry) || known.orderId !== orderId) {
        this.#breaks('2', `execution ${execution} is booked once`, `order ${orderId} has another deal "${entry}" of it`);
      }
      known.entries.add(entry);
      this.#dealsOf.set(execution, known);
    }
  }

  /** 6: what is filled in house is filled at its limit or better, and before its time is over. */
  #checkTerms({ orderId, side, priceE8, provider, executedAtMs }: DealRow): void {
    const order = this.#tables.orders.get(orderId);
    if (order === undefined || provider !== null) return;
    const { limitPriceE8, expiresAtMs } = order;
    this.checked['6'] += 1;
    if (limitPriceE8 !== null && (side === 'buy' ? priceE8 > limitPriceE8 : priceE8 < limitPriceE8)) {
      this.#breaks('6', `order ${orderId} is filled at ${limitPriceE8} e8 or better`, `${priceE8} e8`);
    }
    if (expiresAtMs !== null && executedAtMs >= expiresAtMs) {
      this.#breaks('6', `order ${orderId} is filled before ${expiresAtMs}`, `at ${executedAtMs}`);
    }
  }

  /** 5: every journal sums to zero, and so everything does. */
  #takeEntries(): void {
    const { ledger } = this.#tables;
    const journals = new Map<string, LedgerRow[]>();
    for (; this.#entries < ledger.length; this.#entries += 1) {
      const entry = ledger[this.#entries]!;
      journals.set(entry.journalId, [...(journals.get(entry.journalId) ?? []), entry]);
      this.#sums.set(entry.currency, (this.#sums.get(entry.currency) ?? 0n) + entry.amountE8);
      if (entry.accountId !== null) {
        this.#balances.set(entry.accountId, (this.#balances.get(entry.accountId) ?? 0n) + entry.amountE8);
      }
    }
    for (const [journalId, entries] of journals) {
      this.checked['5'] += 1;
      const sum = entries.reduce((total, { amountE8 }) => total + amountE8, 0n);
      if (sum !== 0n) this.#breaks('5', `journal ${journalId} sums to 0`, `${sum} e8`);
    }
    for (const [currency, sum] of this.#sums) {
      if (sum !== 0n) this.#breaks('5', `${currency} of the house and all accounts sums to 0`, `${sum} e8`);
    }
  }

  /** 2, 4, 5, 7 and 10 of one account as it stands. */
  #checkAccount(accountId: AccountId): void {
    const aggregate = this.#tables.aggregate(accountId);
    if (aggregate === undefined) return;
    const { account, orders, positions } = aggregate;
    const { executedE8, totalE8 } = reckonMargins(aggregate);
    this.checked['4'] += 1;
    if (executedE8 !== account.marginExecutedE8 || totalE8 !== account.marginTotalE8) {
      const found = `${account.marginExecutedE8} and ${account.marginTotalE8}`;
      this.#breaks('4', `account ${accountId} stores margin ${executedE8} executed and ${totalE8} total`, found);
    }
    this.checked['5'] += 1;
    const balanceE8 = this.#balances.get(accountId) ?? 0n;
    if (balanceE8 !== account.balanceE8) {
      this.#breaks('5', `account ${accountId} has the balance ${balanceE8} of its entries`, `${account.balanceE8}`);
    }
    const fold = this.#folds.get(accountId)?.fold;
    this.checked['10'] += 1;
    if (fold?.marginTotalE8 !== account.marginTotalE8 || fold.balanceE8 !== account.balanceE8) {
      this.#breaks('10', `the events of account ${accountId} come to its row`, `${fold?.balanceE8} and ${fold?.marginTotalE8}`);
    }
    for (const order of orders) {
      this.checked['2'] += 1;
      const filledE8 = this.#filled.get(order.orderId) ?? 0n;
      const isFlagged = order.flags.includes('overfill');
      if (filledE8 !== order.filledVolumeE8 || (filledE8 > order.volumeE8 && !isFlagged)) {
        this.#breaks(
          '2',
          `order ${order.orderId} of ${order.volumeE8} shows the ${filledE8} of its deals`,
          `${order.filledVolumeE8}`,
        );
      }
      this.checked['7'] += 1;
      const rests = order.status === 'working' && order.requestId === null;
      if (order.closesPositionId === null && order.reservedPriceE8 === null && !rests) {
        this.#breaks('7', `order ${order.orderId}, ${order.status}, holds its margin back`, 'it reserves nothing');
      }
    }
    for (const { positionId, closingOrderId } of positions) {
      if (closingOrderId === null) continue;
      this.checked['7'] += 1;
      const closing = this.#tables.orders.get(closingOrderId);
      if (closing === undefined || !isLive(closing)) {
        this.#breaks('7', `position ${positionId} waits for a live order`, `order ${closingOrderId} is ${closing?.status}`);
      }
    }
  }
}

interface Row extends Omit<LoggedEvent, 'at' | 'data'> {
  readonly atMs: number;
  readonly dataJson: string;
}
export const logged = ({ atMs, dataJson, ...event }: Row): LoggedEvent => ({
  ...event,
  at: new Date(atMs),
  data: JSON.parse(dataJson) as unknown,
});
