import { ProviderExecutionV1 } from '@margrave/contracts';
import { applyReports, readReport, relayNeeds, relayOnce, reportNeeds, sweepSilence, type Report } from '@margrave/provider-desk';
import { asError } from '@margrave/runtime';
import { ok, type ProviderName, type RequestId } from '@margrave/vocabulary';
import type { Delivery } from '../world/bus.ts';
import { CONFIGURATION, type Host } from './host.ts';

const RELAY_EVERY_MS = 500;
const SILENCE_EVERY_MS = 1_000;
const RELAY_OLDER_THAN_MS = 2_000;
const SILENCE_PATIENCE_MS = 3_000;
const LATER_MS = 500;

/** What the provider worker does, by the same functions, over the simulated servers. */
export function startWorker(host: Host): void {
  const { process, world } = host;
  void consume(host).catch((error: unknown) => world.onBug(asError(error)));
  process.every(RELAY_EVERY_MS, 'relays', () => turn(host, () => relayOnce(relay(host))));
  process.every(SILENCE_EVERY_MS, 'looks for silence', () => turn(host, () => sweep(host)));
}

/** What the world does to a turn is tried again with the next one. */
async function turn({ store, world }: Host, work: () => Promise<number>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (store.failureOf(error) === 'bug') world.onBug(asError(error));
  }
}

async function consume(host: Host): Promise<void> {
  const { process, world, store } = host;
  const needs = reportNeeds(
    { submit: (submission) => host.engine.submit(submission), configuration: () => CONFIGURATION },
    store,
  );
  while (process.isAlive) {
    const deliveries = await world.executions.fetch(process);
    const read: { readonly delivery: Delivery; readonly report: Report }[] = [];
    for (const delivery of deliveries) {
      const [, provider = ''] = delivery.message.subject.split('.');
      const decoded = ProviderExecutionV1.decode(new TextEncoder().encode(delivery.message.body));
      const report = decoded.ok ? readReport(decoded.value, provider as ProviderName) : decoded;
      if (report.ok) read.push({ delivery, report: report.value });
      else world.park(delivery, String(report.refusal));
    }
    try {
      const outcomes = await applyReports(
        read.map(({ report }) => report),
        needs,
      );
      if (world.faults.strikes('process: it dies before acknowledging', process.name))
        return process.die('process: it dies before acknowledging');
      for (const [index, { delivery }] of read.entries()) {
        const outcome = outcomes[index];
        if (outcome?.kind === 'done') delivery.acknowledge();
        else if (outcome?.kind === 'park') world.park(delivery, outcome.why);
        else delivery.again(LATER_MS);
      }
    } catch (error) {
      if (store.failureOf(error) === 'bug') throw error;
      for (const { delivery } of read) delivery.again(LATER_MS);
    }
  }
}

const relay = (host: Host) =>
  relayNeeds({
    store: host.store,
    publisher: {
      publishMany: async (messages) => {
        const outcomes = await Promise.all(
          messages.map(({ subject, messageId, body }) =>
            host.world.publish(host.process, { subject, messageId, body: String(body) }),
          ),
        );
        return outcomes.map((outcome) =>
          outcome === 'stored' || outcome === 'duplicate'
            ? ok({ stream: 'simulated', sequence: 1, duplicate: outcome === 'duplicate' })
            : ({ ok: false, refusal: { outcome: 'unknown', reason: 'timeout' } } as never),
        );
      },
    },
    engine: host.engine,
    log: { debug: () => undefined },
    takeRequestId: async () => `${(await host.lease.take(1))[0]}` as RequestId,
    nowText: () => new Date(host.store.databaseNowMs()).toISOString(),
    olderThanMs: RELAY_OLDER_THAN_MS,
    crashAfterPublish: () => {
      if (host.world.faults.strikes('process: it dies after publishing', `${host.process.name}, relay`))
        host.process.die('process: it dies after publishing');
    },
  });

const sweep = (host: Host): Promise<number> =>
  sweepSilence({
    silentRequests: (requestsMax) => host.store.silentRequests(requestsMax),
    noteSilence: async ({ accountId, orderId }) => {
      const outcome = await host.engine.submit({
        accountId,
        command: { kind: 'silence', orderId },
        client: null,
        executions: [],
        patienceMs: SILENCE_PATIENCE_MS,
      });
      return outcome.kind === 'committed';
    },
  });
