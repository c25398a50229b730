import { ProviderExecutionV1 } from '@margrave/contracts';
import type { Publisher } from '@margrave/bus-nats';
import { backoffMs, type Logger, type Random, type Sleep } from '@margrave/runtime';
import type { ProviderName } from '@margrave/vocabulary';
import type { OpenSending } from '../app/book.ts';
import { distortedBody } from '../app/distortion.ts';
import type { Report } from '../app/entry.ts';
import type { Told } from '../app/provider.ts';

export interface SendReportOptions {
  readonly publisher: Pick<Publisher, 'publish'>;
  readonly provider: ProviderName;
  /** What the provider trades, for reports of the wrong one. */
  readonly symbols: readonly string[];
  /** What nobody else can guess: it ends every message id, so that nobody can use one up before we do. New at each start. */
  readonly secret: string;
  readonly log: Logger;
  readonly random: Random;
  readonly sleep: Sleep;
}

const BACKOFF = { firstMs: 100, maxMs: 5_000 };

/** A report as the contract has it. */
export const executionOf = (report: Report): ProviderExecutionV1 => report;

/** Publishes a report until the stream has it: a timeout is not a failure, and the id stays the same. */
export function createReportSender({ publisher, provider, symbols, secret, log, random, sleep }: SendReportOptions) {
  const subject = ProviderExecutionV1.subject({ provider });
  return async ({ messageId, report, distortion }: OpenSending, signal: AbortSignal): Promise<Told> => {
    const body = distortion === undefined ? JSON.stringify(executionOf(report)) : distortedBody(report, distortion, symbols);
    for (let failures = 0; ;) {
      if (signal.aborted) return 'stopped';
      const outcome = await publisher.publish({ subject, body, messageId: `${messageId}:${secret}` });
      if (outcome.ok) return 'told';
      failures += 1;
      if (failures === 1)
        log.warn({ messageId, ...outcome.refusal }, 'A report is not in the stream yet; it is sent until it is');
      await sleep(backoffMs(BACKOFF, failures, random), signal);
    }
  };
}
