export { runbookOf, type Alert, type Severity } from './alert.ts';
export { ALERT_GROUPS, DASHBOARDS } from './catalogue.ts';
export type { Dashboard, Panel, Query } from './dashboard.ts';
export { grafanaDashboard } from './grafana.ts';
export { prometheusConfiguration, type PrometheusOptions, type ScrapedService } from './prometheus.ts';
export { PANEL_RANGE } from './promql.ts';
export { rulesFile, type AlertGroup } from './rules.ts';
