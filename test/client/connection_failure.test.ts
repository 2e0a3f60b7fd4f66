import { once } from "node:events";
import { readFileSync } from "node:fs";
import http from "node:http";
import http2 from "node:http2";
import https from "node:https";
import net, { type AddressInfo, type Socket } from "node:net";
import tls from "node:tls";
import { status } from "@grpc/grpc-js";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  type ConnectionFailure,
  connectionFailures,
  findConnectionFailure,
} from "../../src/client/connection_failure.js";
import { createAppClient, QrLoginError, type Tls } from "../../src/client/index.js";
import { certificateOfOtherName, expiredCertificate, testCertificate } from "./test_certificate.js";

/** Lets a server listen on a free port of this machine until the test has ended. Resolves with its address. */
async function listen(server: net.Server): Promise<string> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
  };
  server
    .on("connection", keep)
    .on("secureConnection", keep)
    .on("tlsClientError", () => {});
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Replies to every request over HTTP/2 as a web server does. */
function onWebRequest(request: http2.ServerHttp2Stream) {
  request.on("error", () => {});
  request.respond({ ":status": 200, "content-type": "text/html" });
  request.end("<html>the secret of the page</html>");
}
const onMissing = (request: http2.ServerHttp2Stream) =>
  request.respond({ ":status": 404 }, { endStream: true });
const webPage: http.RequestListener = (_request, response) =>
  response.end("<html>the secret of the page</html>");

/** Returns the address of a port that nothing listens on. */
async function unusedAddress(): Promise<string> {
  const server = net.createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return `127.0.0.1:${port}`;
}

interface Case {
  readonly failure: ConnectionFailure;
  readonly peer: string;
  start(): Promise<string> | string;
  readonly tls: Tls;
}

const trusting = (certificate: { readonly cert: string }) => ({ rootCertificates: certificate.cert });
const plainText = false;
const cases: readonly Case[] = [
  { failure: "REFUSED", peer: "a port that nothing listens on", start: unusedAddress, tls: plainText },
  {
    failure: "REFUSED",
    peer: "a socket that is not there",
    start: () => "unix:/nonexistent.sock",
    tls: plainText,
  },
  { failure: "UNREACHABLE", peer: "an address without a route", start: () => "224.0.0.1:443", tls: true },
  { failure: "NAME_NOT_FOUND", peer: "an unknown name", start: () => "qrlogin.invalid:443", tls: true },
  {
    failure: "CONNECT_TIMEOUT",
    peer: "a server that says nothing",
    start: () => listen(net.createServer()),
    tls: plainText,
  },
  {
    failure: "CONNECT_TIMEOUT",
    peer: "a server that says nothing in the handshake",
    start: () => listen(net.createServer()),
    tls: true,
  },
  {
    failure: "CONNECTION_CLOSED",
    peer: "a server for TLS, in plain text",
    start: () => listen(http2.createSecureServer(testCertificate)),
    tls: plainText,
  },
  {
    failure: "CONNECTION_CLOSED",
    peer: "a proxy without a service",
    start: () => listen(net.createServer((socket) => socket.destroy())),
    tls: plainText,
  },
  {
    failure: "CONNECTION_CLOSED",
    peer: "a proxy without a service, in the handshake",
    start: () => listen(net.createServer((socket) => socket.destroy())),
    tls: true,
  },
  {
    failure: "TLS_NOT_SPOKEN",
    peer: "a server for plain text",
    start: () => listen(http2.createServer()),
    tls: true,
  },
  {
    failure: "CERTIFICATE_NOT_TRUSTED",
    peer: "a server whose certificate nobody trusts",
    start: () => listen(http2.createSecureServer(testCertificate)),
    tls: true,
  },
  {
    failure: "CERTIFICATE_EXPIRED",
    peer: "a server whose certificate has expired",
    start: () => listen(http2.createSecureServer(expiredCertificate)),
    tls: trusting(expiredCertificate),
  },
  {
    failure: "CERTIFICATE_NAME_MISMATCH",
    peer: "a server whose certificate is for another name",
    start: () => listen(http2.createSecureServer(certificateOfOtherName)),
    tls: trusting(certificateOfOtherName),
  },
  {
    failure: "TLS_FAILED",
    peer: "a server without a cipher in common",
    start: () => {
      // A cipher for RSA only, and a certificate that is not.
      const ciphers = { ciphers: "ECDHE-RSA-AES128-GCM-SHA256", maxVersion: "TLSv1.2" } as const;
      return listen(tls.createServer({ ...testCertificate, ...ciphers }));
    },
    tls: true,
  },
  {
    failure: "NOT_GRPC",
    peer: "a web server",
    start: () => listen(http.createServer(webPage)),
    tls: plainText,
  },
  {
    failure: "NOT_GRPC",
    peer: "a web server with HTTPS",
    start: () => listen(https.createServer(testCertificate, webPage)),
    tls: trusting(testCertificate),
  },
  {
    failure: "NOT_GRPC",
    peer: "a web server with HTTP/2",
    start: () => listen(http2.createServer().on("stream", onWebRequest)),
    tls: plainText,
  },
  {
    failure: "NOT_GRPC",
    peer: "a web server with HTTP/2 and no such page",
    start: () => listen(http2.createServer().on("stream", onMissing)),
    tls: plainText,
  },
];

describe("a call that reaches no gRPC service", () => {
  test.each(cases)(
    "a call to $peer fails with $failure, the address and what to do",
    async ({ failure, start, tls }) => {
      const address = await start();
      const options = { appId: "shop", appSecret: "the-app-secret" };
      // Only a peer that says nothing uses the time up.
      const deadlineMs = failure === "CONNECT_TIMEOUT" ? 300 : 30_000;
      const client = createAppClient({ address, tls, deadlineMs, ...options });
      onTestFinished(client.close);
      const error: unknown = await client.createTicket({}).catch((caught: unknown) => caught);
      if (!(error instanceof QrLoginError)) throw new Error("the call did not fail");
      expect([error.connectionFailure, error.rawMessage]).toEqual([failure, expect.any(String)]);
      expect(error.reason).toBeUndefined();
      expect(error.message).toBe(
        `${error.codeName}: cannot reach ${address}: ${connectionFailures[failure]}`,
      );
      expect(error.stack).not.toMatch(/secret|c2hvcD/);
    },
  );

  test("a call that is retried fails with the cause too, after its last attempt", async () => {
    const client = createAppClient({ address: await unusedAddress(), appId: "shop", appSecret: "s" });
    onTestFinished(client.close);
    const call = client.getStatus({ ticketId: "t", ticketSecret: "s" });
    await expect(call).rejects.toMatchObject({ codeName: "UNAVAILABLE", connectionFailure: "REFUSED" });
  });

  test("every kind of failure is produced by a peer, and described in docs/errors.md", () => {
    const kinds = Object.keys(connectionFailures);
    expect(new Set(cases.map(({ failure }) => failure))).toEqual(new Set(kinds));
    const document = readFileSync(new URL("../../docs/errors.md", import.meta.url), "utf8");
    expect(kinds.filter((kind) => !document.includes(`| \`${kind}\` |`))).toEqual([]);
  });
});

describe("a call that a service has answered", () => {
  test("the text of a service is not taken for a failure of the connection", () => {
    const texts = ["connect ECONNREFUSED 10.0.0.1:6379", "certificate has expired", "Protocol error"];
    const codes = [status.UNAVAILABLE, status.DEADLINE_EXCEEDED, status.INTERNAL];
    for (const text of texts) {
      for (const code of codes) expect(findConnectionFailure(code, text)).toBeUndefined();
    }
  });

  test("a message over the limit is a failure of the connection only if its length is a text", () => {
    const textOf = (length: number) => `Received message larger than max (${length} vs 4194304)`;
    const { RESOURCE_EXHAUSTED } = status;
    expect(findConnectionFailure(RESOURCE_EXHAUSTED, textOf(5_000_000))).toBeUndefined();
    expect(findConnectionFailure(RESOURCE_EXHAUSTED, textOf(Buffer.from("html").readUInt32BE()))).toBe(
      "NOT_GRPC",
    );
  });
});
