import { EXECUTIONS_CONSUMER, ProviderExecutionV1 } from '@margrave/contracts';
import { DONE, runConsumerLoop, type ConsumerLoop, type Delivery, type Outcome } from '@margrave/runtime';
import type { ProviderName } from '@margrave/vocabulary';
import type { BusMessage } from '../bus-message.ts';
import type { ConsumerSpec } from '../consumer.ts';
import { createDeadLetters } from '../dead-letters.ts';
import { decoderOf, type Decoded } from '../decoder.ts';
import { createPublisher, type OutgoingMessage } from '../publisher.ts';
import { openPullSource, type PullSource, type PullSourceOptions } from '../pull-source.ts';
import { silentLog, type TestBus } from './bus.ts';

export type Execution = Decoded<ProviderExecutionV1, { readonly provider: ProviderName }>;
type Handle = (batch: readonly Delivery<Execution, BusMessage>[]) => Promise<readonly Outcome[]>;

export interface TestConsumer {
  /** Execution ids in the order in which they were handled, again where delivered again. */
  readonly handled: string[];
  readonly batchSizes: number[];
  readonly parked: string[];
  readonly bugs: Error[];
  readonly source: PullSource;
  readonly loop: ConsumerLoop;
}

export interface TestConsumerOptions {
  readonly consumer?: Partial<ConsumerSpec>;
  readonly source?: Partial<PullSourceOptions>;
  readonly batchSizeMax?: number;
  /** What to do besides noting the ids. */
  readonly handle?: Handle;
}

/** The worker's consumer of executions, with a handler that notes what it is given. */
export function consumeExecutions({ connection }: TestBus, options: TestConsumerOptions = {}): TestConsumer {
  const [handled, batchSizes, parked, bugs]: [string[], number[], string[], Error[]] = [[], [], [], []];
  const deadLetters = createDeadLetters({
    publisher: createPublisher(connection, { deadlineMs: 2_000 }),
    service: connection.name,
    now: Date.now,
    log: silentLog,
    onParked: (_, reason) => parked.push(reason),
  });
  const source = openPullSource(connection, {
    consumer: { ...EXECUTIONS_CONSUMER, ...options.consumer },
    deadLetters,
    log: silentLog,
    random: () => 0,
    timing: { heartbeatMs: 500 },
    ...options.source,
  });
  const loop = runConsumerLoop<Execution, BusMessage>({
    source,
    batchSizeMax: options.batchSizeMax ?? 100,
    decode: decoderOf(ProviderExecutionV1),
    handle: async (batch) => {
      batchSizes.push(batch.length);
      const outcomes = (await options.handle?.(batch)) ?? batch.map((): Outcome => DONE);
      batch.forEach(({ value }, index) => {
        if (outcomes[index]?.kind === 'done') handled.push(value.body.executionId);
      });
      return outcomes;
    },
    log: silentLog,
    backoff: { firstMs: 100, maxMs: 1_000 },
    random: () => 0,
    stillWorkingEveryMs: 1_000,
    onBug: (error) => bugs.push(error),
  });
  return { handled, batchSizes, parked, bugs, source, loop };
}

const PROVIDER = 'lp-a' as ProviderName;

/** A report as `lp-a` would publish it. */
export function execution(number: number): OutgoingMessage {
  const body = { ...ProviderExecutionV1.example, executionId: `lp-a-20260105-${number}` };
  return {
    subject: ProviderExecutionV1.subject({ provider: PROVIDER }),
    body: JSON.stringify(body),
    messageId: ProviderExecutionV1.deduplicationId({ provider: PROVIDER }, body),
  };
}

/** The reports from one number up to, not including, another. */
export const executions = (from: number, to: number): readonly OutgoingMessage[] =>
  Array.from({ length: to - from }, (_, index) => execution(from + index));

export const executionIds = (from: number, to: number): readonly string[] =>
  Array.from({ length: to - from }, (_, index) => `lp-a-20260105-${from + index}`);
