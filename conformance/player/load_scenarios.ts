import { readdirSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import type { z } from "zod";
import {
  type Failure,
  fileSchema,
  type KnownGap,
  knownGapsSchema,
  type Scenario,
  type Step,
} from "./schema.js";
import { expandTable } from "./table.js";

const folder = new URL("../scenarios/", import.meta.url);

/** Scenarios, and the steps that several of them share. */
export interface Suite {
  readonly scenarios: readonly Scenario[];
  readonly fragments: ReadonlyMap<string, readonly Step[]>;
}

/** The mistakes in the files, one a line. */
export class ScenarioError extends Error {
  constructor(mistakes: readonly string[]) {
    super(`The scenarios have mistakes:\n${mistakes.map((mistake) => `  ${mistake}`).join("\n")}`);
    this.name = "ScenarioError";
  }
}

/**
 * Reads all scenarios.
 *
 * @throws ScenarioError with every mistake.
 */
export function loadScenarios(): Suite {
  const names = readdirSync(folder).filter((file) => file.endsWith(".yaml"));
  return readScenarios(names.sort().map((name) => [name, readFileSync(new URL(name, folder), "utf8")]));
}

/** Reads scenarios from files, given as names and texts. @throws ScenarioError with every mistake. */
export function readScenarios(files: readonly (readonly [string, string])[]): Suite {
  const mistakes: string[] = [];
  const fragments = new Map<string, readonly Step[]>();
  const scenarios: Scenario[] = [];
  for (const [file, text] of files) {
    const content = readYaml(file, text, fileSchema, mistakes);
    if (!content) continue;
    for (const [name, steps] of Object.entries(content.fragments)) {
      if (fragments.has(name)) mistakes.push(`${file}: fragments.${name}: there is another one`);
      fragments.set(name, steps);
    }
    scenarios.push(...content.scenarios);
    if (content.table)
      scenarios.push(...expandTable(content.table, (mistake) => mistakes.push(`${file}: ${mistake}`)));
  }
  const seen = new Set<string>();
  for (const { name, steps } of scenarios) {
    if (seen.has(name)) mistakes.push(`there are two scenarios with the name ${JSON.stringify(name)}`);
    seen.add(name);
    checkSteps(name, steps, fragments, mistakes);
  }
  for (const [name, steps] of fragments) checkSteps(`fragment ${name}`, steps, fragments, mistakes);
  if (mistakes.length > 0) throw new ScenarioError(mistakes);
  return { scenarios, fragments };
}

/** Reads the known gaps. @throws ScenarioError with every mistake. */
export function loadKnownGaps(): readonly KnownGap[] {
  const file = "known_gaps.yaml";
  const mistakes: string[] = [];
  const text = readFileSync(new URL(`../${file}`, import.meta.url), "utf8");
  const gaps = readYaml(file, text, knownGapsSchema, mistakes);
  if (!gaps) throw new ScenarioError(mistakes);
  return gaps;
}

function readYaml<Schema extends z.ZodType>(
  file: string,
  text: string,
  schema: Schema,
  mistakes: string[],
): z.output<Schema> | undefined {
  let content: unknown;
  try {
    content = parse(text);
  } catch (error) {
    mistakes.push(`${file}: ${(error as Error).message}`);
    return undefined;
  }
  const result = schema.safeParse(content);
  if (result.success) return result.data;
  for (const { path, message } of result.error.issues)
    mistakes.push(`${file}: ${path.join(".")}: ${message}`);
  return undefined;
}

/** Checks what the schema of a single step cannot know. */
function checkSteps(
  where: string,
  steps: readonly Step[],
  fragments: ReadonlyMap<string, readonly Step[]>,
  mistakes: string[],
): void {
  const begun = new Set<string>();
  const report = (index: number, mistake: string) => mistakes.push(`${where}: step ${index + 1}: ${mistake}`);
  steps.forEach((step, index) => {
    if (step.kind === "play" && !fragments.has(step.play)) report(index, `there is no fragment ${step.play}`);
    if ((step.kind === "call" || step.kind === "next") && step.begin !== undefined) {
      begun.add(step.begin);
      if (step.gives ?? step.fails ?? step.as)
        report(index, "the end of a call that begins here is in its finish");
    }
    if (step.kind === "finish" && !begun.delete(step.finish)) report(index, `${step.finish} has not begun`);
    if (step.kind === "call" && (step.times === undefined) !== (step.outcomes === undefined)) {
      report(index, "times and outcomes belong together");
    }
    if (step.kind === "call" && step.times !== undefined && step.outcomes) {
      const total = step.outcomes.reduce((sum, { count }) => sum + count, 0);
      if (total !== step.times) report(index, `the outcomes are ${total}, the calls ${step.times}`);
    }
    const ends = [
      "gives" in step && step.gives,
      "fails" in step && (step.fails as Failure | undefined),
      "ends" in step && step.ends,
      "until" in step && step.until,
    ].filter(Boolean);
    if (ends.length > 1) report(index, "has more than one of gives, fails, ends and until");
  });
  for (const name of begun) mistakes.push(`${where}: ${name} begins and never finishes`);
}
