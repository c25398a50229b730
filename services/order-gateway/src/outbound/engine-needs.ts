import { settledHash, type OpenEngine, type Submission } from '@margrave/account-engine';
import type { Account, Dealing } from '@margrave/domain';
import type { SymbolName } from '@margrave/vocabulary';
import assert from 'node:assert/strict';
import type { ViewAccount } from '../app/records.ts';
import type { SettleNeeds } from '../app/settle-order.ts';
import type { BasketNeeds } from '../app/submit-basket.ts';
import type { SubmitNeeds } from '../app/submit-command.ts';

type Engine = Pick<OpenEngine, 'submit' | 'submitBasket' | 'view' | 'market' | 'configuration'>;

/** What the use cases need of the engine. */
export interface EngineNeeds extends SubmitNeeds, BasketNeeds, Pick<SettleNeeds, 'settle'> {
  readonly view: ViewAccount;
  readonly market: OpenEngine['market'];
  /** What an account deals in now. */
  readonly dealing: (account: Account) => Dealing;
  readonly symbols: () => readonly SymbolName[];
}

export const engineNeeds = (engine: Engine): EngineNeeds => ({
  submit: (accountId, command, client, patienceMs) => {
    const submission: Submission = { accountId, command, client, executions: [], patienceMs };
    return engine.submit(submission);
  },
  submitBasket: (basket) => engine.submitBasket(basket),
  settle: (accountId, command, provider, client, patienceMs) => {
    const executions =
      provider === null
        ? []
        : command.executions.map(({ executionId, volumeE8, priceE8 }) => {
            const contentHash = settledHash({ orderId: command.orderId, volumeE8, priceE8 });
            return { provider, executionId, contentHash };
          });
    return engine.submit({ accountId, command, client, executions, patienceMs });
  },
  view: (accountId, sequenceMin) => engine.view(accountId, sequenceMin),
  market: () => engine.market(),
  dealing: ({ accountId, groupId }) => {
    const group = engine.configuration().groups.get(groupId);
    assert(group, `account ${accountId} is of group ${groupId}, which is not configured`);
    return { market: engine.market(), group };
  },
  symbols: () => [...engine.configuration().instruments.keys()],
});
