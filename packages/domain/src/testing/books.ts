import assert from 'node:assert/strict';
import type { Account, Order, Position } from '../account.ts';
import type { Change, Deal, DecisionContext } from '../change.ts';
import type { Command } from '../command.ts';
import { decide, type NoChange } from '../decide.ts';
import { deepFreeze, expectLawful } from './laws.ts';

/**
 * An account with all that ever happened to it, as a store keeps it. Every change is checked to be lawful, unless there are too
 * many of them for that.
 */
export class Books {
  account: Account;
  readonly changes: Change[] = [];
  readonly orders = new Map<string, Order>();
  readonly positions = new Map<string, Position>();
  readonly #context: DecisionContext;
  readonly #isChecked: boolean;

  constructor(account: Account, context: DecisionContext, { isChecked } = { isChecked: true }) {
    this.account = isChecked ? deepFreeze(account) : account;
    this.#context = context;
    this.#isChecked = isChecked;
    this.#keep(account.orders, account.positions);
  }

  /** Decides and commits; `context` where the market or the group has moved since. */
  run(command: Command, context: DecisionContext = this.#context): Change {
    const decided = this.try(command, context);
    assert(decided.ok, `nothing to commit: ${decided.ok ? '' : decided.refusal.refusedAs}`);
    return decided.value;
  }

  try(
    command: Command,
    context: DecisionContext = this.#context,
  ): { ok: true; value: Change } | { ok: false; refusal: NoChange } {
    const decided = decide(this.account, command, context, this.#past(command));
    if (!decided.ok) return decided;
    if (this.#isChecked) {
      expectLawful(this.account, decided.value, context);
      deepFreeze(decided.value);
    }
    this.account = decided.value.account;
    this.changes.push(decided.value);
    this.#keep(decided.value.orders, decided.value.positions);
    return decided;
  }

  order(orderId: string): Order {
    const order = this.orders.get(orderId);
    assert(order, `no order ${orderId}`);
    return order;
  }

  get deals(): readonly Deal[] {
    return this.changes.flatMap(({ deals }) => deals);
  }

  #past(command: Command) {
    if ('orderId' in command) return { order: this.orders.get(command.orderId) };
    return 'positionId' in command ? { position: this.positions.get(command.positionId) } : {};
  }

  #keep(orders: readonly Order[], positions: readonly Position[]): void {
    for (const order of orders) this.orders.set(order.orderId, order);
    for (const position of positions) this.positions.set(position.positionId, position);
  }
}
