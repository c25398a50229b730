import { decoderOf, type BusMessage } from '@margrave/bus-nats';
import { ProviderExecutionV1 } from '@margrave/contracts';
import { readReport, type Report, type ReportOutcome } from '@margrave/provider-desk';
import {
  runConsumerLoop,
  type ConsumerLoop,
  type Logger,
  type MessageSource,
  type Outcome,
  type Random,
} from '@margrave/runtime';
import { checkProviderName, refuse, type ProviderName } from '@margrave/vocabulary';
import assert from 'node:assert/strict';
import type { ReportOutcomeName } from '../metrics.ts';

export interface ConsumeExecutionsOptions {
  readonly source: MessageSource<BusMessage>;
  readonly batchMax: number;
  readonly ackWaitMs: number;
  readonly apply: (reports: readonly Report[]) => Promise<readonly ReportOutcome[]>;
  readonly crashBeforeAck: () => void;
  readonly log: Logger;
  readonly random: Random;
  readonly onOutcome: (provider: ProviderName, outcome: ReportOutcomeName) => void;
  readonly onBug: (error: Error) => void;
}

/** A message that is still worked on is told so well before the bus takes it for lost. */
const STILL_WORKING_PER_ACK_WAIT = 3;

const decode = decoderOf(ProviderExecutionV1);

/** Hears what providers report; a batch is acknowledged when what it says is committed. */
export function consumeExecutions(options: ConsumeExecutionsOptions): ConsumerLoop {
  const { source, batchMax, ackWaitMs, apply, crashBeforeAck, log, random, onOutcome, onBug } = options;
  return runConsumerLoop<Report, BusMessage>({
    source,
    batchSizeMax: batchMax,
    decode: (message) => {
      const decoded = decode(message);
      if (!decoded.ok) return decoded;
      const provider = checkProviderName(decoded.value.parameters.provider);
      return provider === undefined ? refuse('the subject names no provider') : readReport(decoded.value.body, provider);
    },
    handle: async (batch) => {
      const outcomes = await apply(batch.map(({ value }) => value));
      crashBeforeAck();
      return outcomes.map((outcome, index): Outcome => {
        const provider = batch[index]?.value.provider ?? assert.fail('there is an outcome for each report');
        switch (outcome.kind) {
          case 'done':
            onOutcome(provider, outcome.change === null ? 'repeated' : 'booked');
            return { kind: 'done' };
          case 'park':
            onOutcome(provider, 'parked');
            return { kind: 'poison', reason: outcome.why };
          case 'later':
            onOutcome(provider, 'later');
            return { kind: 'retry', reason: outcome.why };
          default:
            return outcome satisfies never;
        }
      });
    },
    log,
    random,
    stillWorkingEveryMs: ackWaitMs / STILL_WORKING_PER_ACK_WAIT,
    onBug,
  });
}
