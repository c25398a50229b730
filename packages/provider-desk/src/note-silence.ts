import { asError } from '@margrave/runtime';
import type { AccountId, OrderId } from '@margrave/vocabulary';

/** A request that its provider has left unanswered for longer than its limit. */
export interface SilentRequest {
  readonly accountId: AccountId;
  readonly orderId: OrderId;
}

export interface SilenceNeeds {
  /** At most so many, of every provider its share; a request that was asked about lately is left alone for a while. */
  readonly silentRequests: (requestsMax: number) => Promise<readonly SilentRequest[]>;
  /** Makes the order unknown and asks its provider; says whether anything changed. */
  readonly noteSilence: (request: SilentRequest) => Promise<boolean>;
}

const REQUESTS_MAX = 200;

/**
 * One sweep over what providers left unanswered; returns how many orders are asked about now. One that cannot be asked about
 * keeps nobody from asking about the others.
 *
 * @throws what went wrong with the first of those, once all the others were asked about.
 */
export async function sweepSilence(needs: SilenceNeeds): Promise<number> {
  const silent = await needs.silentRequests(REQUESTS_MAX);
  const noted = await Promise.allSettled(silent.map((request) => needs.noteSilence(request)));
  const failed = noted.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) throw asError(failed.reason);
  return noted.filter((outcome) => outcome.status === 'fulfilled' && outcome.value).length;
}
