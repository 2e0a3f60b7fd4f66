import { EventEmitter } from "node:events";
import type { ServerHttp2Stream } from "node:http2";
import { describe, expect, it } from "vitest";
import { createOpenCalls } from "../../../src/server/http2/open_calls.js";
import { flushPromises } from "../../support/clock.js";

/** The calls of one connection, which counts how often one of them began and ended to run. */
function fixture() {
  const connection = { runningCalls: 0 };
  let proofs = 0;
  const openCalls = createOpenCalls(
    {
      metadataBytes: 1_000,
      incompleteRequests: 10,
      requestSweeps: 10,
      requestStreamSweeps: 60,
      minEvictionSweeps: 1,
    },
    {
      trackCall() {
        connection.runningCalls += 1;
        proofs += 1;
        return connection;
      },
      untrackCall() {
        connection.runningCalls -= 1;
      },
    },
    () => ({ kind: "unary", needsCredential: true }),
    () => {},
    { count: () => {}, close: () => {} },
  );
  function begin() {
    const stream = Object.assign(new EventEmitter(), { session: {}, readableEnded: false });
    openCalls.add(stream as unknown as ServerHttp2Stream, {}, 0, 1);
    return {
      complete() {
        stream.readableEnded = true;
        stream.emit("end");
      },
      close: () => stream.emit("close"),
    };
  }
  return { begin, running: () => connection.runningCalls, proofs: () => proofs };
}

describe("a call", () => {
  it("that is over within its turn of the event loop proves its connection if its request was complete", async () => {
    const { begin, running, proofs } = fixture();
    const call = begin();
    call.complete();
    call.close();
    await flushPromises();
    expect([proofs(), running()]).toEqual([1, 0]);
  });

  it("that is given up within its turn proves nothing if its request was not complete", async () => {
    const { begin, running, proofs } = fixture();
    begin().close();
    await flushPromises();
    expect([proofs(), running()]).toEqual([0, 0]);
  });

  it("whose request comes within its turn runs from then on until it closes", async () => {
    const { begin, running } = fixture();
    const call = begin();
    call.complete();
    await flushPromises();
    expect(running()).toBe(1);
    call.close();
    expect(running()).toBe(0);
  });

  it("whose request comes later runs from the end of the request on", async () => {
    const { begin, running } = fixture();
    const call = begin();
    await flushPromises();
    expect(running()).toBe(0);
    call.complete();
    expect(running()).toBe(1);
    call.close();
    expect(running()).toBe(0);
  });
});
