import { runbookOf, type Alert } from './alert.ts';

/** A group of alerts as a file of rules holds it. */
export interface AlertGroup {
  readonly name: string;
  readonly alerts: readonly Alert[];
}

/** A file of rules for Prometheus. */
export const rulesFile = (groups: readonly AlertGroup[]): object => ({
  groups: groups.map(({ name, alerts }) => ({ name, rules: alerts.map(ruleOf) })),
});

const ruleOf = (alert: Alert) => ({
  alert: alert.name,
  expr: alert.expression,
  for: `${alert.forSeconds}s`,
  labels: { severity: alert.severity },
  annotations: {
    summary: alert.summary,
    runbook: runbookOf(alert),
    dashboard: alert.seen.dashboard,
    panel: alert.seen.panel,
  },
});
