import { describe, expect, it } from "vitest";
import { formatJson, formatReport, type Report } from "../../attack/report.js";
import { scenarios } from "../../attack/scenarios.js";
import { attackTestTarget, type PolicyName, policies, secretsOfTheAttack } from "./attack_fixture.js";
import { buildWith } from "./mutated_build.js";
import { mutations } from "./mutations/all.js";
import type { Mutation } from "./mutations/mutation.js";

describe("the build as it is", () => {
  it.each(Object.keys(policies) as PolicyName[])(
    "holds every promised defence with the policy %s, and no ticket is left",
    async (policy) => {
      const report = await attackTestTarget({ policy });
      expect(titlesOf(report, "failed"), formatReport(report)).toEqual([]);
      for (const secret of await secretsOfTheAttack()) {
        expect(formatReport(report)).not.toContain(secret);
        expect(formatJson(report)).not.toContain(secret);
      }
    },
  );

  it("shows what remains possible: with every defence on, a live page and a caller still succeed", async () => {
    const relays = scenarios.filter(({ threat }) => threat === "T1");
    const open = titlesOf(await attackTestTarget({ policy: "both", scenarios: relays }), "open");
    expect(open).toEqual([expect.stringContaining("live page"), expect.stringContaining("caller")]);
  });

  it("shows every relay as open, and none as failed, with no optional defence on", async () => {
    const relays = scenarios.filter(({ threat }) => threat === "T1");
    const report = await attackTestTarget({ policy: "off", scenarios: relays });
    expect(titlesOf(report, "open")).toHaveLength(4);
    expect(titlesOf(report, "failed")).toEqual([]);
  });
});

describe("a build in which one defence is taken out", () => {
  it.each(mutations.map((mutation) => [mutation.threat, mutation.defence, mutation] as const))(
    "fails by the name of %s without: %s",
    async (threat, _defence, { changes, policy, slowReads = false, title }: Mutation) => {
      const report = await attackTestTarget({
        build: await buildWith(changes),
        slowReads,
        scenarios: scenarios.filter((scenario) => scenario.threat === threat),
        ...(policy && { policy }),
      });
      const failed = titlesOf(report, "failed").join("\n");
      expect(failed, formatReport(report)).toContain(title);
    },
  );

  it("is not built if the source no longer has the defence that a mutation takes out", async () => {
    const gone = { file: "domain/decide.ts", original: "no such text", replacement: "" };
    await expect(buildWith([gone])).rejects.toThrow("no such text");
  });
});

function titlesOf({ rows }: Report, result: string): readonly string[] {
  return rows.filter((row) => row.result === result).map(({ threat, title }) => `${threat} ${title}`);
}
