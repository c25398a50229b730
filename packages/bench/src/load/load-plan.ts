export interface LoadAccount {
  readonly accountId: string;
  readonly token: string;
  /** An order of it that rests, where orders are replaced. */
  readonly restingOrderId?: string;
}

/** What one run of the load program asks for; it reads it as JSON from the file that it is given. */
export interface LoadPlan {
  readonly url: string;
  /** Each has one request under way at a time. */
  readonly connections: number;
  readonly warmUpMs: number;
  readonly measuredMs: number;
  /** When so many requests were sent, no more are, whatever time is left. */
  readonly requestsMax?: number;
  /** Taken in turn, each with its client's token. */
  readonly accounts: readonly LoadAccount[];
  /** The order that is placed, its key being `{keyPrefix}{number}`; without one the account is read. */
  readonly order?: { readonly keyPrefix: string; readonly symbol: string; readonly side: string; readonly volume: string };
  /** So many of that order are placed together, their keys being `{keyPrefix}{number}-{leg}`. */
  readonly legs?: number;
  /** The prices that the resting order of an account is given in turn, in the place of an order that is placed. */
  readonly replacedBy?: readonly string[];
}

/** What the load program saw; it writes it as JSON to its standard output. */
export interface LoadResult {
  /** How often each HTTP status was answered, warm-up included. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Of the requests that were begun and answered within the measured time. */
  readonly measured: { readonly requests: number; readonly seconds: number; readonly p50Ms: number; readonly p99Ms: number };
}
