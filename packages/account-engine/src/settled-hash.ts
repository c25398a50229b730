import type { LotsE8, OrderId, PriceE8 } from '@margrave/vocabulary';
import { hash } from 'node:crypto';

/** What an execution comes to, whoever tells of it. */
interface SettledExecution {
  readonly orderId: OrderId;
  readonly volumeE8: LotsE8;
  /** The provider's price. */
  readonly priceE8: PriceE8;
}

/**
 * The content of an execution that an operator stated. He has no report to repeat: a report of the same execution agrees with it
 * when it is about the same order, volume and price.
 */
export const settledHash = ({ orderId, volumeE8, priceE8 }: SettledExecution): string =>
  hash('sha256', JSON.stringify(['settled', orderId, `${volumeE8}`, `${priceE8}`]), 'hex');
