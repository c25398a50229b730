import type { AccountEventV1 } from '@margrave/contracts';
import type { AccountEvent, Change } from '@margrave/domain';
import { dealView, ledgerEntryView, moneyText, orderView, positionView } from './views.ts';

/** What an event says, as its message and its row hold it. */
export function eventData(change: Change, event: AccountEvent): AccountEventV1['data'] {
  const { accountId, account } = change;
  switch (event.type) {
    case 'position.opened':
    case 'position.changed':
    case 'position.closed': {
      const { positionId } = event.position;
      const lastOpen =
        event.position.openVolumeE8 > 0n ? undefined : change.before.positions.find((held) => held.positionId === positionId);
      const deal = change.deals.find((candidate) => candidate.sequence === event.sequence);
      return {
        position: positionView(accountId, event.position, lastOpen),
        ...(event.orderId === null ? {} : { orderId: event.orderId }),
        ...(deal === undefined ? {} : { deal: dealView(accountId, deal) }),
      };
    }
    case 'ledger.entry':
      return { entry: ledgerEntryView(accountId, event.entry), orderId: event.orderId };
    case 'margin.changed':
      return {
        figures: {
          balance: moneyText(event.figures.balanceE8, account.currency),
          marginExecuted: moneyText(event.figures.marginExecutedE8, account.currency),
          marginTotal: moneyText(event.figures.marginTotalE8, account.currency),
        },
      };
    default:
      return { order: orderView(accountId, event.order) };
  }
}
