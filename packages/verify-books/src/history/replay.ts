import type { Finding } from '../finding.ts';
import { AccountFold, type OrderState, type PositionState } from './account-fold.ts';
import { Breaks, type Question } from './breaks.ts';
import { compareAccount, compareOrder, comparePosition } from './compare.ts';
import type { LoggedEvent } from './events.ts';
import type { StoredRows } from './stored-rows.ts';

/** About so many replayed orders and positions wait in memory to be compared with their rows. */
const WAITING_MAX = 2_000;

const FINDINGS: Readonly<Record<Question, string>> = {
  paths: '3a an order’s history is a path in the state table',
  sequences: '3b an account’s events are numbered without gaps, its versions never go back',
  accounts: '10a replayed events come to every account’s balance and margin',
  orders: '10b replayed events come to every order: its status and fills',
  positions: '10c replayed events come to every position: its side and what is open',
};

/**
 * Replays the event log from its beginning and compares what it comes to with the rows, difference zero. One pass: an order or a
 * position is forgotten when the version of its row is reached, so that memory does not grow with the log.
 *
 * @param waitingMax about how many replayed orders and positions may wait to be compared.
 */
export async function replayHistory(
  events: AsyncIterable<LoggedEvent>,
  rows: StoredRows,
  waitingMax = WAITING_MAX,
): Promise<readonly Finding[]> {
  const replay = new Replay(rows, waitingMax);
  for await (const event of events) await replay.take(event);
  return replay.finish();
}

class Replay {
  readonly #rows: StoredRows;
  readonly #waitingMax: number;
  readonly #breaks = new Breaks();
  readonly #checked: Record<Question, number> = { paths: 0, sequences: 0, accounts: 0, orders: 0, positions: 0 };
  #account: AccountFold | undefined;
  /** Of the present account, changed since they were last compared. */
  readonly #changedOrders = new Set<OrderState>();
  readonly #changedPositions = new Set<PositionState>();
  /** Of accounts whose last event was seen. */
  readonly #endedAccounts: AccountFold[] = [];
  readonly #endedOrders = new Set<OrderState>();
  readonly #endedPositions = new Set<PositionState>();

  constructor(rows: StoredRows, waitingMax: number) {
    this.#rows = rows;
    this.#waitingMax = waitingMax;
  }

  async take(event: LoggedEvent): Promise<void> {
    if (this.#account?.accountId !== event.accountId) await this.#beginAccount(event.accountId);
    const account = this.#account as AccountFold;
    if (event.version !== account.version) await this.#settleChanged(account);
    this.#checked.sequences += 1;
    account.take(event);
    const { order, position } = event.data as { order?: { orderId: string }; position?: { positionId: string } };
    const orderState = order && account.orders.get(order.orderId);
    const positionState = position && account.positions.get(position.positionId);
    if (orderState !== undefined) this.#changedOrders.add(orderState);
    if (positionState !== undefined) this.#changedPositions.add(positionState);
  }

  async finish(): Promise<readonly Finding[]> {
    this.#endAccount();
    await this.#settleEnded();
    const totals = await this.#rows.totals();
    for (const question of ['accounts', 'orders', 'positions'] as const) {
      const [stored, replayed] = [totals[question], this.#checked[question]];
      if (stored !== replayed) this.#breaks.add(question, `there are ${stored} ${question}, and events of ${replayed}`);
    }
    this.#checked.paths = this.#checked.orders;
    return (Object.keys(FINDINGS) as Question[]).map((question) => ({
      invariant: FINDINGS[question],
      mustCheckSome: true,
      checked: this.#checked[question],
      breaks: this.#breaks.of(question),
    }));
  }

  async #beginAccount(accountId: string): Promise<void> {
    this.#endAccount();
    const waiting = this.#endedAccounts.length + this.#endedOrders.size + this.#endedPositions.size;
    if (waiting >= this.#waitingMax) await this.#settleEnded();
    this.#account = new AccountFold(accountId, this.#breaks);
  }

  #endAccount(): void {
    const account = this.#account;
    if (account === undefined) return;
    account.endCommit();
    for (const order of account.orders.values()) this.#endedOrders.add(order);
    for (const position of account.positions.values()) this.#endedPositions.add(position);
    account.orders.clear();
    account.positions.clear();
    this.#endedAccounts.push(account);
    this.#changedOrders.clear();
    this.#changedPositions.clear();
  }

  /** Between two commits: what has come to the version of its row is compared and forgotten, what has more to come is kept. */
  async #settleChanged(account: AccountFold): Promise<void> {
    if (this.#changedOrders.size + this.#changedPositions.size < this.#waitingMax) return;
    account.endCommit();
    for (const order of await this.#settleOrders(this.#changedOrders, 'keep what has more to come'))
      account.orders.delete(order.id);
    for (const position of await this.#settlePositions(this.#changedPositions, 'keep what has more to come')) {
      account.positions.delete(position.id);
    }
    this.#changedOrders.clear();
    this.#changedPositions.clear();
  }

  async #settleEnded(): Promise<void> {
    const accounts = this.#endedAccounts.splice(0);
    const stored = byId(await this.#rows.accounts(accounts.map(({ accountId }) => accountId)));
    for (const account of accounts) compareAccount(this.#breaks, account, stored.get(account.accountId));
    this.#checked.accounts += accounts.length;
    await this.#settleOrders(this.#endedOrders, 'all');
    await this.#settlePositions(this.#endedPositions, 'all');
    this.#endedOrders.clear();
    this.#endedPositions.clear();
  }

  async #settleOrders(states: ReadonlySet<OrderState>, which: Which): Promise<readonly OrderState[]> {
    const stored = byId(await this.#rows.orders(idsOf(states)));
    const due = [...states].filter((state) => which === 'all' || !hasMoreToCome(state, stored));
    for (const state of due) compareOrder(this.#breaks, state, stored.get(state.id));
    this.#checked.orders += due.length;
    return due;
  }

  async #settlePositions(states: ReadonlySet<PositionState>, which: Which): Promise<readonly PositionState[]> {
    const stored = byId(await this.#rows.positions(idsOf(states)));
    const due = [...states].filter((state) => which === 'all' || !hasMoreToCome(state, stored));
    for (const state of due) comparePosition(this.#breaks, state, stored.get(state.id));
    this.#checked.positions += due.length;
    return due;
  }
}

type Which = 'all' | 'keep what has more to come';

const idsOf = (states: Iterable<{ readonly id: string }>): readonly string[] => [...states].map(({ id }) => id);

const byId = <Row extends { readonly id: string }>(rows: readonly Row[]): ReadonlyMap<string, Row> =>
  new Map(rows.map((row) => [row.id, row]));

const hasMoreToCome = (
  { id, version }: { readonly id: string; readonly version: bigint },
  stored: ReadonlyMap<string, { readonly version: string }>,
): boolean => {
  const row = stored.get(id);
  return row !== undefined && BigInt(row.version) > version;
};
