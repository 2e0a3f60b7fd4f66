import { EventEmitter } from "node:events";
import type { BinaryWriter } from "@bufbuild/protobuf/wire";
import { Metadata, type sendUnaryData, status } from "@grpc/grpc-js";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { systemClock } from "../../../src/base/clock.js";
import { createTurnScheduler } from "../../../src/base/turns/turn_scheduler.js";
import { TicketError } from "../../../src/domain/ticket_error.js";
import type { Admission } from "../../../src/server/calls/admission.js";
import { createUnaryHandler } from "../../../src/server/calls/call_handler.js";
import { createCallLog } from "../../../src/server/calls/call_log.js";
import { silentCallObserver } from "../../../src/server/calls/call_observer.js";
import { createInFlightCalls } from "../../../src/server/calls/in_flight.js";
import { flushPromises } from "../../support/clock.js";

/** Creates a method that a test calls without a network. One call starts in each turn of the event loop. */
function setUp() {
  const inFlight = createInFlightCalls();
  const counted: string[] = [];
  const admission: Admission = {
    ...createTurnScheduler(1),
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
    logFieldsOf: (app: string) => ({ app }),
    limitKeyOf: (app: string) => app,
  };
  const log = createCallLog(pino({ level: "silent" }), { allows: () => false, close: () => {} });
  const handler = createUnaryHandler("Test", kind, method, {
    ...{ log, observer: silentCallObserver },
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

describe("the call handler", () => {
  it("handles a call only when its turn comes", async () => {
    const { call, handled, codes, counted } = setUp();
    for (let count = 0; count < 3; count++) call("shop");
    expect(counted).toHaveLength(3);
    const counts: number[] = [];
    for (let turn = 0; turn < 3; turn++) {
      await flushPromises();
      counts.push(handled.length);
    }
    expect(counts.at(0)).toBeLessThan(3);
    expect(counts.at(-1)).toBe(3);
    expect(codes).toEqual([status.OK, status.OK, status.OK]);
    expect(counted).toEqual([]);
  });

  it("does not handle a call whose client cancels it while it waits for its turn, and no longer counts it", async () => {
    const { call, handled, counted } = setUp();
    call("shop");
    const cancel = call("shop");
    await Promise.resolve();
    cancel();
    for (let turn = 0; turn < 3; turn++) await flushPromises();
    expect(handled).toHaveLength(1);
    expect(counted).toEqual([]);
  });

  it("handles a call that already waits when the server stops, and rejects a later one", async () => {
    const { inFlight, call, handled, codes } = setUp();
    for (let count = 0; count < 3; count++) call("shop");
    await Promise.resolve();
    void inFlight.stop(new TicketError("SERVER_DRAINING"), { timeMs: 0, timer: systemClock });
    call("shop");
    await inFlight.whenIdle();
    expect(handled).toHaveLength(3);
    expect(codes.filter((code) => code === status.OK)).toHaveLength(3);
    expect(codes.filter((code) => code === status.UNAVAILABLE)).toHaveLength(1);
  });

  it("rejects a waiting call at once when the remaining calls are ended", async () => {
    const { inFlight, call, handled, codes } = setUp();
    for (let count = 0; count < 3; count++) call("shop");
    await Promise.resolve();
    void inFlight.stop(new TicketError("SERVER_DRAINING"), { timeMs: 0, timer: systemClock });
    inFlight.endCalls();
    await inFlight.whenIdle();
    expect(handled).toHaveLength(1);
    expect(codes.filter((code) => code === status.UNAVAILABLE)).toHaveLength(2);
  });
});
