import { beforeEach, describe, expect, it } from "vitest";
import { basic, type Calls, callersOf, createTestTicket, responseOrThrow } from "../../support/callers.js";
import { appSecrets } from "../../support/server.js";
import { createCountingStore } from "../counting_store.js";
import { openStream, type Stream, type TestRequest } from "../http.js";
import { alice, gateway, server, setUpGateway } from "../setup.js";
import { callRpc, envelope, envelopesOf, errorOf, rpcPath } from "./rpc_calls.js";

let store = createCountingStore();
beforeEach(() => {
  store = createCountingStore();
});
setUpGateway({
  service: { store: (embedded) => store.wrap(embedded) },
  gateway: { rpcMethods: ["WatchStatus"], limits: { streams: 8, streamsPerAddress: 2 } },
});

const authorization = basic("shop", appSecrets.shop);
const json = { authorization, "content-type": "application/connect+json" };
const path = rpcPath("WatchStatus");

let shop: Calls;
beforeEach(() => {
  shop = callersOf(server.client).app("shop");
});

/** Sends the request as one enveloped message. */
function openWatchOf(message: object, headers: TestRequest["headers"] = json): Promise<Stream> {
  const body = envelope(Buffer.from(JSON.stringify(message)));
  return openStream(gateway.url + path, { method: "POST", headers, body }, "latin1");
}

/** Opens a watch of a new ticket, and resolves once the first status has arrived. */
async function openWatch(): Promise<{ readonly stream: Stream; readonly ticketId: string }> {
  const { ticketId, ticketSecret } = await createTestTicket(shop);
  const stream = await openWatchOf({ ticketId, ticketSecret });
  await stream.until("TICKET_STATE_PENDING");
  return { stream, ticketId };
}

/** Returns the messages of a stream as JSON. */
const messagesOf = (stream: Stream) =>
  envelopesOf(Buffer.from(stream.text(), "latin1")).map(({ flags, data }) => ({
    flags,
    ...JSON.parse(String(data)),
  }));

describe("a watch over the Connect protocol", () => {
  it("a watch receives each status at once, and ends after the last one", async () => {
    const { stream, ticketId } = await openWatch();
    expect([stream.status, stream.headers["content-type"]]).toEqual([200, "application/connect+json"]);
    responseOrThrow(await alice.markScanned({ $case: "ticketId", value: ticketId }));
    await stream.until("TICKET_STATE_SCANNED");
    responseOrThrow(await alice.cancel({ ticketId }));
    await stream.ended;
    const [pending, scanned, cancelled, end] = messagesOf(stream);
    expect(pending).toMatchObject({ flags: 0, status: { ticketId, state: "TICKET_STATE_PENDING" } });
    expect(scanned).toMatchObject({ flags: 0, status: { scannedBy: { nickname: "alice-nick" } } });
    expect(cancelled).toMatchObject({ flags: 0, status: { state: "TICKET_STATE_CANCELLED" } });
    expect(end).toEqual({ flags: 2 });
    expect(gateway.lines.filter(({ route }) => route === path)).toMatchObject([{ status: 200 }]);
  });

  it("an error of the service is in the end of the stream", async () => {
    const { ticketId } = await createTestTicket(shop);
    const ticketSecret = "a".repeat(43);
    const stream = await openWatchOf({ ticketId, ticketSecret });
    await stream.ended;
    const [end] = messagesOf(stream);
    expect(end).toMatchObject({
      flags: 2,
      error: {
        code: "not_found",
        details: [{ debug: { reason: "TICKET_NOT_FOUND" } }, { type: "google.rpc.RequestInfo" }],
      },
    });
    expect(gateway.lines.at(-1)).toMatchObject({ route: path, reason: "TICKET_NOT_FOUND" });
  });

  it("a caller that disconnects ends the watch of the service", async () => {
    const { stream } = await openWatch();
    expect(store.openWatches()).toBe(1);
    stream.leave();
    await expect.poll(store.openWatches).toBe(0);
  });

  it("a caller's time-out ends the watch", async () => {
    const { ticketId, ticketSecret } = await createTestTicket(shop);
    const stream = await openWatchOf({ ticketId, ticketSecret }, { ...json, "connect-timeout-ms": "30" });
    await stream.ended;
    expect(messagesOf(stream).at(-1)).toMatchObject({ flags: 2, error: { code: "deadline_exceeded" } });
    await expect.poll(store.openWatches).toBe(0);
  });

  it("a stopping gateway ends watches with GATEWAY_STOPPING", async () => {
    const { stream } = await openWatch();
    await gateway.stop();
    await stream.ended;
    expect(messagesOf(stream).at(-1)).toMatchObject({
      flags: 2,
      error: {
        code: "unavailable",
        details: [{ debug: { reason: "GATEWAY_STOPPING" } }, { debug: { retryDelay: "0.5s" } }, {}],
      },
    });
  });

  it("watches count in the limits of streams, and free their place", async () => {
    const first = await openWatch();
    await openWatch();
    const { ticketId, ticketSecret } = await createTestTicket(shop);
    const third = await openWatchOf({ ticketId, ticketSecret });
    await third.ended;
    expect(messagesOf(third)).toMatchObject([
      {
        flags: 2,
        error: { code: "unavailable", details: [{ debug: { reason: "STREAMS_EXHAUSTED" } }, {}, {}] },
      },
    ]);
    first.stream.leave();
    await expect.poll(store.openWatches).toBe(1);
    await openWatch();
  });

  it("a unary body gets 415", async () => {
    const response = await callRpc("WatchStatus", {}, { authorization });
    expect(response.status).toBe(415);
    expect(errorOf(response).details).toMatchObject({ ErrorInfo: { reason: "MEDIA_TYPE_NOT_SUPPORTED" } });
  });
});
