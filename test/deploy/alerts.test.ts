import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { findTool } from "../support/tools.js";
import { type AlertCase, alertCases, type Series } from "./alert_cases.js";
import { unknownNamesIn } from "./known_metrics.js";

const directory = resolve("deploy/monitoring/prometheus");

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: {
    readonly summary: string;
    readonly description: string;
    readonly runbook_url: string;
  };
}

const { groups } = parse(readFileSync(join(directory, "rules.yaml"), "utf8")) as {
  readonly groups: readonly { readonly rules: readonly Rule[] }[];
};
const rules = groups.flatMap((group) => group.rules);

const documented = readFileSync("docs/metrics.md", "utf8");

const runPromtool = (...words: string[]) => spawnSync("promtool", words, { encoding: "utf8" });

const promtool = findTool("promtool", () =>
  runPromtool("--version").error ? "install Debian's package prometheus" : undefined,
);

describe("the alert rules", () => {
  it.each(rules)("$alert uses only metrics and labels that exist", ({ expr }) => {
    expect(unknownNamesIn(expr)).toEqual([]);
  });

  it.each(rules)("$alert has a severity, texts, and a section of the run-book", ({ labels, annotations }) => {
    expect(["critical", "warning"]).toContain(labels.severity);
    expect(annotations.summary).not.toBe("");
    expect(annotations.description).toMatch(/\.$/);
    const { file, anchor } =
      /blob\/main\/(?<file>[\w./]+)#(?<anchor>[\w-]+)$/.exec(annotations.runbook_url)?.groups ?? {};
    const headings = readFileSync(file ?? "", "utf8").matchAll(/^#+ (.*)$/gm);
    const anchors = [...headings].map(([, heading = ""]) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\w\s-]/g, "")
        .replaceAll(" ", "-"),
    );
    expect(anchors).toContain(anchor);
  });

  it("are listed in docs/metrics.md with their severity", () => {
    const rows = documented.matchAll(/^\| `(?<alert>Qrlogin\w+)` \| (?<severity>\w+) \|/gm);
    expect([...rows].map(({ groups }) => ({ ...groups }))).toEqual(
      rules.map(({ alert, labels: { severity } }) => ({ alert, severity })),
    );
  });

  it("each has a case that shows when it fires", () => {
    expect(alertCases.map(({ alert }) => alert)).toEqual(rules.map(({ alert }) => alert));
  });
});

it("the queries of docs/metrics.md use only metrics and labels that exist", () => {
  const queries = [...documented.matchAll(/```promql\n(.*?)```/gs)].map(([, query = ""]) => query);
  expect(queries).not.toEqual([]);
  expect(queries.flatMap(unknownNamesIn)).toEqual([]);
});

/** Returns the file with which promtool tests one alert. */
function testFileOf({ alert, fires, silent, labels, after }: AlertCase): object {
  const severity = rules.find((rule) => rule.alert === alert)?.labels.severity;
  const all = { alertname: alert, alertstate: "firing", severity, ...labels };
  const firing = `ALERTS{${Object.entries(all).map(([name, value]) => `${name}="${value}"`)}}`;
  const test = (name: string, series: Series, expected: object[]) => ({
    name,
    interval: "1m",
    input_series: Object.entries(series).map(([key, values]) => ({ series: key, values })),
    promql_expr_test: [
      {
        expr: `ALERTS{alertname="${alert}", alertstate="firing"}`,
        eval_time: `${after}m`,
        exp_samples: expected,
      },
    ],
  });
  return {
    rule_files: [join(directory, "rules.yaml")],
    evaluation_interval: "1m",
    tests: [test("fires", fires, [{ labels: firing, value: 1 }]), test("is silent", silent, [])],
  };
}

describe.skipIf(!promtool.isUsable)(`promtool${promtool.skipNote}`, () => {
  it("accepts the rules and the scrape configuration, which names them", () => {
    const { status, stdout, stderr } = runPromtool("check", "config", join(directory, "scrape.yaml"));
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toContain(`${rules.length} rules found`);
  });

  it.each(alertCases)("$alert fires when it should, and is silent otherwise", (alertCase) => {
    const folder = mkdtempSync(join(tmpdir(), "qrlogin-alerts-"));
    const file = join(folder, "test.yaml");
    writeFileSync(file, stringify(testFileOf(alertCase)));
    const { status, stdout, stderr } = runPromtool("test", "rules", file);
    rmSync(folder, { recursive: true });
    expect([status, stdout + stderr]).toEqual([0, expect.stringContaining("SUCCESS")]);
  });
});
