import type { ExecutionType, OrderStatus } from '@margrave/vocabulary';
import type { Order } from '../account.ts';
import type { Change } from '../change.ts';
import type { Group } from '../group.ts';
import type { Market } from '../market.ts';
import { Books } from './books.ts';
import { account, contextOf, group, market, order, priceE8, report } from './build.ts';
import { withMargin } from './laws.ts';

export const LIVE = group({ flow: 'provider' });
export const QUOTES = market({ EURUSD: ['1.08446', '1.08454'] });
export const BUY = { symbol: 'EURUSD', side: 'buy', lots: '1', price: '1.08474' } as const;
export const ID = '4000000001';

export interface Given {
  readonly order?: Partial<Order>;
  readonly group?: Group;
  readonly market?: Market;
}

/** One buy of a lot in flight, at most 20 points above the quote of 1.08454. */
export function oneInFlight(given: Given = {}): Books {
  const context = contextOf(given.market ?? QUOTES, given.group ?? LIVE);
  const sent = order(ID, BUY, { maxDeviationE8: priceE8('0.0002'), ...given.order });
  return new Books(withMargin(account({ orders: [sent] }), context), context);
}

export const statusOf = (books: Books): OrderStatus => books.order(ID).status;
/** The provider reports about the order. */
export const say = (books: Books, type: ExecutionType, told: Parameters<typeof report>[2] = {}): Change =>
  books.run(report(books.order(ID), type, told));
export const fill = (books: Books, lots: string, price = '1.08454'): Change => say(books, 'partial_fill', { lots, price });
