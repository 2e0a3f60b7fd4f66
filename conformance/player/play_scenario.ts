import type { Cast } from "./cast.js";
import { createRun } from "./run.js";
import { type Runner, RunnerLostError } from "./runner_process.js";
import type { Scenario, Step } from "./schema.js";
import type { ServiceBuild } from "./service_host.js";
import { credentialsOf, type Stage, startStage } from "./stage.js";
import { playStep } from "./steps.js";

/** A difference between a scenario and what happened. */
export class ScenarioFailure extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ScenarioFailure";
  }
}

export interface PlayOptions {
  readonly cast: Cast;
  readonly runner: Runner;
  readonly fragments: ReadonlyMap<string, readonly Step[]>;
  /** Start of names of clients and watches at the runner, which plays several scenarios at once. */
  readonly prefix: string;
  /** Build of the service. The source by default. */
  readonly build?: ServiceBuild | undefined;
}

/**
 * Plays a scenario on a stage of its own.
 *
 * @throws ScenarioFailure when something is not as the scenario says.
 * @throws RunnerLostError when the runner cannot be used any more.
 */
export async function playScenario(scenario: Scenario, options: PlayOptions): Promise<void> {
  const stage = await startStage(scenario, options.build);
  const run = createRun(scenario, stage, options);
  const errorOutputBefore = options.runner.errorOutput().length;
  try {
    await playSteps(scenario.steps, "");
    await run.end();
    checkSecrets(stage);
  } catch (error) {
    // Clients that stay open would go on calling.
    if (!(error instanceof RunnerLostError)) await run.end();
    throw error;
  } finally {
    await stage.dispose();
  }

  async function playSteps(steps: readonly Step[], where: string): Promise<void> {
    for (const [index, step] of steps.entries()) {
      const here = `${where}step ${index + 1}`;
      if (step.kind === "play") {
        await playSteps(options.fragments.get(step.play) ?? [], `${here}, ${step.play}, `);
        continue;
      }
      const differences = await playStep(step, run);
      if (differences.length > 0)
        throw new ScenarioFailure(`${here} (${describe(step)}): ${differences.join("; ")}`);
    }
  }

  function checkSecrets({ logText }: Stage): void {
    const secrets = [...run.secrets, ...credentialsOf(options.cast)];
    const texts = [
      ["the log of the service", logText()],
      ["the standard error of the runner", options.runner.errorOutput().slice(errorOutputBefore)],
      ...run.errorMessages.map((message) => ["the message of an error", message] as const),
    ] as const;
    for (const [where, text] of texts) {
      if (secrets.some((secret) => text.includes(secret)))
        throw new ScenarioFailure(`${where} has a secret, a token or the text of a code`);
    }
  }
}

function describe(step: Step): string {
  switch (step.kind) {
    case "call":
      return `${step.call} by ${step.by}`;
    default:
      return `${step.kind} ${String((step as unknown as Record<string, unknown>)[step.kind])}`;
  }
}
