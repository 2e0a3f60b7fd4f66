import fc from "fast-check";
import { type Logger, pino } from "pino";
import { describe, expect, test } from "vitest";
import { redaction } from "../../../src/log/redaction.js";
import { type CallLogFields, createCallLineWriter } from "../../../src/server/calls/call_line.js";

const fields: CallLogFields = {
  ...{ method: "GetStatus", app: "shop", pool: undefined, admin: undefined, code: "OK", durationMs: 0.25 },
  ...{
    ticket: undefined,
    reason: undefined,
    limit: undefined,
    cause: undefined,
    requestId: undefined,
    traceId: undefined,
    spanId: undefined,
  },
};

/** Creates a logger like the service's, with the lines that it has written. */
function captured(level: string): { readonly log: Logger; readonly lines: string[] } {
  const lines: string[] = [];
  const log = pino({ level, redact: redaction }, { write: (line) => void lines.push(line) });
  return { log, lines };
}

/** Returns the line without its time, and the names of its fields in order. */
function read(line: string | undefined): readonly [object, readonly string[]] {
  const { time, ...rest } = JSON.parse(line ?? "");
  expect(time).toBeGreaterThan(1_700_000_000_000);
  return [rest, Object.keys(rest)];
}

const text = fc.oneof(
  fc.string({ unit: "binary" }),
  ...[fc.constantFrom("", '"\\', "\n", "\u2028\ud800", '","level":60,"x":"'), fc.string({ minLength: 101 })],
);
const maybe = fc.option(text, { nil: undefined });

describe("the log line of a call", () => {
  test("the log line of a call equals the line that pino would write, whatever its texts contain", () => {
    const { log, lines } = captured("info");
    const child = log.child({ worker: 3, name: '"quoted"' });
    const write = createCallLineWriter(child);
    const durationMs = fc.double({ noNaN: true, noDefaultInfinity: true, min: 0 });
    const some = {
      method: text,
      app: maybe,
      pool: maybe,
      admin: maybe,
      code: text,
      durationMs,
      ticket: maybe,
    };
    fc.assert(
      fc.property(
        fc.record({
          ...some,
          reason: maybe,
          limit: maybe,
          cause: maybe,
          requestId: maybe,
          traceId: maybe,
          spanId: maybe,
        }),
        (all) => {
          lines.length = 0;
          write(all);
          child.info(all, "call");
          const [ours, theirs, ...more] = lines;
          expect(more).toEqual([]);
          expect(ours?.indexOf("\n")).toBe((ours?.length ?? 0) - 1);
          expect(read(ours)).toEqual(read(theirs));
        },
      ),
    );
  });

  test("the log line of a call has the logger's own forms of time and level", () => {
    const lines: string[] = [];
    const formatters = { level: (label: string) => ({ level: label }) };
    const options = { formatters, timestamp: () => ',"time":"2026-01-02T03:04:05.006Z"' };
    const log = pino(options, { write: (line) => void lines.push(line) }).child({ worker: 1 });
    createCallLineWriter(log)(fields);
    log.info(fields, "call");
    expect(lines[0]).toBe(lines[1]);
    expect(lines[0]).toMatch(/^\{"level":"info","time":"2026-01-02T03:04:05\.006Z",/);
  });

  test("the log line of a call is written by the time the call is over", () => {
    const { log, lines } = captured("info");
    createCallLineWriter(log)(fields);
    expect(lines).toHaveLength(1);
  });

  test("the log line of a call depends on the logger's level, even after the level changes", () => {
    const { log, lines } = captured("warn");
    const write = createCallLineWriter(log);
    write(fields);
    expect(lines).toHaveLength(0);
    log.level = "info";
    write(fields);
    expect(lines).toHaveLength(1);
    log.level = "silent";
    write(fields);
    expect(lines).toHaveLength(1);
  });

  test("the log line of a call contains bindings that the logger receives later", () => {
    const { log, lines } = captured("info");
    const write = createCallLineWriter(log);
    log.setBindings({ node: "a" });
    write(fields);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ node: "a", method: "GetStatus", msg: "call" });
  });
});
