/** A program beside Node.js and npm's packages that some tests need. */
export interface Tool {
  /** True if the tests that need it run. */
  readonly isUsable: boolean;
  /** Appended to the titles of tests that need it: empty, or ` (SKIPPED: …)` with the reason. */
  readonly skipNote: string;
}

/**
 * The tests that run of those that need a tool:
 *
 * - `none`: none, whether or not the tool is there. `npm test` sets it, so that it takes equally long everywhere.
 * - `present`: those whose tool is on this machine.
 * - `all`: all, and a missing tool is an error. `npm run test:all` sets it, and it is the default where `CI` is set.
 */
export type ToolMode = (typeof modes)[number];
const modes = ["none", "present", "all"] as const;

/**
 * Returns the mode that the environment variables `TEST_TOOLS` and `CI` ask for.
 *
 * @throws Error when `TEST_TOOLS` is not a mode.
 */
export function toolModeOf({ TEST_TOOLS: name, CI: ci }: NodeJS.ProcessEnv): ToolMode {
  if (!name) return ci ? "all" : "present";
  const mode = modes.find((one) => one === name);
  if (!mode) throw new Error(`TEST_TOOLS is ${JSON.stringify(name)}; it must be one of ${modes.join(", ")}`);
  return mode;
}

/**
 * Looks for a tool.
 *
 * @param name Completes the reason "needs …".
 * @param findProblem Returns what is missing, or `undefined` if the tool can be used. Not called in mode `none`.
 * @throws Error when the tool is missing and every test must run.
 */
export function findTool(
  name: string,
  findProblem: () => string | undefined,
  mode: ToolMode = toolModeOf(process.env),
): Tool {
  if (mode === "none") return { isUsable: false, skipNote: ` (SKIPPED: needs ${name})` };
  const problem = findProblem();
  if (problem === undefined) return { isUsable: true, skipNote: "" };
  if (mode === "all") throw new Error(`tests need ${name}: ${problem}. No test may be skipped in this run`);
  return { isUsable: false, skipNote: ` (SKIPPED: needs ${name}; ${problem})` };
}
