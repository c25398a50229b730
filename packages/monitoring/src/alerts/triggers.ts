import type { Alert } from '../alert.ts';
import { ORDERS } from '../dashboards/orders.ts';
import { all, highest, total } from '../promql.ts';

const { uid: dashboard } = ORDERS;

/** What clients have asked to be done at a price. */
export const TRIGGER_ALERTS: readonly Alert[] = [
  {
    name: 'TriggersNotArmed',
    severity: 'page',
    // A sweep arms what it finds: what is found again and again is told of by nobody.
    expression: `${highest(all('margrave_not_armed'), ['what'])} > 0`,
    forSeconds: 60,
    summary: 'Sweep after sweep finds what no price was compared with ({{ $labels.what }}): {{ $value }} the last time.',
    seen: { dashboard, panel: 'Not watched' },
  },
  {
    name: 'TriggersNotFired',
    severity: 'page',
    expression: `${highest(all('margrave_triggers_due_age_seconds'))} > 10`,
    forSeconds: 30,
    summary: 'A price was reached {{ $value | humanizeDuration }} ago, and what was to happen at it has not been done.',
    seen: { dashboard, panel: 'Age of what is due' },
  },
  {
    name: 'SymbolsNotWatched',
    severity: 'page',
    expression: `${total(all('margrave_trigger_shards_held'))} < ${highest(all('margrave_trigger_shards'))}`,
    forSeconds: 60,
    summary: 'Only {{ $value }} parts of the symbols are worked on: of the others no stop loss is executed.',
    seen: { dashboard, panel: 'Parts of the symbols' },
  },
];
