import { describe, expect, test } from "vitest";
import { createProcessLog, type LogOptions } from "../../src/log/process_log.js";

const defaults: LogOptions = { level: "info", format: "auto", time: "epoch", levels: "number" };

/** Writes one line to a log with these options. Returns what the standard output got. */
function written(
  options: Partial<LogOptions>,
  { development = true, isTerminal = true, env = {} as Record<string, string> } = {},
): string {
  let text = "";
  const tryWrite = (data: string | Uint8Array) => {
    text += String(data);
    return Buffer.byteLength(String(data));
  };
  const atExit: (() => void)[] = [];
  const stdout = { isTerminal, tryWrite, writeAll: () => {} };
  const environment = { env, stdout, onExit: (callback: () => void) => void atExit.push(callback) };
  const log = createProcessLog({ ...defaults, ...options }, { development }, environment);
  log.info({ ticketSecret: "hidden", app: "shop" }, "hello");
  for (const end of atExit) end();
  return text;
}

describe("the log of a process", () => {
  test("lines are for people in development mode on a terminal, and JSON everywhere else", () => {
    expect(written({})).toContain("hello");
    expect(written({})).not.toContain('"msg"');
    expect(written({}, { isTerminal: false })).toContain('"msg":"hello"');
    expect(written({}, { development: false })).toContain('"msg":"hello"');
  });

  test("the configuration decides on the format, wherever the log is written", () => {
    expect(written({ format: "json" })).toContain('"msg":"hello"');
    const line = written({ format: "pretty" }, { development: false, isTerminal: false });
    expect(line).toMatch(/INFO {2}hello {2}ticketSecret=/);
    expect(line).not.toContain("\u001b");
  });

  test("time and level have the configured forms", () => {
    const json = { format: "json" } as const;
    expect(JSON.parse(written(json))).toMatchObject({ level: 30, time: expect.any(Number) });
    expect(JSON.parse(written({ ...json, time: "iso", levels: "name" }))).toMatchObject({
      level: "info",
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
  });

  test("NO_COLOR turns the colours off", () => {
    expect(written({})).toContain("\u001b");
    expect(written({}, { env: { NO_COLOR: "1" } })).not.toContain("\u001b");
  });

  test("secrets are redacted in every format", () => {
    for (const format of ["json", "pretty"] as const) {
      expect(written({ format })).toContain("[Redacted]");
      expect(written({ format })).not.toContain("hidden");
    }
  });

  test("lines that a full pipe drops are counted while it is still full", () => {
    let isFull = true;
    const tryWrite = (data: string | Uint8Array) => {
      if (isFull) throw Object.assign(new Error("full"), { code: "EAGAIN" });
      return Buffer.byteLength(data);
    };
    const atExit: (() => void)[] = [];
    const stdout = { isTerminal: false, tryWrite, writeAll: () => {} };
    const environment = { env: {}, stdout, onExit: (callback: () => void) => void atExit.push(callback) };
    const losses = { lines: 0 };
    const log = createProcessLog(defaults, { development: false, losses }, environment);
    for (let lines = 0; lines < 1_100; lines += 1) log.info({ padding: "x".repeat(1_000) }, "hello");
    const lost = losses.lines;
    expect(lost).toBeGreaterThan(50);
    expect(lost).toBeLessThan(1_100);
    isFull = false;
    for (const end of atExit) end();
    expect(losses.lines).toBe(lost);
  });
});
