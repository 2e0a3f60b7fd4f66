import { pino } from "pino";
import { expect, it } from "vitest";
import { createLogRateLimiter, summaryInterval } from "../../src/log/log_rate_limiter.js";
import { createManualClock } from "../support/clock.js";

function createLimiterAt(level: string) {
  const clock = createManualClock();
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const limit = createLogRateLimiter({ log, clock, linesPerInterval: 3, message: "errors summarized" });
  const admitted = (count: number, budget: string, method: string, reason: string, isFault = false) =>
    Array.from({ length: count }).filter(() => limit.allows({ budget, method, reason, isFault })).length;
  return { clock, lines, limit, admitted };
}

it("allows the first lines of each budget, and summarizes the others by method and reason after a minute", () => {
  const { clock, lines, admitted } = createLimiterAt("info");
  expect(admitted(100, "a", "CreateTicket", "APP_UNAUTHENTICATED")).toBe(3);
  expect(admitted(50, "a", "GetStatus", "APP_UNAUTHENTICATED")).toBe(0);
  expect(admitted(10, "b", "GetStatus", "TICKET_NOT_FOUND")).toBe(3);
  clock.advance(summaryInterval - 1);
  expect(lines).toEqual([]);
  clock.advance(1);
  const counts = {
    CreateTicket: { APP_UNAUTHENTICATED: 97 },
    GetStatus: { APP_UNAUTHENTICATED: 50, TICKET_NOT_FOUND: 7 },
  };
  expect(lines).toMatchObject([{ level: 30, msg: "errors summarized", counts }]);
});

it("begins each interval with full budgets, and has no timer or summary if there was nothing to count", () => {
  const { clock, lines, admitted } = createLimiterAt("info");
  for (let minute = 0; minute < 3; minute++) {
    expect(admitted(3, "a", "GetStatus", "TICKET_EXPIRED")).toBe(3);
    clock.advance(summaryInterval);
  }
  expect(lines).toEqual([]);
  expect(clock.pendingCount).toBe(0);
});

it("writes the summary at level warn if it contains internal errors", () => {
  const { clock, lines, admitted } = createLimiterAt("warn");
  admitted(4, "a", "GetStatus", "STORE_UNAVAILABLE", true);
  clock.advance(summaryInterval);
  expect(lines).toMatchObject([{ level: 40, counts: { GetStatus: { STORE_UNAVAILABLE: 1 } } }]);
});

it("allows every line if the log level is debug or trace", () => {
  for (const level of ["debug", "trace"]) {
    const { clock, lines, admitted } = createLimiterAt(level);
    expect(admitted(100, "a", "GetStatus", "TICKET_EXPIRED")).toBe(100);
    clock.advance(summaryInterval);
    expect(lines).toEqual([]);
  }
});

it("writes the last summary when it is closed, and leaves no timer", () => {
  const { clock, lines, limit, admitted } = createLimiterAt("info");
  admitted(5, "a", "GetStatus", "SERVER_DRAINING");
  limit.close();
  expect(lines).toMatchObject([{ counts: { GetStatus: { SERVER_DRAINING: 2 } } }]);
  admitted(5, "a", "GetStatus", "SERVER_DRAINING");
  expect(clock.pendingCount).toBe(0);
});
