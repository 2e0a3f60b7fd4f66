import { parser } from "@prometheus-io/lezer-promql";

/** A metric in an expression, with the names of the labels that it is selected by. */
export interface Selection {
  readonly metric: string;
  readonly labels: readonly string[];
}

/** Metrics and labels in an expression. */
export interface UsedMetrics {
  readonly selections: readonly Selection[];
  /** Labels that results are grouped or matched by. */
  readonly groupingLabels: readonly string[];
}

/**
 * Returns the metrics and labels of a PromQL expression, by Prometheus' own grammar. Variables of Grafana may stand for
 * a duration.
 *
 * @throws SyntaxError when the expression is not PromQL.
 */
export function parsePromql(expression: string): UsedMetrics {
  const text = expression.replaceAll(/\$__(?:rate_interval|range)/g, "1m");
  const tree = parser.parse(text);
  const selections: { metric: string; labels: string[] }[] = [];
  const groupingLabels: string[] = [];
  tree.iterate({
    enter({ type, from, to, node }) {
      const source = text.slice(from, to);
      if (type.isError) throw new SyntaxError(`no PromQL at ${from}: ${expression}`);
      if (type.name === "VectorSelector") {
        const name = node.getChild("Identifier");
        selections.push({ metric: name ? text.slice(name.from, name.to) : "", labels: [] });
      }
      if (type.name !== "LabelName") return;
      if (node.parent?.name === "GroupingLabels") groupingLabels.push(source);
      else selections.at(-1)?.labels.push(source);
    },
  });
  return { selections, groupingLabels };
}
