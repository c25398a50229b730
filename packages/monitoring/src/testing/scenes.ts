/** Series as `promtool` writes them: the values of one scrape after the other, `0+1x9` being nine steps of one. */
type Input = Readonly<Record<string, string>>;

/** What must be true for an alert to fire and what looks like it and is none; both are looked at after so many minutes. */
export interface Scene {
  readonly fires: Input;
  readonly quiet: Input;
  readonly afterMinutes: number;
  /** Between two scrapes; a minute, unless told. */
  readonly everySeconds?: number;
  /** The labels of what fires, its severity aside. */
  readonly labels?: Readonly<Record<string, string>>;
}

const BOTH_WAYS = 30;
const steady = (value: number): string => `${value}x${BOTH_WAYS}`;
const rising = (by: number): string => `0+${by}x${BOTH_WAYS}`;

const requests = (status: string) =>
  `margrave_http_request_seconds_count{job="order-gateway",route="placeOrder",status="${status}"}`;
const commits = 'margrave_commit_batch_size_count{job="order-gateway"}';
const retries = 'margrave_commit_retries_total{job="order-gateway"}';
const ticks = 'margrave_ticks_total{job="market-data",result="accepted"}';
const quotes = (result: string) => `margrave_quotes_total{job="market-data",result="${result}"}`;
const symbols = (state: string) => `margrave_symbols{job="market-data",state="${state}"}`;
const ofProvider = (metric: string) => `${metric}{job="provider-worker",provider="lp-a"}`;
const check = (job: string, name: string) => `margrave_check_ok{job="${job}",instance="a:1",check="${name}"}`;
const worker = (metric: string) => `${metric}{job="provider-worker",instance="a:1"}`;

const triggers = (metric: string, label = 'instance="a:1"') => `${metric}{job="pending-orders",${label}}`;

/** Fires when the check fails, and not when another one does, or when it failed for a moment. */
const checkFails = (job: string, name: string, other: string): Scene => ({
  fires: { [check(job, name)]: steady(0), [check(job, other)]: steady(1) },
  quiet: { [check(job, name)]: `1x9 0 1x${BOTH_WAYS}`, [check(job, other)]: steady(0) },
  afterMinutes: 10,
  labels: { job },
});

/** Of each alert. A value that is quiet is at the limit, not far from it. */
export const SCENES: Readonly<Record<string, Scene>> = {
  GatewayErrors: {
    fires: { [requests('5xx')]: rising(2), [requests('2xx')]: rising(98) },
    quiet: { [requests('5xx')]: rising(1), [requests('2xx')]: rising(99) },
    afterMinutes: 10,
  },
  FeedSilent: {
    everySeconds: 15,
    fires: { [ticks]: `0+100x3 300x${BOTH_WAYS}`, [symbols('fresh')]: steady(0), [symbols('stale')]: steady(17) },
    // The weekend: nothing comes, and nothing should.
    quiet: { [ticks]: steady(300), [symbols('fresh')]: steady(0), [symbols('closed')]: steady(17) },
    afterMinutes: 5,
  },
  QuotesNotTold: {
    everySeconds: 15,
    fires: { [quotes('told')]: `0+100x3 300x${BOTH_WAYS}`, [quotes('not_told')]: rising(5), [symbols('fresh')]: steady(17) },
    quiet: { [quotes('told')]: steady(300), [symbols('fresh')]: steady(0), [symbols('stale')]: steady(17) },
    afterMinutes: 5,
  },
  QuotesStale: {
    fires: { [symbols('stale')]: steady(1), [symbols('fresh')]: steady(16) },
    quiet: { [symbols('stale')]: `1x4 0x${BOTH_WAYS}`, [symbols('closed')]: steady(17) },
    afterMinutes: 6,
    labels: { state: 'stale' },
  },
  BooksBroken: {
    fires: {
      [worker('margrave_invariant_breaks')]: steady(0),
      'margrave_invariant_breaks{invariant="balance"}': `0x3 1x${BOTH_WAYS}`,
    },
    quiet: { 'margrave_invariant_breaks{invariant="balance"}': steady(0) },
    afterMinutes: 5,
    labels: { invariant: 'balance' },
  },
  CommitsRetried: {
    fires: { [retries]: rising(6), [commits]: rising(100) },
    quiet: { [retries]: rising(5), [commits]: rising(100) },
    afterMinutes: 12,
    labels: { job: 'order-gateway' },
  },
  TriggersNotArmed: {
    fires: {
      [triggers('margrave_not_armed', 'what="position"')]: steady(1),
      [triggers('margrave_not_armed', 'what="order"')]: steady(0),
    },
    // One sweep found it, the next ones did not.
    quiet: { [triggers('margrave_not_armed', 'what="position"')]: `0x8 3 0x${BOTH_WAYS}` },
    afterMinutes: 9,
    labels: { what: 'position' },
  },
  TriggersNotFired: {
    fires: { [triggers('margrave_triggers_due_age_seconds')]: `0+60x${BOTH_WAYS}` },
    quiet: { [triggers('margrave_triggers_due_age_seconds')]: steady(10) },
    afterMinutes: 4,
  },
  SymbolsNotWatched: {
    fires: { [triggers('margrave_trigger_shards_held')]: steady(7), [triggers('margrave_trigger_shards')]: steady(8) },
    // One of two instances works on all of them.
    quiet: {
      [triggers('margrave_trigger_shards_held')]: steady(0),
      [triggers('margrave_trigger_shards_held', 'instance="b:1"')]: steady(8),
      [triggers('margrave_trigger_shards')]: steady(8),
    },
    afterMinutes: 4,
  },
  ProviderSilent: {
    fires: { [ofProvider('margrave_open_requests_age_seconds')]: `0+60x${BOTH_WAYS}` },
    quiet: { [ofProvider('margrave_open_requests_age_seconds')]: steady(30) },
    afterMinutes: 3,
    labels: { provider: 'lp-a' },
  },
  UnknownOrders: {
    fires: { [ofProvider('margrave_unknown_orders_age_seconds')]: `0+60x${BOTH_WAYS}` },
    quiet: { [ofProvider('margrave_unknown_orders_age_seconds')]: `0+50x${BOTH_WAYS}` },
    afterMinutes: 6,
    labels: { provider: 'lp-a' },
  },
  WorkerBehind: {
    fires: { [worker('margrave_worker_lag_messages')]: steady(1_001) },
    quiet: { [worker('margrave_worker_lag_messages')]: steady(1_000) },
    afterMinutes: 5,
  },
  DeadLetters: {
    fires: { [worker('margrave_dead_letters_total')]: `0x3 1x${BOTH_WAYS}` },
    // They were put there a quarter of an hour ago.
    quiet: { [worker('margrave_dead_letters_total')]: steady(7) },
    afterMinutes: 10,
  },
  ServiceDown: {
    fires: { 'up{job="order-gateway",instance="a:1"}': steady(0), 'up{job="order-gateway",instance="b:1"}': steady(1) },
    quiet: { 'up{job="order-gateway",instance="a:1"}': `1x9 0 1x${BOTH_WAYS}` },
    afterMinutes: 10,
    labels: { job: 'order-gateway', instance: 'a:1' },
  },
  ServiceNotReady: {
    ...checkFails('provider-worker', 'streams', 'postgres'),
    labels: { job: 'provider-worker', instance: 'a:1', check: 'streams' },
  },
  PostgresAway: checkFails('order-gateway', 'postgres', 'redis'),
  NatsAway: checkFails('order-gateway', 'nats', 'redis'),
  RedisAway: checkFails('order-gateway', 'redis', 'nats'),
  OutboxStuck: {
    fires: { [worker('margrave_outbox_age_seconds')]: `0+60x${BOTH_WAYS}` },
    quiet: { [worker('margrave_outbox_age_seconds')]: steady(30) },
    afterMinutes: 4,
  },
  StreamFilling: {
    fires: {
      'margrave_stream_fill_ratio{stream="EVENTS"}': steady(0.71),
      'margrave_stream_fill_ratio{stream="DEAD"}': steady(0),
    },
    quiet: { 'margrave_stream_fill_ratio{stream="EVENTS"}': steady(0.7) },
    afterMinutes: 8,
    labels: { stream: 'EVENTS' },
  },
  CacheBehind: {
    fires: { [worker('margrave_cache_behind_accounts')]: steady(1) },
    // Busy, and done now and then.
    quiet: { [worker('margrave_cache_behind_accounts')]: `40 30 0 50 60 0 40 30 0 50 60 0 40 30` },
    afterMinutes: 12,
    labels: { job: 'provider-worker' },
  },
  EventLoopLate: {
    fires: { [worker('margrave_event_loop_lag_seconds')]: steady(0.25) },
    // One long pause.
    quiet: { [worker('margrave_event_loop_lag_seconds')]: `0.01x6 0.8 0.01x${BOTH_WAYS}` },
    afterMinutes: 12,
    labels: { job: 'provider-worker', instance: 'a:1' },
  },
};
