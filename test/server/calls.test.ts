import { EventEmitter } from "node:events";
import type { BinaryWriter } from "@bufbuild/protobuf/wire";
import { Metadata, type sendUnaryData, status } from "@grpc/grpc-js";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { Refusal } from "../../src/domain/refusal.js";
import type { Admission } from "../../src/server/admission.js";
import { createCallLog } from "../../src/server/call_log.js";
import { createCallTurns } from "../../src/server/call_turns.js";
import { unary } from "../../src/server/calls.js";
import { createInFlight } from "../../src/server/in_flight.js";
import { settle } from "../support/clock.js";

/** A method that a test calls without a network, and whose calls start one in each turn of the event loop. */
function stage() {
  const inFlight = createInFlight();
  const counted: string[] = [];
  const admission: Admission = {
    ...createCallTurns(1),
    enter: (caller) => void counted.push(caller),
    leave: () => void counted.pop(),
    isFullForSome: false,
    isFullFor: () => false,
  };
  const handled: string[] = [];
  const method = {
    request: { decode: () => ({}) },
    response: { encode: (_message: object, writer: BinaryWriter) => writer },
    handle: async (caller: string) => {
      handled.push(caller);
      return {};
    },
  };
  const kind = {
    authenticate: ([value = ""]: readonly string[]) => value,
    describe: (app: string) => ({ app }),
    keyOf: (app: string) => app,
  };
  const log = createCallLog(pino({ level: "silent" }), { admits: () => false, close: () => {} });
  const handler = unary("Test", kind, method, {
    log,
    inFlight,
    admissions: { calls: admission, watches: admission },
  });
  const codes: unknown[] = [];
  function call(caller: string) {
    const metadata = new Metadata();
    metadata.set("authorization", caller);
    const request = { take: () => new Uint8Array() };
    const one = Object.assign(new EventEmitter(), {
      cancelled: false,
      metadata,
      request,
      getDeadline: () => 0,
    });
    const answer: sendUnaryData<Buffer> = (error) => codes.push(error ? error.code : status.OK);
    handler(one as never, answer);
    return () => {
      one.cancelled = true;
      one.emit("cancelled");
    };
  }
  return { inFlight, call, handled, codes, counted };
}

describe("a call", () => {
  it("is handled when its turn has come and not before", async () => {
    const { call, handled, codes, counted } = stage();
    for (let count = 0; count < 3; count++) call("shop");
    expect(counted).toHaveLength(3);
    const counts: number[] = [];
    for (let turn = 0; turn < 3; turn++) {
      await settle();
      counts.push(handled.length);
    }
    expect(counts.at(0)).toBeLessThan(3);
    expect(counts.at(-1)).toBe(3);
    expect(codes).toEqual([status.OK, status.OK, status.OK]);
    expect(counted).toEqual([]);
  });

  it("whose client leaves while it waits for its turn is not handled, and counts no more", async () => {
    const { call, handled, counted } = stage();
    call("shop");
    const cancel = call("shop");
    await Promise.resolve();
    cancel();
    for (let turn = 0; turn < 3; turn++) await settle();
    expect(handled).toHaveLength(1);
    expect(counted).toEqual([]);
  });

  it("that waits for its turn when the server stops is handled like one that runs, and one that comes later is refused", async () => {
    const { inFlight, call, handled, codes } = stage();
    for (let count = 0; count < 3; count++) call("shop");
    await Promise.resolve();
    inFlight.stop(new Refusal("SERVER_DRAINING"));
    call("shop");
    await inFlight.none();
    expect(handled).toHaveLength(3);
    expect(codes.filter((code) => code === status.OK)).toHaveLength(3);
    expect(codes.filter((code) => code === status.UNAVAILABLE)).toHaveLength(1);
  });

  it("that still waits for its turn when the calls are ended is refused at once", async () => {
    const { inFlight, call, handled, codes } = stage();
    for (let count = 0; count < 3; count++) call("shop");
    await Promise.resolve();
    inFlight.stop(new Refusal("SERVER_DRAINING"));
    inFlight.endCalls();
    await inFlight.none();
    expect(handled).toHaveLength(1);
    expect(codes.filter((code) => code === status.UNAVAILABLE)).toHaveLength(2);
  });
});
