import { describe, expect, it } from "vitest";
import { formatReport, type Report } from "../../attack/report.js";
import { scenarios } from "../../attack/scenarios.js";
import { attackTestTarget, type PolicyName, policies } from "./attack_fixture.js";
import { buildWith } from "./mutated_build.js";
import {
  gatewayMutations,
  limitMutations,
  type Mutation,
  policyMutations,
  serviceMutations,
} from "./mutations.js";

describe("the build as it is", () => {
  it.each(Object.keys(policies) as PolicyName[])(
    "holds every promised defence with the policy %s",
    async (policy) => {
      const report = await attackTestTarget({ policy });
      expect(titlesOf(report, "failed"), formatReport(report)).toEqual([]);
    },
  );
});

describe("a build in which one defence is taken out", () => {
  it.each(
    [...serviceMutations, ...policyMutations, ...limitMutations, ...gatewayMutations].map((one) => [
      one.threat,
      one.defence,
      one,
    ]),
  )(
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
});

function titlesOf({ rows }: Report, result: string): readonly string[] {
  return rows.filter((row) => row.result === result).map(({ threat, title }) => `${threat} ${title}`);
}
