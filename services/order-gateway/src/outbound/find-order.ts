import type { Order } from '@margrave/domain';
import type { AccountId, OrderId } from '@margrave/vocabulary';
import type { Records } from '../app/records.ts';

/** An order by its id, where a command has to know it before it is tried: books that are away are an outcome of the command. */
export const findOrder =
  (records: Pick<Records, 'order'>, isUnavailable: (error: unknown) => boolean) =>
  async (accountId: AccountId, orderId: OrderId): Promise<Order | 'away' | undefined> => {
    try {
      return await records.order(accountId, { orderId });
    } catch (error) {
      if (isUnavailable(error)) return 'away'; // nothing was tried yet
      throw error;
    }
  };
