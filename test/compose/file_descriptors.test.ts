import { pino } from "pino";
import { beforeEach, describe, expect, it } from "vitest";
import { limitProblem, monitorDescriptors, parseLimit } from "../../src/compose/file_descriptors.js";
import { createManualClock } from "../support/clock.js";
import { startProcess } from "../support/process.js";
import { programArgs } from "../support/program.js";

let lines: Record<string, unknown>[];
const log = pino({ level: "trace" }, { write: (line) => void lines.push(JSON.parse(line)) });

beforeEach(() => {
  lines = [];
});

/** Monitors a process that may have 1,000 descriptors, of which the returned object sets the open ones. */
function startMonitor({
  needed = 1_000,
  limit = 1_000,
}: {
  needed?: number;
  limit?: number | undefined;
} = {}) {
  const clock = createManualClock();
  const process = { open: 100, failure: "" };
  const count = async () => {
    if (process.failure !== "") throw Object.assign(new Error("failed"), { code: process.failure });
    return process.open;
  };
  return { clock, process, end: monitorDescriptors({ needed, limit, log, clock, count }) };
}

describe("the limit of file descriptors", () => {
  it("reads the limit that Linux reports for the process", () => {
    const text = (soft: string) =>
      `Limit  Soft  Hard  Units\nMax open files            ${soft}    4096   files\n`;
    expect(parseLimit(text("1024"))).toBe(1_024);
    expect(parseLimit(text("unlimited"))).toBe(Number.POSITIVE_INFINITY);
    expect(parseLimit("Max processes  1  2  processes\n")).toBeUndefined();
  });

  it("prevents a start only if the limit is too low to load the program", () => {
    expect(limitProblem(undefined)).toBeUndefined();
    expect(limitProblem(256)).toBeUndefined();
    expect(limitProblem(255)).toContain("255");
  });

  it("logs a warning at the start if the configured limits may require more", () => {
    startMonitor({ needed: 1_001 });
    expect(lines).toMatchObject([{ level: 40, limit: 1_000, needed: 1_001 }]);
    lines.length = 0;
    startMonitor();
    expect(lines).toEqual([]);
  });

  it("does not monitor a process without a limit", () => {
    const { clock } = startMonitor({ limit: Number.POSITIVE_INFINITY, needed: 10 ** 9 });
    expect(clock.pendingCount).toBe(0);
    expect(lines).toEqual([]);
  });
});

describe("while nearly all file descriptors are in use", () => {
  it("logs a warning once a minute", async () => {
    const { clock, process, end } = startMonitor();
    process.open = 899;
    await clock.advanceAsync(60_000);
    expect(lines).toEqual([]);
    process.open = 900;
    await clock.advanceAsync(500);
    expect(lines).toMatchObject([{ level: 40, open: 900, limit: 1_000 }]);
    await clock.advanceAsync(59_500);
    expect(lines).toHaveLength(1);
    await clock.advanceAsync(500);
    expect(lines).toHaveLength(2);
    end();
    expect(clock.pendingCount).toBe(0);
  });

  it("spends at most a hundredth of the time on counting", async () => {
    const clock = createManualClock();
    let counts = 0;
    const count = async () => {
      counts += 1;
      await new Promise<void>((resolve) => void clock.after(50, resolve));
      return 0;
    };
    monitorDescriptors({ needed: 0, limit: 1_000, log, clock, count });
    await clock.advanceAsync(550);
    await clock.advanceAsync(4_999);
    expect(counts).toBe(1);
    await clock.advanceAsync(1);
    expect(counts).toBe(2);
  });

  it.each(["EMFILE", "ENFILE"])("logs the warning even if %s prevents the count", async (code) => {
    const { clock, process } = startMonitor();
    process.failure = code;
    await clock.advanceAsync(500);
    expect(lines).toMatchObject([{ level: 40, open: 1_000, limit: 1_000 }]);
  });

  it("logs once that another error prevents the count", async () => {
    const { clock, process } = startMonitor();
    process.failure = "EACCES";
    await clock.advanceAsync(60_000);
    expect(lines).toMatchObject([{ level: 40, code: "EACCES" }]);
    expect(clock.pendingCount).toBe(0);
  });
});

it.skipIf(process.platform !== "linux")(
  "a start with a limit of 100 file descriptors fails with one line that names the limit",
  async () => {
    const program = [process.execPath, ...programArgs("src/main.ts"), "serve"];
    const command = ["-c", 'ulimit -n 100; exec "$0" "$@"', ...program];
    const { code, stdout, stderr } = await startProcess("sh", command).exited;
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^qrlogin: the open files limit is 100; [^\n]*ulimit -n[^\n]*\n$/);
  },
);
