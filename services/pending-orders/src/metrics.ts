import { engineMetricDeclarations } from '@margrave/account-engine';
import { metric, SECONDS_BUCKETS, seriesOf } from '@margrave/runtime';
import { FIRED_KINDS } from './app/firing.ts';
import type { Aim } from './app/waiting.ts';

const TRIGGER_KINDS = ['order', 'stop_loss', 'take_profit', 'trailing_stop', 'trail', 'expiry'] as const;

export function triggerKind(aim: Aim): (typeof TRIGGER_KINDS)[number] {
  if (aim.kind === 'expire') return 'expiry';
  if (aim.kind === 'trigger') return 'order';
  return aim.kind === 'trail' ? 'trail' : aim.level;
}

export const metricDeclarations = {
  armedLevels: metric.gauge({
    name: 'margrave_armed_levels',
    sentence:
      'Prices and times that are watched, of the symbols that this instance works on, those included that were just reached.',
  }),
  shardsHeld: metric.gauge({
    name: 'margrave_trigger_shards_held',
    sentence: 'Parts of the symbols that this instance works on.',
  }),
  shards: metric.gauge({ name: 'margrave_trigger_shards', sentence: 'Parts that the symbols are divided into.' }),
  triggers: metric.counter({
    name: 'margrave_triggers_total',
    sentence:
      'What was reached and fired, by what became of it: `committed`; `nothing_to_do`, `not_reached`: it had changed, or the price had; `not_tradable`, `again`, `failed`: it is tried again.',
    labels: ['kind', 'outcome'],
    series: TRIGGER_KINDS.flatMap((kind) => FIRED_KINDS.map((outcome) => ({ kind, outcome }))),
  }),
  triggerSeconds: metric.histogram({
    name: 'margrave_trigger_seconds',
    sentence: 'How long it took from the quote that reached a level to the commit.',
    buckets: SECONDS_BUCKETS,
  }),
  due: metric.gauge({
    name: 'margrave_triggers_due',
    sentence: 'What was reached and is not settled: `in_hand`, or `not_tradable` and waiting for a market.',
    labels: ['state'],
    series: seriesOf('state', ['in_hand', 'not_tradable']),
  }),
  dueAgeSeconds: metric.gauge({
    name: 'margrave_triggers_due_age_seconds',
    sentence: 'How long ago the oldest of those in hand was reached.',
  }),
  notArmed: metric.gauge({
    name: 'margrave_not_armed',
    sentence: 'Resting orders, and protected positions, that the last sweep found not to be watched. It armed them.',
    labels: ['what'],
    series: seriesOf('what', ['order', 'position']),
  }),
  sweepFindings: metric.counter({
    name: 'margrave_sweep_findings_total',
    sentence: 'What sweeps found: `armed`, because it should have been; `dropped`, because it should not.',
    labels: ['finding'],
    series: seriesOf('finding', ['armed', 'dropped']),
  }),
  lostQuotes: metric.counter({
    name: 'margrave_lost_quotes_total',
    sentence: 'Quotes of watched symbols that were told and not heard, by their numbers.',
  }),
  unreadableMessages: metric.counter({
    name: 'margrave_unreadable_messages_total',
    sentence: 'Messages that could not be read and were left out, by what they should have been.',
    labels: ['what'],
    series: seriesOf('what', ['quote', 'event']),
  }),
  ...engineMetricDeclarations,
};
