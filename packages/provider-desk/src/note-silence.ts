import type { AccountId, OrderId } from '@margrave/vocabulary';

/** A request that its provider has left unanswered for longer than its limit. */
export interface SilentRequest {
  readonly accountId: AccountId;
  readonly orderId: OrderId;
}

export interface SilenceNeeds {
  /** The oldest first, at most so many; a request that was asked about lately is left alone for a while. */
  readonly silentRequests: (requestsMax: number) => Promise<readonly SilentRequest[]>;
  /** Makes the order unknown and asks its provider; says whether anything changed. */
  readonly noteSilence: (request: SilentRequest) => Promise<boolean>;
}

const REQUESTS_MAX = 200;

/** One sweep over what providers left unanswered; returns how many orders are asked about now. */
export async function sweepSilence(needs: SilenceNeeds): Promise<number> {
  const silent = await needs.silentRequests(REQUESTS_MAX);
  const noted = await Promise.all(silent.map((request) => needs.noteSilence(request)));
  return noted.filter(Boolean).length;
}
