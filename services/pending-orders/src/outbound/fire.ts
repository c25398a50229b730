import type { AccountEngine, Outcome } from '@margrave/account-engine';
import { isResting, type Change, type Command } from '@margrave/domain';
import assert from 'node:assert/strict';
import type { Fired } from '../app/firing.ts';
import type { Armed } from '../app/trigger-desk.ts';
import { waitingOfOrder, waitingOfPosition, type Waiting } from '../app/waiting.ts';

/** Fires through the engine: never given up, decided and committed with whatever else gathers meanwhile. */
export const fireThrough =
  ({ submit }: Pick<AccountEngine, 'submit'>) =>
  async (armed: Armed): Promise<Fired> => {
    const { accountId } = armed;
    let outcome: Outcome;
    try {
      outcome = await submit({ accountId, command: commandOf(armed), client: null, executions: [], patienceMs: null });
    } catch {
      // The engine has told of it: one order that cannot be decided on keeps no other from being fired.
      return { kind: 'failed' };
    }
    return firedOf(outcome);
  };

function commandOf({ aim, armedVersion }: Armed): Command {
  switch (aim.kind) {
    case 'trigger':
    case 'trigger_protection':
    case 'trail':
      return { ...aim, armedVersion };
    case 'expire':
      return aim;
    default:
      return aim satisfies never;
  }
}

function firedOf(outcome: Outcome): Fired {
  switch (outcome.kind) {
    case 'committed':
      return { kind: 'committed', waiting: waitingOf(outcome.change) };
    case 'no_change': {
      const { refusedAs } = outcome.refusal;
      return { kind: refusedAs === 'not_tradable' || refusedAs === 'not_reached' ? refusedAs : 'nothing_to_do' };
    }
    case 'no_such_account':
      return { kind: 'nothing_to_do' };
    case 'busy':
    case 'unavailable':
    case 'unknown':
      return { kind: 'again' };
    case 'replayed':
    case 'key_reused':
    case 'already_applied':
      return assert.fail(`a trigger has no key, and was ${outcome.kind}`);
    default:
      return outcome satisfies never;
  }
}

/** What a change made of orders and positions: who commits it does not hear its events. */
export const waitingOf = ({ accountId, orders, positions }: Change): readonly Waiting[] => [
  ...orders.map((order) => waitingOfOrder({ ...order, accountId, isResting: isResting(order) })),
  ...positions.map((position) =>
    waitingOfPosition({
      ...position,
      accountId,
      isFree: position.openVolumeE8 > 0n && position.closingOrderId === null,
    }),
  ),
];
