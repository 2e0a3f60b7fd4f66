import { once } from "node:events";
import { constants, createServer, type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import { status } from "@grpc/grpc-js";
import { afterEach, expect, test } from "vitest";
import { createAppClientWithTiming } from "../../src/client/app_client.js";
import { createManualTiming } from "./manual_timing.js";

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup();
});

/** Creates a client of an HTTP/2 proxy that passes every stream to `handle`. */
async function clientOfProxy(handle: (stream: ServerHttp2Stream) => void) {
  let reached = 0;
  const sessions = new Set<ServerHttp2Session>();
  const proxy = createServer();
  proxy.on("session", (session) => sessions.add(session));
  proxy.on("stream", (stream) => {
    reached += 1;
    // Streams that the test breaks report it here.
    stream.on("error", () => {});
    handle(stream);
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  const address = `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const held = createManualTiming();
  const client = createAppClientWithTiming({ address, appId: "shop", appSecret: "s" }, held.timing);
  cleanups.push(() => {
    client.close();
    for (const session of sessions) session.destroy();
    proxy.close();
  });
  return { client, held, reached: () => reached };
}

const begin = (stream: ServerHttp2Stream) =>
  stream.respond({ ":status": 200, "content-type": "application/grpc" });

const cuts: [string, (stream: ServerHttp2Stream) => void][] = [
  [
    "ends the stream without a status",
    (stream) => {
      begin(stream);
      stream.end();
    },
  ],
  [
    "resets the stream",
    (stream) => {
      begin(stream);
      stream.destroy(new Error("upstream gone"));
    },
  ],
  [
    "closes the connection with GOAWAY and an error",
    (stream) => stream.session?.destroy(new Error("too many resets"), constants.NGHTTP2_INTERNAL_ERROR),
  ],
  ["answers 503", (stream) => stream.respond({ ":status": 503 }, { endStream: true })],
];

test.each(cuts)("a watch reconnects when a proxy %s", async (_what, cut) => {
  const { client, held, reached } = await clientOfProxy(cut);
  const statuses = client.watchStatus({ ticketId: "t" })[Symbol.asyncIterator]();
  statuses.next().catch(() => {});
  await held.pass();
  await held.paused();
  expect(reached()).toBe(2);
  await statuses.return?.();
});

test.each(cuts)("an exchange is made once when a proxy %s", async (_what, cut) => {
  const { client, reached } = await clientOfProxy(cut);
  await expect(client.exchangeUserInfo({ exchangeTicket: "x" })).rejects.toMatchObject({
    reason: undefined,
  });
  expect(reached()).toBe(1);
});

// An HTTP/2 server does this to a client that has cancelled too many calls, and the other calls are lost as well.
test("an idempotent call is repeated when its connection is closed with GOAWAY and an error, and CreateTicket is not", async () => {
  const { client, reached } = await clientOfProxy((stream) =>
    stream.session?.destroy(new Error("too many resets"), constants.NGHTTP2_INTERNAL_ERROR),
  );
  await expect(client.createTicket({})).rejects.toMatchObject({ code: status.INTERNAL, reason: undefined });
  expect(reached()).toBe(1);
  await expect(client.getStatus({ ticketId: "t" })).rejects.toMatchObject({ code: status.INTERNAL });
  expect(reached()).toBe(1 + 4);
});

test("gRPC itself repeats a call once, and only if the peer declares it unprocessed (REFUSED_STREAM)", async () => {
  const refused = 7;
  const { client, reached } = await clientOfProxy((stream) => stream.close(refused));
  await expect(client.exchangeUserInfo({ exchangeTicket: "x" })).rejects.toMatchObject({
    code: status.UNAVAILABLE,
  });
  expect(reached()).toBe(2);
});
