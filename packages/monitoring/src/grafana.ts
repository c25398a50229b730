import { LegendDisplayMode, LegendPlacement, VizLegendOptionsBuilder } from '@grafana/grafana-foundation-sdk/common';
import {
  DashboardBuilder,
  DatasourceVariableBuilder,
  RowBuilder,
  type Dashboard as GrafanaDashboard,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import type { Dashboard, Panel } from './dashboard.ts';

const DATASOURCE = { type: 'prometheus', uid: '$datasource' };
/** Grafana's grid is 24 wide. */
const [WIDTH, HEIGHT] = [8, 8];

const LEGEND = new VizLegendOptionsBuilder()
  .showLegend(true)
  .displayMode(LegendDisplayMode.List)
  .placement(LegendPlacement.Bottom)
  .calcs([]);

/** A dashboard as Grafana reads it from a file. */
export function grafanaDashboard({ uid, title, rows }: Dashboard): GrafanaDashboard {
  const builder = new DashboardBuilder(`Margrave: ${title}`)
    .uid(uid)
    .tags(['margrave'])
    .refresh('10s')
    .time({ from: 'now-1h', to: 'now' })
    .timezone('utc')
    .editable()
    .withVariable(new DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus'));
  for (const row of rows) {
    builder.withRow(new RowBuilder(row.title));
    for (const panel of row.panels) builder.withPanel(timeseries(panel));
  }
  return builder.build();
}

function timeseries({ title, sentence, unit, queries }: Panel): PanelBuilder {
  const panel = new PanelBuilder()
    .title(title)
    .description(sentence)
    .unit(unit)
    .min(0)
    .datasource(DATASOURCE)
    .legend(LEGEND)
    .span(WIDTH)
    .height(HEIGHT);
  for (const { expression, legend } of queries) {
    panel.withTarget(new DataqueryBuilder().datasource(DATASOURCE).expr(expression).legendFormat(legend));
  }
  return panel;
}
