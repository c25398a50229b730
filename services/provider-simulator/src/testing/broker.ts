import {
  connectBus,
  createBroadcaster,
  createPublisher,
  ensureConsumer,
  ensureStreams,
  openPullSource,
  type BusConnection,
} from '@margrave/bus-nats';
import {
  ProviderExecutionV1,
  providerOrdersConsumer,
  ProviderOrderNewV1,
  ProviderOrderReplaceV1,
  ProviderOrderStatusV1,
  QuoteV1,
  STREAMS,
  type ProviderOrderCloseV1,
} from '@margrave/contracts';
import { createLogging } from '@margrave/runtime';
import type { ProviderName, RequestId, SymbolName } from '@margrave/vocabulary';
import { requestIdOf } from './scene.ts';

const PROVIDER = 'lp-a' as ProviderName;
const QUOTE_EVERY_MS = 50;
const ACK_WAIT_MS = 1_000;
const log = createLogging({ service: 'test', level: 'silent', levels: [] }).component('broker');

type ProviderRequestBody = ProviderOrderNewV1 | ProviderOrderCloseV1 | ProviderOrderReplaceV1 | ProviderOrderStatusV1;

/** A report as it stands in the stream. */
export interface Heard {
  readonly messageId: string | undefined;
  readonly execution: ProviderExecutionV1;
}

/** The other side of a provider: quotes all the time, sends requests and hears the reports. */
export class Broker {
  readonly heard: Heard[] = [];
  /** What it quotes, for every symbol. */
  price: Pick<QuoteV1, 'bid' | 'ask'> = QuoteV1.example;
  readonly #connection: BusConnection;
  readonly #ends: (() => void | Promise<void>)[] = [];
  #sent = 0;

  private constructor(connection: BusConnection) {
    this.#connection = connection;
  }

  static async open(natsUrl: string): Promise<Broker> {
    const connection = connectBus({
      servers: [natsUrl],
      name: 'broker',
      log,
      onLost: (error) => {
        throw error;
      },
    });
    await connection.ready;
    return new Broker(connection);
  }

  /** Makes the streams and the provider's consumer, which soon delivers again what is not acknowledged, and listens. */
  async begin(): Promise<void> {
    const client = await this.#connection.ready;
    await ensureStreams(client, Object.values(STREAMS));
    await ensureConsumer(client, { ...providerOrdersConsumer(PROVIDER), ackWaitMs: ACK_WAIT_MS });
    this.#quote();
    this.#listen();
  }

  #quote(): void {
    const { broadcast } = createBroadcaster(this.#connection, { log });
    let sequence = 0;
    const timer = setInterval(() => {
      sequence += 1;
      for (const symbol of ['EURUSD', 'US500'] as SymbolName[]) {
        broadcast(
          QuoteV1.subject({ symbol }),
          JSON.stringify({ ...QuoteV1.example, bid: this.price.bid, ask: this.price.ask, symbol, sequence: String(sequence) }),
        );
      }
    }, QUOTE_EVERY_MS);
    this.#ends.push(() => clearInterval(timer));
  }

  #listen(): void {
    const source = openPullSource(this.#connection, {
      consumer: {
        stream: 'EXECUTIONS',
        durable: 'test-reader',
        filter: ProviderExecutionV1.subjectTemplate.filter(),
        ackWaitMs: 30_000,
        maxAckPending: 1_000,
      },
      deadLetters: { park: () => Promise.reject(new Error('nothing is parked here')) },
      log,
      random: () => 0,
    });
    const read = async (): Promise<void> => {
      for (let batch = await source.next(100); batch.length > 0; batch = await source.next(100)) {
        for (const message of batch) {
          const decoded = ProviderExecutionV1.decode(message.data);
          if (!decoded.ok) throw new Error(decoded.refusal);
          this.heard.push({ messageId: message.messageId, execution: decoded.value });
          await message.acknowledge();
        }
      }
    };
    const reading = read();
    this.#ends.push(async () => {
      await source.stop();
      await reading;
    });
  }

  /** Sends an order to the provider. A message id of its own lets the stream take the same request again. */
  newOrder(number: number, differently: Partial<ProviderOrderNewV1> = {}): Promise<void> {
    return this.send('new', {
      ...ProviderOrderNewV1.example,
      requestId: requestIdOf(number),
      maxDeviation: null,
      ...validFor(60_000),
      ...differently,
    });
  }

  status(number: number, original: number): Promise<void> {
    return this.send('status', {
      ...ProviderOrderStatusV1.example,
      requestId: requestIdOf(number),
      originalRequestId: requestIdOf(original),
    });
  }

  replace(number: number, original: number, price: string): Promise<void> {
    return this.send('replace', {
      ...ProviderOrderReplaceV1.example,
      requestId: requestIdOf(number),
      originalRequestId: requestIdOf(original),
      price,
      ...validFor(60_000),
    });
  }

  async send(kind: string, body: ProviderRequestBody | string): Promise<void> {
    this.#sent += 1;
    const outcome = await createPublisher(this.#connection, { deadlineMs: 5_000 }).publish({
      subject: `provider.${PROVIDER}.orders.v1.${kind}`,
      body: typeof body === 'string' ? body : JSON.stringify(body),
      messageId: `test-${this.#sent}`,
    });
    if (!outcome.ok) throw new Error(outcome.refusal.detail);
  }

  /** What was heard of a request, each execution once. */
  reportsOf(number: number): readonly ProviderExecutionV1[] {
    const requestId: RequestId = requestIdOf(number);
    const reports = this.heard.filter(({ execution }) => execution.requestId === requestId);
    return [...new Map(reports.map(({ execution }) => [execution.executionId, execution])).values()];
  }

  types(number: number): readonly string[] {
    return this.reportsOf(number).map(({ executionType }) => executionType);
  }

  get client() {
    return this.#connection.ready;
  }

  async close(): Promise<void> {
    for (const end of this.#ends.toReversed()) await end();
    await this.#connection.close();
  }
}

/** The times of a request that is made now. */
export const validFor = (ms: number): { readonly sentAt: string; readonly sendBefore: string } => ({
  sentAt: new Date().toISOString(),
  sendBefore: new Date(Date.now() + ms).toISOString(),
});

/** Waits until something is true. */
export async function until(holds: () => boolean | Promise<boolean>, what: string, withinMs = 15_000): Promise<void> {
  const endsAt = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > endsAt) throw new Error(`it did not come true within ${withinMs} ms that ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
