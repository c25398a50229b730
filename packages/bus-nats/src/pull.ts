import { nanos, type Msg, type NatsConnection, type Subscription } from '@nats-io/transport-node';

/** What one attachment to a consumer tells its owner. */
export interface PullListener {
  readonly onMessage: (message: Msg) => void;
  /** A request expired: what is still wanted is to be asked for again. */
  readonly onExpired: () => void;
  /** The consumer is gone, or does not answer: this attachment is of no use any more. Told once. */
  readonly onBroken: (reason: string) => void;
}

export interface PullTiming {
  /** How long one request for messages stands. */
  readonly expiresMs: number;
  /** How often the server says that it is there while it has nothing to deliver. */
  readonly heartbeatMs: number;
}

/** A standing request for messages of one consumer, renewed as they come in. */
export interface Pull {
  /** Asks for so many in all, those still expected included; asks nothing when about as many are expected already. */
  readonly ask: (wanted: number) => void;
  /** How many were asked for and have not come. */
  readonly expected: () => number;
  /** Whether the consumer has said anything, be it that there is nothing. */
  readonly isAnswered: () => boolean;
  /** Asks for nothing more. What is delivered until the server knows goes to `onMessage` still. */
  readonly end: () => Promise<void>;
}

const HEARTBEAT = 100;
const REQUEST_EXPIRED = 408;
const NO_RESPONDERS = 503;

/**
 * Asks a pull consumer for messages over one inbox. The server answers a request with messages, with heartbeats while there
 * are none, and with a status when the request ends otherwise; silence means that it is gone.
 */
export function startPull(
  client: NatsConnection,
  consumer: { readonly stream: string; readonly durable: string },
  inbox: string,
  timing: PullTiming,
  { onMessage, onExpired, onBroken }: PullListener,
): Pull {
  const nextSubject = `$JS.API.CONSUMER.MSG.NEXT.${consumer.stream}.${consumer.durable}`;
  let expected = 0;
  let requests = 0;
  let heardAt = performance.now();
  let answered = false;
  let over = false;

  const broken = (reason: string): void => {
    if (over) return;
    over = true;
    clearInterval(silence);
    onBroken(reason);
  };

  const hearStatus = (code: number, message: Msg): void => {
    if (code === HEARTBEAT) return;
    if (code === REQUEST_EXPIRED) {
      expected = Math.max(0, expected - leftOver(message));
      onExpired();
      return;
    }
    broken(code === NO_RESPONDERS ? 'the consumer is not there' : `${code} ${message.headers?.description ?? ''}`);
  };

  const hear = (error: Error | null, message: Msg): void => {
    if (error !== null) return broken(error.message);
    heardAt = performance.now();
    answered = true;
    const status = message.subject.startsWith(inbox) ? message.headers?.code : undefined;
    if (status !== undefined && status !== 0) return hearStatus(status, message);
    expected = Math.max(0, expected - 1);
    onMessage(message);
  };

  const subscription: Subscription = client.subscribe(`${inbox}.*`, { callback: hear });
  const silence = setInterval(() => {
    if (expected > 0 && performance.now() - heardAt > timing.heartbeatMs * 2.5) broken('the consumer is silent');
  }, timing.heartbeatMs);

  return {
    ask: (wanted) => {
      const batch = wanted - expected;
      if (over || batch <= 0 || expected > wanted / 2) return;
      requests += 1;
      if (expected === 0) heardAt = performance.now();
      expected += batch;
      const request = { batch, expires: nanos(timing.expiresMs), idle_heartbeat: nanos(timing.heartbeatMs) };
      client.publish(nextSubject, JSON.stringify(request), { reply: `${inbox}.${requests}` });
    },
    expected: () => expected,
    isAnswered: () => answered,
    end: async () => {
      over = true;
      clearInterval(silence);
      if (!subscription.isClosed() && !client.isClosed()) await subscription.drain();
    },
  };
}

/** How many messages of an expired request were not delivered. */
const leftOver = (message: Msg): number => Number.parseInt(message.headers?.get('Nats-Pending-Messages') ?? '', 10) || 0;
