import type { StreamContract } from '@margrave/contracts';
import { asError, backoffMs, sleep, type CheckOutcome, type Logger, type Random } from '@margrave/runtime';
import type { BusConnection } from './connection.ts';
import { makeMissingStreams } from './streams.ts';

export interface StreamKeeperOptions {
  readonly contracts: readonly StreamContract[];
  readonly log: Logger;
  readonly random: Random;
}

/**
 * Sees to it that the streams are there: at each connection, and whenever somebody found one missing. It makes them and never
 * changes one.
 */
export interface StreamKeeper {
  /** A stream was found missing: it is made anew. May be called as often as one likes. */
  readonly missing: () => void;
  /** Resolves when the streams were seen to for the first time. */
  readonly ready: Promise<void>;
  /** Whether the streams are as they must be, for readiness. What was not is looked at again for the next who asks. */
  readonly check: () => CheckOutcome;
  readonly stop: () => void;
}

const BACKOFF = { firstMs: 250, maxMs: 5_000 };

export function keepStreams(connection: BusConnection, options: StreamKeeperOptions): StreamKeeper {
  const { contracts, log, random } = options;
  const stopping = new AbortController();
  let outcome: CheckOutcome = { ok: false, reason: 'the streams were not looked at yet' };
  let working = false;
  let asked = false;
  let resolveReady: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => (resolveReady = resolve));

  const ensureOnce = async (): Promise<void> => {
    const client = await connection.untilConnected(stopping.signal);
    if (client === undefined) return;
    const reports = await makeMissingStreams(client, contracts);
    for (const { name, done, faults } of reports) {
      if (done === 'refused') log.error({ stream: name, faults }, 'A stream is not as it must be');
      else if (done !== 'unchanged') log.info({ stream: name }, `Stream ${done}`);
    }
    const faults = reports.flatMap((report) => report.faults);
    outcome = faults.length === 0 ? { ok: true } : { ok: false, reason: faults.join(' ') };
    resolveReady();
  };

  const work = async (): Promise<void> => {
    let failures = 0;
    while (asked && !stopping.signal.aborted) {
      asked = false;
      try {
        await ensureOnce();
        failures = 0;
      } catch (error) {
        failures += 1;
        asked = true;
        outcome = { ok: false, reason: `the streams cannot be looked at: ${asError(error).message}` };
        log.warn({ err: asError(error) }, 'The streams could not be seen to yet');
        await sleep(backoffMs(BACKOFF, failures, random), stopping.signal);
      }
    }
  };

  const ask = (): void => {
    asked = true;
    if (working) return;
    working = true;
    void work().finally(() => {
      working = false;
    });
  };

  const stopListening = connection.onConnected(ask);
  return {
    missing: ask,
    ready,
    check: () => {
      // Nobody tells us when the operator has put it right.
      if (!outcome.ok) ask();
      return outcome;
    },
    stop: () => {
      stopping.abort();
      stopListening();
    },
  };
}
