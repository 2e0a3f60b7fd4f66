import { once } from "node:events";
import type { Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { createHttpServer } from "../../src/gateway/http_server.js";
import { certificate, privateKey } from "../support/fixed_certificates.js";

let server: Server;
const sockets: Socket[] = [];

async function start(limits: {
  connections: number;
  connectionsPerAddress: number;
  trustedProxies?: string[];
}) {
  server = createHttpServer((_request, response) => response.end("served"), {
    tls: undefined,
    trustedProxies: [],
    ...limits,
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
}

/** Connects from a loopback address, and sends a request. */
function visit(from: string) {
  const { port } = server.address() as AddressInfo;
  const socket = connect({ host: "127.0.0.1", port, localAddress: from });
  sockets.push(socket);
  let text = "";
  socket.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  socket.on("error", () => {});
  socket.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
  const isServed = async () => {
    await expect.poll(() => socket.closed || text.includes("served")).toBe(true);
    return text.includes("served");
  };
  return {
    isServed,
    closed: () => expect.poll(() => socket.closed).toBe(true),
    leave: () => socket.destroy(),
  };
}

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

describe("connections to the gateway", () => {
  it("one address can open connections up to its limit, and a closed one makes room", async () => {
    await start({ connections: 100, connectionsPerAddress: 2 });
    const first = visit("127.0.0.2");
    expect(await first.isServed()).toBe(true);
    expect(await visit("127.0.0.2").isServed()).toBe(true);
    expect(await visit("127.0.0.2").isServed()).toBe(false);
    expect(await visit("127.0.0.3").isServed()).toBe(true);
    first.leave();
    await expect.poll(() => visit("127.0.0.2").isServed()).toBe(true);
  });

  it("at the total limit, the newest connection of the address with the most is closed", async () => {
    await start({ connections: 3, connectionsPerAddress: 3 });
    const many = [visit("127.0.0.2")];
    await many[0]?.isServed();
    many.push(visit("127.0.0.2"));
    await many[1]?.isServed();
    many.push(visit("127.0.0.2"));
    await many[2]?.isServed();
    expect(await visit("127.0.0.3").isServed()).toBe(true);
    await many[2]?.closed();
    expect(await visit("127.0.0.2").isServed()).toBe(false);
  });

  it("connections of a trusted proxy are not counted by address", async () => {
    await start({ connections: 4, connectionsPerAddress: 1, trustedProxies: ["127.0.0.2", "127.1.0.0/16"] });
    for (const proxy of ["127.0.0.2", "127.0.0.2", "127.1.2.3"]) {
      expect(await visit(proxy).isServed()).toBe(true);
    }
    expect(await visit("127.0.0.3").isServed()).toBe(true);
    expect(await visit("127.0.0.3").isServed()).toBe(false);
  });

  it("connections have time-outs for the headers, the whole request and the next request", async () => {
    await start({ connections: 1, connectionsPerAddress: 1 });
    const { headersTimeout, requestTimeout, keepAliveTimeout, maxRequestsPerSocket } = server;
    expect({ headersTimeout, requestTimeout, keepAliveTimeout, maxRequestsPerSocket }).toEqual({
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      keepAliveTimeout: 72_000,
      maxRequestsPerSocket: 10_000,
    });
  });
});

describe("a connection that keeps the gateway waiting", () => {
  const post = "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n";
  const tls = { cert: certificate, key: privateKey };

  it.each([
    ["that sends nothing", "", undefined],
    ["in the middle of its headers", "GET / HTTP/1.1\r\nhost", undefined],
    ["in the middle of its body", `${post}half`, undefined],
    ["that sends nothing where TLS is expected", "", tls],
  ])("a connection %s is closed", async (_what, text, over) => {
    // The handler never responds, so only a time-out can close the connection.
    server = createHttpServer(
      () => {},
      { connections: 9, connectionsPerAddress: 9, trustedProxies: [], tls: over },
      { headersTimeout: 50, requestTimeout: 100, handshakeTimeout: 50, connectionsCheckingInterval: 10 },
    );
    await once(server.listen(0, "127.0.0.1"), "listening");
    const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
    sockets.push(socket);
    socket.on("error", () => {}).resume();
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.write(text);
    await closed;
  });

  it("closes the connection after the response if the rest of the body is long", async () => {
    await start({ connections: 9, connectionsPerAddress: 9 });
    const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
    sockets.push(socket);
    socket.on("error", () => {}).resume();
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.write("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999\r\n\r\n");
    await closed;
  });

  it("keeps the connection after the response if the rest of the body is short", async () => {
    await start({ connections: 9, connectionsPerAddress: 9 });
    const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
    sockets.push(socket);
    let text = "";
    socket.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    socket.write(`${post}half`);
    await expect.poll(() => text).toContain("served");
    socket.write("-bodyGET / HTTP/1.1\r\nhost: x\r\n\r\n");
    await expect.poll(() => text.split("served").length - 1).toBe(2);
  });
});
