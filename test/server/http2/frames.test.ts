import { once } from "node:events";
import { connect as connectHttp2, type IncomingHttpHeaders } from "node:http2";
import { connect } from "node:net";
import { deflateSync, gzipSync } from "node:zlib";
import { Metadata, status } from "@grpc/grpc-js";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { parseErrorDetails } from "../../../src/client/error_details.js";
import { asApp, basic, callsOf } from "../../support/callers.js";
import { createSeededRandom } from "../../support/fuzzing.js";
import { grpcFrame } from "../../support/http2_peer.js";
import { appSecrets, startTestServer, type TestServer } from "../../support/server.js";
import { withTimeout } from "../../support/timeout.js";

const createTicket = "/qrlogin.v1.QrLoginService/CreateTicket";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

// Whatever was sent, other clients are served and there was no internal error.
afterEach(async () => {
  expect(await callsOf(server.client, asApp("shop")).createTicket()).toMatchObject({ code: "OK" });
  expect(server.lines.filter(({ level }) => Number(level) >= 50)).toEqual([]);
});

/** Sends one raw HTTP/2 request. Resolves with the HTTP status and the gRPC status, if any. */
async function post(path: string, body: Uint8Array, headers: Record<string, string | string[]> = {}) {
  const session = connectHttp2(`http://${server.address}`);
  const stream = session.request({
    ":method": "POST",
    ":path": path,
    te: "trailers",
    "content-type": "application/grpc",
    authorization: basic("shop", appSecrets.shop),
    ...headers,
  });
  const heard: IncomingHttpHeaders = {};
  stream.on("response", (response) => Object.assign(heard, response));
  stream.on("trailers", (trailers) => Object.assign(heard, trailers));
  // The server may reset the stream; the status that it sent before counts.
  stream.on("error", () => {});
  stream.resume();
  stream.end(body);
  await withTimeout(once(stream, "close"), "`close` of the stream");
  session.close();
  const code = heard["grpc-status"];
  const details = Metadata.fromHttp2Headers(heard);
  return {
    http: heard[":status"],
    code: code === undefined ? undefined : status[Number(code)],
    reason: parseErrorDetails(details).reason,
  };
}

describe("the server below gRPC", () => {
  it("closes a connection that does not speak HTTP/2, and no other", async () => {
    const chance = createSeededRandom(7);
    const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    const sent = [
      chance.bytes(5_000),
      Buffer.from("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
      Buffer.concat([preface, chance.bytes(5_000)]),
      // This frame announces 16 MiB.
      Buffer.concat([preface, Buffer.from([0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 1])]),
    ];
    for (const bytes of sent) {
      const [host, port] = server.address.split(":");
      const socket = connect(Number(port), host);
      // A reset is as good as an end of the connection.
      socket.on("error", () => {});
      socket.resume();
      socket.write(bytes);
      await withTimeout(once(socket, "close"), "`close` of the socket");
    }
  });

  it("rejects a request with another content type by its HTTP status", async () => {
    expect(await post(createTicket, Buffer.from("{}"), { "content-type": "application/json" })).toMatchObject(
      {
        http: 415,
      },
    );
  });

  it.each([
    "/qrlogin.v1.QrLoginService/Nothing",
    "/qrlogin.v2.QrLoginService/CreateTicket",
    "/",
    "/../../etc/passwd",
  ])("answers UNIMPLEMENTED to the path %s", async (path) => {
    expect(await post(path, grpcFrame(Buffer.alloc(0)))).toMatchObject({ http: 200, code: "UNIMPLEMENTED" });
  });

  it("answers RESOURCE_EXHAUSTED to a message over the size limit, and accepts one at the limit", async () => {
    expect(await post(createTicket, grpcFrame(Buffer.alloc(2 ** 20)))).toMatchObject({
      code: "RESOURCE_EXHAUSTED",
    });
    expect(await post(createTicket, grpcFrame(Buffer.alloc(65_537)))).toMatchObject({
      code: "RESOURCE_EXHAUSTED",
    });
    expect(await post(createTicket, grpcFrame(Buffer.alloc(65_536)))).toMatchObject({
      code: "INVALID_ARGUMENT",
    });
  });

  it.each([
    ["text that is not UTF-8", [0x22, 4, 0x22, 2, 0xc3, 0x28]],
    ["text with half a surrogate pair", [0x22, 5, 0x22, 3, 0xed, 0xa0, 0x80]],
    ["half a field", [0x0a, 5, 0x41]],
    ["a length of ten bytes", [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]],
    ["field number zero and more", [0x00, 0x0a, 1, 0x41]],
    ["the end of a group that never began, and more", [0x0c, 0x0a, 1, 0x41]],
  ])("answers INVALID_REQUEST to a message with %s", async (_, bytes) => {
    expect(await post(createTicket, grpcFrame(Uint8Array.from(bytes)))).toMatchObject({
      code: "INVALID_ARGUMENT",
      reason: "INVALID_REQUEST",
    });
  });

  it.each([
    ["half a message", grpcFrame(Buffer.alloc(100)).subarray(0, 50)],
    ["no message", Buffer.alloc(0)],
    ["two messages", Buffer.concat([grpcFrame(), grpcFrame()])],
    [
      "three messages, the second of which is garbage",
      Buffer.concat([grpcFrame(), grpcFrame(Uint8Array.of(7)), grpcFrame()]),
    ],
  ])("checks the credential and then answers INVALID_REQUEST to a call with %s", async (_, body) => {
    for (const method of ["CreateTicket", "WatchStatus", "GetSigningKeys"]) {
      const path = `/qrlogin.v1.QrLoginService/${method}`;
      expect(await post(path, body)).toMatchObject({ code: "INVALID_ARGUMENT", reason: "INVALID_REQUEST" });
      const wrongCredential = { authorization: basic("shop", "wrong") };
      expect(await post(path, body, wrongCredential)).toMatchObject({ code: "UNAUTHENTICATED" });
    }
  });

  it("answers RESOURCE_EXHAUSTED to a frame that announces 4 GiB", async () => {
    const promise = Buffer.from([0, 0xff, 0xff, 0xff, 0xff]);
    expect(await post(createTicket, promise)).toMatchObject({ code: "RESOURCE_EXHAUSTED" });
  });

  it.each([
    ["gzip", gzipSync],
    ["deflate", deflateSync],
  ] as const)("a message that %s makes small counts with its whole size", async (encoding, compress) => {
    const bomb = grpcFrame(compress(Buffer.alloc(32 * 2 ** 20)), 1);
    expect(bomb.length).toBeLessThan(65_536);
    expect(await post(createTicket, bomb, { "grpc-encoding": encoding })).toMatchObject({
      code: "RESOURCE_EXHAUSTED",
    });
    const small = grpcFrame(compress(Buffer.alloc(0)), 1);
    expect(await post(createTicket, small, { "grpc-encoding": encoding })).toMatchObject({ code: "OK" });
  });

  it.each([
    ["garbage that is said to be gzip", grpcFrame(Buffer.from("garbage"), 1), { "grpc-encoding": "gzip" }],
    [
      "a compressed message of an unknown encoding",
      grpcFrame(Buffer.from("x"), 1),
      { "grpc-encoding": "lzma" },
    ],
    ["a compressed message of no encoding", grpcFrame(Buffer.from("x"), 1), {}],
    ["a deadline that is none", grpcFrame(Buffer.alloc(0)), { "grpc-timeout": "soon" }],
  ])("a call with %s is rejected", async (_, body, headers) => {
    expect((await post(createTicket, body, headers as Record<string, string>)).code).not.toBe("OK");
  });
});
