import { describe, expect, test } from "vitest";
import { createPrettyPrinter } from "../../src/log/pretty_line.js";

const print = createPrettyPrinter({ hasColors: false });

/** Returns the line that the log would print for these fields. */
const printed = (fields: object) =>
  print(`${JSON.stringify({ level: 30, time: 0, pid: 1, hostname: "a", ...fields })}\n`);

describe("a line of the log for people", () => {
  test("a line has the time of day, the level, the message and the fields, and neither process nor host", () => {
    const line = printed({ msg: "ready", grpc: "127.0.0.1:50051", development: true, note: "two words" });
    expect(line).toMatch(
      /^\d\d:\d\d:00\.000 INFO {2}ready {2}grpc=127\.0\.0\.1:50051 development=true note="two words"\n$/,
    );
  });

  test("a line shows the same level and moment whatever forms they have in JSON", () => {
    const warning = { level: "warn", time: "1970-01-01T00:00:01.002Z", msg: "limits reached" };
    expect(printed(warning)).toMatch(/:01\.002 WARN {2}limits reached\n$/);
    expect(printed({ ...warning, level: 40, time: 1_002 })).toBe(printed(warning));
  });

  test("the stack of an error follows its line", () => {
    const err = { type: "Error", message: "no", stack: "Error: no\n    at here" };
    expect(printed({ level: 50, msg: "call failed", err })).toMatch(
      /ERROR call failed\n {4}Error: no\n {8}at here\n$/,
    );
    expect(printed({ level: 50, msg: "failed", err: "only a text" })).toMatch(/failed\n {4}only a text\n$/);
  });

  test("colours are used only where the terminal has them", () => {
    const line = '{"level":40,"time":0,"msg":"stopping","signal":"SIGTERM"}\n';
    expect(createPrettyPrinter({ hasColors: true })(line)).toContain("\u001b[33mWARN \u001b[0m");
    expect(print(line)).not.toContain("\u001b");
  });

  test("no text of a caller steers the terminal, adds a line or reverses the text", () => {
    const hostile = "a\u001b[2J\u009b31m\n\r\u0007b\u202ec\u2028";
    const line = printed({
      ...{ msg: hostile, cause: hostile, list: [hostile] },
      err: { stack: `${hostile}\nat here` },
    });
    // The line itself, and three lines of the stack.
    expect(line.match(/\n/g)).toHaveLength(4);
    expect(line.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u202e\u2028]/u);
  });
});
