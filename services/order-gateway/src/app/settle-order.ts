import type { Change, DenialNumber, Order, SettleOrder } from '@margrave/domain';
import type { AccountId, OrderId, ProviderName, SettlementCode } from '@margrave/vocabulary';
import assert from 'node:assert/strict';
import type { ClientKey, KeptAnswer, Submitted } from './submit-command.ts';

export interface SettleNeeds {
  /** The order as the books have it; `away` when they cannot be read now. */
  readonly findOrder: (accountId: AccountId, orderId: OrderId) => Promise<Order | 'away' | undefined>;
  /** Decides and commits it, each stated execution recorded as the provider's and applied; waits no longer than `patienceMs`. */
  readonly settle: (
    accountId: AccountId,
    command: SettleOrder,
    provider: ProviderName | null,
    client: ClientKey,
    patienceMs: number,
  ) => Promise<Submitted>;
}

/** What became of an operator's word. Only `committed` changed anything by this call. */
export type SettleOutcome =
  | { readonly kind: 'committed'; readonly change: Change; readonly answer: KeptAnswer }
  | { readonly kind: 'replayed' | 'key_reused'; readonly answer: KeptAnswer }
  | {
      readonly kind: 'refused';
      readonly code: SettlementCode;
      readonly numbers: Readonly<Record<string, DenialNumber>>;
    }
  | { readonly kind: 'not_found' | 'busy' | 'unavailable' | 'unknown' };

export type SettleUnknownOrder = (accountId: AccountId, command: SettleOrder, client: ClientKey) => Promise<SettleOutcome>;

/** Settles an unknown order on an operator's word, once for each key however often it is sent. */
export function createSettleOrder(needs: SettleNeeds, patienceMs: number): SettleUnknownOrder {
  return async (accountId, command, client) => {
    const found = await needs.findOrder(accountId, command.orderId);
    if (found === 'away') return { kind: 'unavailable' };
    if (found === undefined) return { kind: 'not_found' };
    // An order has one provider for life.
    const submitted = await needs.settle(accountId, command, found.provider, client, patienceMs);
    switch (submitted.kind) {
      case 'committed':
        assert(submitted.answer !== null, 'a committed settlement has an answer');
        return { ...submitted, answer: submitted.answer };
      case 'already_applied':
        return {
          kind: 'refused',
          code: 'EXECUTION_ALREADY_BOOKED',
          numbers: { executionId: { kind: 'word', value: submitted.executionId } },
        };
      case 'no_change': {
        const { refusal } = submitted;
        if (refusal.refusedAs !== 'not_settled') return { kind: 'not_found' };
        return { kind: 'refused', code: refusal.code, numbers: refusal.numbers };
      }
      case 'no_such_account':
        return { kind: 'not_found' };
      default:
        return submitted;
    }
  };
}
