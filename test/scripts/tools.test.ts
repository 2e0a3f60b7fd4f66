import { describe, expect, it } from "vitest";
import { findTool, type ToolMode, toolModeOf } from "../support/tools.js";

const present = () => undefined;
const missing = () => "not installed";

describe("a tool that some tests need", () => {
  it.each<[ToolMode, string, () => string | undefined, string]>([
    ["present", "is used where it is there", present, ""],
    [
      "present",
      "is skipped with the reason where it is missing",
      missing,
      " (SKIPPED: needs a tool; not installed)",
    ],
    ["all", "is used where it is there", present, ""],
    ["none", "is skipped although it is there", present, " (SKIPPED: needs a tool)"],
  ])("in mode %s %s", (mode, _, find, skipNote) => {
    expect(findTool("a tool", find, mode)).toEqual({ isUsable: skipNote === "", skipNote });
  });

  it("fails the run in mode all where it is missing", () => {
    expect(() => findTool("a tool", missing, "all")).toThrow("tests need a tool: not installed");
  });

  it.each<[NodeJS.ProcessEnv, ToolMode]>([
    [{}, "present"],
    [{ CI: "true" }, "all"],
    [{ CI: "true", TEST_TOOLS: "none" }, "none"],
    [{ TEST_TOOLS: "all" }, "all"],
  ])("with the environment %j has mode %s", (env, mode) => {
    expect(toolModeOf(env)).toBe(mode);
  });

  it("fails the run for a mode that does not exist", () => {
    expect(() => toolModeOf({ TEST_TOOLS: "some" })).toThrow("one of none, present, all");
  });
});
