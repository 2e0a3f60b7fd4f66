import {
  type DataSourceRef,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  TooltipDisplayMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  VariableRefresh,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as TimeSeriesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import type { DashboardDefinition, PanelDefinition, Query } from "./panel.js";

/** The data source that is chosen in the dashboard. */
const datasource: DataSourceRef = { type: "prometheus", uid: "$datasource" };

/** Size of a panel in the units of the grid, which is 24 wide. */
const sizes = { graph: { width: 8, height: 8 }, stat: { width: 4, height: 4 } };

/** Returns the dashboard in the JSON model of Grafana. */
export function buildDashboard(definition: DashboardDefinition): Dashboard {
  const { uid, title, description, presenceMetric, rows } = definition;
  const builder = new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags(["qrlogin"])
    .time({ from: "now-3h", to: "now" })
    .refresh("30s")
    .timezone("browser")
    .tooltip(DashboardCursorSync.Crosshair)
    .withVariable(new DatasourceVariableBuilder("datasource").label("Data source").type("prometheus"))
    .withVariable(choiceOf("job", "Job", `label_values(${presenceMetric}, job)`))
    .withVariable(choiceOf("instance", "Instance", `label_values(${presenceMetric}{job=~"$job"}, instance)`));
  let id = 0;
  for (const row of rows) {
    builder.withRow(new RowBuilder(row.title).id(++id));
    for (const panel of row.panels) builder.withPanel(toPanel(panel).id(++id));
  }
  return builder.build();
}

/** Returns a variable with the values that Prometheus has, of which several can be chosen. */
function choiceOf(name: string, label: string, query: string): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(datasource)
    .query(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .multi(true)
    .includeAll(true)
    .current({ selected: true, text: "All", value: "$__all" });
}

function toPanel({ title, description, unit, queries, kind, isSigned = false }: PanelDefinition) {
  const { width, height } = sizes[kind ?? "graph"];
  const builder = kind === "stat" ? toStat() : toTimeSeries();
  builder
    .title(title)
    .description(description)
    .datasource(datasource)
    .unit(unit)
    .span(width)
    .height(height)
    .targets(queries.map(toTarget));
  return isSigned ? builder : builder.min(0);
}

function toStat(): StatBuilder {
  return new StatBuilder().reduceOptions(new ReduceDataOptionsBuilder().calcs(["lastNotNull"]));
}

function toTimeSeries(): TimeSeriesBuilder {
  return new TimeSeriesBuilder()
    .fillOpacity(10)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending));
}

function toTarget({ expr, legend }: Query, index: number): DataqueryBuilder {
  const refId = String.fromCharCode("A".charCodeAt(0) + index);
  return new DataqueryBuilder().refId(refId).expr(expr).legendFormat(legend).range();
}
