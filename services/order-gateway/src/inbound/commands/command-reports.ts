import type { Change } from '@margrave/domain';
import type { Logger } from '@margrave/runtime';
import type { AccountId } from '@margrave/vocabulary';
import type { BasketOutcome } from '../../app/submit-basket.ts';
import type { CommandOutcome, CommandTimes } from '../../app/submit-command.ts';
import type { GatewayMetrics, Stage } from '../../metrics.ts';
import { orderOf } from './placed-answer.ts';

export type CommandMetrics = Pick<GatewayMetrics, 'orderStage' | 'orders' | 'denials'>;

/** The stages of one command, in milliseconds. */
export type Stages = Readonly<Record<Stage, number>>;

/** A command that was answered. */
export interface AnsweredCommand {
  readonly operation: 'place' | 'close' | 'close_by' | 'cancel' | 'replace' | 'protect';
  readonly accountId: AccountId;
  readonly clientOrderId: string | null;
  readonly requestId: string;
  readonly outcome: CommandOutcome;
  readonly receiveMs: number;
  readonly totalMs: number;
}

/** A basket that was answered. */
export interface AnsweredBasket {
  readonly accountId: AccountId;
  readonly key: string;
  readonly requestId: string;
  readonly outcome: BasketOutcome;
  readonly receiveMs: number;
  readonly totalMs: number;
}

export interface CommandReports {
  readonly report: (answered: AnsweredCommand) => void;
  readonly reportBasket: (answered: AnsweredBasket) => void;
}

export function stagesOf(receiveMs: number, outcome: { readonly times: CommandTimes }): Stages {
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
export function createCommandReports(metrics: CommandMetrics, log: Logger): CommandReports {
  const stageTimers = {
    receive: metrics.orderStage.labels('receive'),
    load: metrics.orderStage.labels('load'),
    price: metrics.orderStage.labels('price'),
    decide: metrics.orderStage.labels('decide'),
    commit: metrics.orderStage.labels('commit'),
  } satisfies Record<Stage, unknown>;

  const observe = (stages: Stages): void => {
    for (const stage of Object.keys(stages) as Stage[]) stageTimers[stage].observe(stages[stage] / MS_PER_S);
  };
  const unanswered = (outcome: Exclude<CommandOutcome | BasketOutcome, Committed>, which: object, totalMs: number): void => {
    metrics.orders.inc({ flow: 'none', outcome: outcome.kind });
    const level = outcome.kind in LEVELS ? LEVELS[outcome.kind as keyof typeof LEVELS] : 'info';
    log[level]({ ...which, outcome: outcome.kind, ...whyOf(outcome), totalMs: shortened(totalMs) }, 'Command answered');
  };
  /** What a decision came to; of what was refused to an order that is there, nothing. */
  const count = (change: Change) => {
    const { decision } = change;
    const code = decision?.denial?.code ?? null;
    const { flow, status } = orderOf(change) ?? { flow: 'none', status: 'denied' };
    metrics.orders.inc({ flow, outcome: status });
    if (code !== null) metrics.denials.inc({ code });
    return { orderId: decision?.orderId, symbol: decision?.symbol, flow, status, code };
  };

  const report: CommandReports['report'] = ({ outcome, receiveMs, totalMs, ...which }) => {
    if (outcome.kind !== 'committed') return unanswered(outcome, which, totalMs);
    const stages = stagesOf(receiveMs, outcome);
    observe(stages);
    log.info({ ...which, ...count(outcome.change), ...timesOf(stages), totalMs: shortened(totalMs) }, 'Order decided');
  };
  const reportBasket: CommandReports['reportBasket'] = ({ outcome, receiveMs, totalMs, ...which }) => {
    if (outcome.kind !== 'committed_basket') return unanswered(outcome, which, totalMs);
    const { legs, refused } = outcome.basket;
    if (refused !== null) {
      metrics.orders.inc({ flow: 'none', outcome: 'denied' });
      const code = refused.decision?.denial?.code ?? null;
      if (code !== null) metrics.denials.inc({ code });
      return log.info({ ...which, refusedLeg: refused.leg, code, totalMs: shortened(totalMs) }, 'Basket refused');
    }
    const stages = stagesOf(receiveMs, outcome);
    observe(stages);
    for (const leg of legs) if (leg.kind === 'decided') log.info({ ...which, ...count(leg.change) }, 'Order decided');
    log.info({ ...which, legs: legs.length, ...timesOf(stages), totalMs: shortened(totalMs) }, 'Basket decided');
  };
  return { report, reportBasket };
}

type Committed = { readonly kind: 'committed' | 'committed_basket' };

const whyOf = (outcome: CommandOutcome | BasketOutcome) => (outcome.kind === 'unavailable' ? { why: outcome.why } : {});

const timesOf = (stages: Stages): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(stages).map(([stage, elapsedMs]) => [`${stage}Ms`, shortened(elapsedMs)]));

/** To the microsecond. */
const shortened = (elapsedMs: number): number => Math.round(elapsedMs * 1_000) / 1_000;
