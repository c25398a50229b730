import { ledgerEntryView, moneyText, orderView, positionView } from '@margrave/account-engine';
import {
  decide,
  type Account,
  type Change,
  type Command,
  type Deal,
  type Dealing,
  type Order,
  type Position,
} from '@margrave/domain';
import type { AccountId, GroupId, OrderId } from '@margrave/vocabulary';
import assert from 'node:assert/strict';
import type { ClientEntry, Page, PageWanted, RecordedEvent, Records } from '../app/records.ts';
import type { DecidedBasket, LegOutcome } from '../app/submit-basket.ts';
import type { ClientKey, KeptAnswer, Submitted } from '../app/submit-command.ts';
import type { GatewayNeeds } from '../inbound/gateway.ts';
import { account, GROUPS, LOCAL, marketOf, NETTING, prices, PROVIDED, STRANGERS, SYMBOLS, type Prices } from './demo-market.ts';

type Submit = GatewayNeeds['submit'];

/**
 * What stands behind the gateway, in memory: the real decisions on accounts of the tests, their keys and books. A test can put
 * a failure in the place of the next outcome.
 */
export class FakeBroker implements GatewayNeeds {
  prices: Prices = prices();
  readonly accounts = new Map<AccountId, Account>();
  readonly keys = new Map<string, { readonly requestHash: string; readonly answer: KeptAnswer }>();
  readonly changes: Change[] = [];
  /** Positions that were closed. */
  readonly past: Position[] = [];
  readonly submitted: Parameters<Submit>[] = [];
  /** Instead of deciding. */
  nextOutcome: Submitted | Error | undefined;
  nextReadFails: Error | undefined;
  reads = 0;
  #nextId = 0n;

  constructor() {
    this.reset();
  }

  /** As it was at first: accounts with their deposit, and nothing that happened. */
  reset(): void {
    this.prices = prices();
    this.accounts.clear();
    for (const each of [
      account(LOCAL, { type: 'demo' }),
      account(PROVIDED, { groupId: 'raw' as GroupId }),
      account(NETTING, { mode: 'netting' }),
      account(STRANGERS),
    ]) {
      this.accounts.set(each.accountId, each);
    }
    this.keys.clear();
    for (const list of [this.changes, this.past, this.submitted]) list.length = 0;
    this.nextOutcome = this.nextReadFails = undefined;
    this.reads = 0;
    this.#nextId = 1_000_000_456n;
  }

  submit: Submit = async (accountId, command, client, patienceMs) => {
    this.submitted.push([accountId, command, client, patienceMs]);
    await Promise.resolve();
    const forced = this.nextOutcome;
    this.nextOutcome = undefined;
    if (forced instanceof Error) throw forced;
    return forced ?? this.decided(accountId, command, client);
  };

  submitBasket: GatewayNeeds['submitBasket'] = async ({ accountId, legs: wanted, isAtomic, client }) => {
    await Promise.resolve();
    const used = this.keys.get(`${accountId} ${client.key}`);
    if (used !== undefined) {
      return { kind: used.requestHash === client.requestHash ? 'replayed' : 'key_reused', answer: used.answer };
    }
    const before = this.accounts.get(accountId);
    if (before === undefined) return { kind: 'no_such_account' };
    const [keys, changes] = [new Map(this.keys), this.changes.length];
    const legs = (typeof wanted === 'function' ? wanted(before) : wanted).map(({ command, client: own }) =>
      asLeg(this.decided(accountId, command, own)),
    );
    const failed = legs.findIndex((leg) => leg.kind !== 'decided' || leg.change.decision?.denial !== null);
    let refused: DecidedBasket['refused'] = null;
    if (isAtomic && failed >= 0) {
      const leg = legs[failed];
      refused = { leg: failed, decision: leg?.kind === 'decided' ? leg.change.decision : null };
      // Nothing of it happened.
      this.accounts.set(accountId, before);
      this.changes.length = changes;
      this.keys.clear();
      for (const [key, kept] of keys) this.keys.set(key, kept);
    }
    const account = this.accounts.get(accountId) ?? before;
    const basket = { legs: refused === null ? legs : legs.slice(0, failed + 1), refused, account };
    const answer = client.answer(basket);
    this.keys.set(`${accountId} ${client.key}`, { requestHash: client.requestHash, answer });
    return { kind: 'committed_basket', basket, answer, times: { loadMs: 0.01, priceMs: 0.004, decideMs: 0.05, commitMs: 0.7 } };
  };

  /** What becomes of any command; one that no client sent has no key. */
  decided(accountId: AccountId, command: Command, client: ClientKey | null): Submitted {
    const used = client === null ? undefined : this.keys.get(`${accountId} ${client.key}`);
    if (client !== null && used !== undefined) {
      return { kind: used.requestHash === client.requestHash ? 'replayed' : 'key_reused', answer: used.answer };
    }
    const before = this.accounts.get(accountId);
    if (before === undefined) return { kind: 'no_such_account' };
    const ids = { next: () => `${(this.#nextId += 1n)}` };
    const past = 'positionId' in command ? this.past.find(({ positionId }) => positionId === command.positionId) : undefined;
    const order = 'orderId' in command ? this.#orderOf(accountId, command.orderId) : undefined;
    const decided = decide(before, command, { ...this.dealing(before), ids }, { position: past, order });
    if (!decided.ok) return { kind: 'no_change', refusal: decided.refusal };
    const change = decided.value;
    const answer = client?.answer(change) ?? null;
    this.accounts.set(accountId, change.account);
    this.changes.push(change);
    this.past.push(...change.positions.filter((position) => position.openVolumeE8 === 0n));
    if (client !== null && answer !== null) {
      this.keys.set(`${accountId} ${client.key}`, { requestHash: client.requestHash, answer });
    }
    return { kind: 'committed', change, answer, times: { loadMs: 0.01, priceMs: 0.004, decideMs: 0.05, commitMs: 0.7 } };
  }

  #orderOf(accountId: AccountId, orderId: OrderId): Order | undefined {
    const own = this.changes.filter((change) => change.accountId === accountId);
    return own.flatMap(({ orders }) => orders).findLast((order) => order.orderId === orderId);
  }

  view: GatewayNeeds['view'] = async (accountId) => {
    await this.#read();
    const found = this.accounts.get(accountId);
    return found && { account: found, ...this.dealing(found) };
  };

  market = () => marketOf(this.prices);
  symbols = () => SYMBOLS;
  isUnavailable = (error: unknown): boolean => error instanceof Error && error.message === 'away';

  dealing = ({ groupId }: Account): Dealing => {
    const group = GROUPS.get(groupId);
    assert(group, `no group ${groupId}`);
    return { market: this.market(), group };
  };

  records: Records = {
    orders: async (accountId, { status, symbol }, page) => {
      const orders = (await this.#orders(accountId)).filter(
        (order) => (status === undefined || order.status === status) && (symbol === undefined || order.symbol === symbol),
      );
      return pageOf(orders, page, ({ createdAtMs, orderId }) => `${createdAtMs}-${orderId}`);
    },
    order: async (accountId, address) =>
      (await this.#orders(accountId)).find((order) =>
        'orderId' in address ? order.orderId === address.orderId : order.clientOrderId === address.clientOrderId,
      ),
    orderEvents: async (accountId, orderId) =>
      (await this.#changesOf(accountId)).flatMap((change) =>
        change.events.filter((event) => orderOf(event) === orderId).map((event) => recorded(change, event)),
      ),
    deals: async (accountId, page) => {
      const deals: Deal[] = (await this.#changesOf(accountId)).flatMap((change) => change.deals).reverse();
      return pageOf(deals, page, ({ sequence, dealId }) => `${sequence}-${dealId}`);
    },
    ledger: async (accountId, page) => {
      const entries: ClientEntry[] = (await this.#changesOf(accountId)).flatMap((change) => change.ledger).reverse();
      return pageOf(entries, page, ({ sequence, entryId }) => `${sequence}-${entryId}`);
    },
    eventsAfter: async (accountId, sequence, limit) => {
      const events = (await this.#events(accountId)).filter((event) => event.sequence > sequence).slice(0, limit);
      const lastSequence = this.accounts.get(accountId)?.lastSequence;
      return lastSequence === undefined ? undefined : { events, lastSequence };
    },
    decision: async (accountId, decisionId) => {
      const records = (await this.#changesOf(accountId)).flatMap(({ decision }) => decision ?? []);
      const record = records.find((candidate) => candidate.decisionId === decisionId);
      return record && { ...record, code: record.denial?.code ?? null };
    },
  };

  async #read(): Promise<void> {
    this.reads += 1;
    await new Promise((resolve) => setImmediate(resolve));
    const error = this.nextReadFails;
    this.nextReadFails = undefined;
    if (error !== undefined) throw error;
  }

  async #changesOf(accountId: AccountId): Promise<readonly Change[]> {
    await this.#read();
    return this.changes.filter((change) => change.accountId === accountId);
  }

  async #orders(accountId: AccountId): Promise<readonly Order[]> {
    return (await this.#changesOf(accountId)).flatMap((change) => change.orders).reverse();
  }

  async #events(accountId: AccountId): Promise<readonly RecordedEvent[]> {
    const changes = await this.#changesOf(accountId);
    return changes.flatMap((change) => change.events.map((event) => recorded(change, event)));
  }
}

function asLeg(submitted: Submitted): LegOutcome {
  if (submitted.kind === 'committed') return { ...submitted, kind: 'decided' };
  assert(submitted.kind === 'replayed' || submitted.kind === 'key_reused' || submitted.kind === 'no_change');
  return submitted;
}

const orderOf = (event: Change['events'][number]): string | null =>
  'order' in event ? event.order.orderId : 'orderId' in event ? event.orderId : null;

const recorded = (change: Change, event: Change['events'][number]): RecordedEvent => ({
  sequence: event.sequence,
  version: change.account.version,
  type: event.type,
  atMs: change.atMs,
  by: change.by,
  dataJson: JSON.stringify(eventData(change, event)),
});

export function pageOf<Item>(all: readonly Item[], { cursor, limit }: PageWanted, cursorOf: (item: Item) => string): Page<Item> {
  const from = cursor === null ? 0 : all.findIndex((item) => cursorOf(item) === cursor) + 1;
  const items = all.slice(from, from + limit);
  const last = items.at(-1);
  return { items, next: from + limit < all.length && last !== undefined ? cursorOf(last) : null };
}

/** The data of an event as its contract declares it. */
function eventData({ accountId, account: { currency }, before }: Change, event: Change['events'][number]): object {
  if ('order' in event) return { order: orderView(accountId, event.order) };
  if ('entry' in event) return { entry: ledgerEntryView(accountId, event.entry), orderId: event.orderId };
  if ('position' in event) {
    const { position, orderId } = event;
    const held = before.positions.find(({ positionId }) => positionId === position.positionId);
    return { position: positionView(accountId, position, position.openVolumeE8 > 0n ? position : held), orderId };
  }
  const { balanceE8, marginExecutedE8, marginTotalE8 } = event.figures;
  return {
    figures: {
      balance: moneyText(balanceE8, currency),
      marginExecuted: moneyText(marginExecutedE8, currency),
      marginTotal: moneyText(marginTotalE8, currency),
    },
  };
}
