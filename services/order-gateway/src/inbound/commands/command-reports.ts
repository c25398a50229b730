import type { Logger } from '@margrave/runtime';
import type { AccountId } from '@margrave/vocabulary';
import type { CommandOutcome } from '../../app/submit-command.ts';
import type { GatewayMetrics, Stage } from '../../metrics.ts';
import { orderOf } from './placed-answer.ts';

export type CommandMetrics = Pick<GatewayMetrics, 'orderStage' | 'orders' | 'denials'>;

/** The stages of one command, in milliseconds. */
export type Stages = Readonly<Record<Stage, number>>;

/** A command that was answered. */
export interface AnsweredCommand {
  readonly operation: 'place' | 'close' | 'cancel' | 'replace' | 'protect';
  readonly accountId: AccountId;
  readonly clientOrderId: string | null;
  readonly requestId: string;
  readonly outcome: CommandOutcome;
  readonly receiveMs: number;
  readonly totalMs: number;
}

export function stagesOf(receiveMs: number, outcome: CommandOutcome): Stages | undefined {
  if (outcome.kind !== 'committed') return undefined;
  const { loadMs, priceMs, decideMs, commitMs } = outcome.times;
  return { receive: receiveMs, load: loadMs, price: priceMs, decide: decideMs, commit: commitMs };
}

/** The `Server-Timing` header: milliseconds, to the microsecond, for a warm stage takes a few. */
export const serverTiming = (stages: Stages): string =>
  Object.entries(stages)
    .map(([stage, elapsedMs]) => `${stage};dur=${elapsedMs.toFixed(3)}`)
    .join(', ');

const MS_PER_S = 1_000;
const LEVELS = { busy: 'warn', unavailable: 'error', unknown: 'error' } as const;

/** Counts, times and logs each command: one line an order. */
export function createCommandReports(metrics: CommandMetrics, log: Logger): (answered: AnsweredCommand) => void {
  const stageTimers = {
    receive: metrics.orderStage.labels('receive'),
    load: metrics.orderStage.labels('load'),
    price: metrics.orderStage.labels('price'),
    decide: metrics.orderStage.labels('decide'),
    commit: metrics.orderStage.labels('commit'),
  } satisfies Record<Stage, unknown>;

  return ({ outcome, receiveMs, totalMs, ...which }) => {
    const stages = stagesOf(receiveMs, outcome);
    if (stages !== undefined) {
      for (const stage of Object.keys(stages) as Stage[]) stageTimers[stage].observe(stages[stage] / MS_PER_S);
    }
    if (outcome.kind !== 'committed') {
      metrics.orders.inc({ flow: 'none', outcome: outcome.kind });
      const level = outcome.kind in LEVELS ? LEVELS[outcome.kind as keyof typeof LEVELS] : 'info';
      log[level]({ ...which, outcome: outcome.kind, ...whyOf(outcome), totalMs: shortened(totalMs) }, 'Command answered');
      return;
    }
    const { decision } = outcome.change;
    const code = decision?.denial?.code ?? null;
    // What was refused to an order that is there left it as it was.
    const order = orderOf(outcome.change);
    const { flow, status } = order ?? { flow: 'none', status: 'denied' };
    metrics.orders.inc({ flow, outcome: status });
    if (code !== null) metrics.denials.inc({ code });
    const { orderId, symbol } = decision ?? {};
    const times = { ...timesOf(stages), totalMs: shortened(totalMs) };
    log.info({ ...which, orderId, symbol, flow, status, code, ...times }, 'Order decided');
  };
}

const whyOf = (outcome: CommandOutcome) => (outcome.kind === 'unavailable' ? { why: outcome.why } : {});

const timesOf = (stages: Stages | undefined): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(stages ?? {}).map(([stage, elapsedMs]) => [`${stage}Ms`, shortened(elapsedMs)]));

/** To the microsecond. */
const shortened = (elapsedMs: number): number => Math.round(elapsedMs * 1_000) / 1_000;
