import { once } from "node:events";
import { connect, Server, type Socket } from "node:net";
import { expect, it, onTestFinished, vi } from "vitest";
import { startMetricsEndpoint } from "../../src/metrics/endpoint.js";
import { isListening } from "../support/process.js";
import { withTimeout } from "../support/timeout.js";

async function start(read = async () => "a_total 1\n", timeout?: number) {
  const endpoint = await startMetricsEndpoint("127.0.0.1:0", read, timeout);
  onTestFinished(endpoint.stop);
  return endpoint;
}

it("answers GET /metrics in the text format, whatever the query", async () => {
  const { address } = await start();
  for (const path of ["/metrics", "/metrics?name=x"]) {
    const response = await fetch(`http://${address}${path}`);
    expect([response.status, response.headers.get("content-type"), await response.text()]).toEqual([
      200,
      "text/plain; version=0.0.4; charset=utf-8",
      "a_total 1\n",
    ]);
  }
});

it.each([
  ["GET", "/"],
  ["GET", "/metrics/"],
  ["GET", "/metricsx"],
  ["POST", "/metrics"],
  ["DELETE", "/metrics"],
])("answers 404 to %s %s", async (method, path) => {
  const { address } = await start();
  expect((await fetch(`http://${address}${path}`, { method })).status).toBe(404);
});

it("lets requests at the same time share one scrape", async () => {
  let scrapes = 0;
  let finish = (_text: string) => {};
  const { address } = await start(() => {
    scrapes += 1;
    return new Promise<string>((resolve) => {
      finish = resolve;
    });
  });
  const sockets = Array.from({ length: 5 }, () => connect(Number(address.split(":")[1]), "127.0.0.1"));
  onTestFinished(() => sockets.forEach((socket) => void socket.destroy()));
  const responses = sockets.map((socket) => once(socket, "data"));
  // The first request is answered only after the last one has arrived.
  for (const socket of sockets) socket.write("GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n");
  const other = await fetch(`http://${address}/`);
  expect(other.status).toBe(404);
  finish("a_total 1\n");
  await withTimeout(Promise.all(responses), "the responses");
  expect(scrapes).toBe(1);
});

it("answers while clients keep more connections open than it allows, and closes the oldest ones", async () => {
  const { address } = await start();
  const slow = Array.from({ length: 40 }, () => connect(Number(address.split(":")[1]), "127.0.0.1"));
  onTestFinished(() => slow.forEach((socket) => void socket.destroy()));
  const closed = once(slow[0] as Socket, "close");
  for (const socket of slow) socket.on("error", () => {}).write("GET /metrics HTTP/1.1\r\n");
  await withTimeout(closed, "the close of the oldest connection");
  expect((await fetch(`http://${address}/metrics`)).status).toBe(200);
});

it("closes the connection of a client that never reads its response", async () => {
  const listen = vi.spyOn(Server.prototype, "listen");
  onTestFinished(() => listen.mockRestore());
  // More than the buffers of the system take.
  const { address } = await start(async () => "a_total 1\n".repeat(2_000_000), 50);
  const accept = once(listen.mock.contexts[0] as Server, "connection");
  const client = connect(Number(address.split(":")[1]), "127.0.0.1").pause();
  onTestFinished(() => void client.destroy());
  client.on("error", () => {}).write("GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n");
  const [socket] = (await accept) as [Socket];
  await withTimeout(once(socket, "close"), "the close of the connection");
  expect(socket.bytesWritten).toBeGreaterThan(0);
});

it("answers 500 without the cause if a scrape fails, and goes on", async () => {
  let fails = true;
  const { address } = await start(async () => {
    if (fails) throw new Error("a secret cause");
    return "a_total 1\n";
  });
  const failed = await fetch(`http://${address}/metrics`);
  expect([failed.status, await failed.text()]).toEqual([500, "the metrics cannot be read\n"]);
  fails = false;
  expect((await fetch(`http://${address}/metrics`)).status).toBe(200);
});

it("names an address that is in use", async () => {
  const { address } = await start();
  await expect(startMetricsEndpoint(address, async () => "")).rejects.toThrow(
    `cannot listen on ${address}: the address is in use (EADDRINUSE)`,
  );
});

it("closes idle and silent connections when it stops", async () => {
  const { address, stop } = await start();
  await (await fetch(`http://${address}/metrics`)).text();
  const silent = connect(Number(address.split(":")[1]), "127.0.0.1");
  await once(silent, "connect");
  const closed = once(silent, "close");
  silent.on("error", () => {});
  await withTimeout(stop(), "the stop of the endpoint");
  await withTimeout(closed, "the close of a silent connection");
  expect(await isListening(address)).toBe(false);
});

it("stays up if the system cannot accept a connection, however often", async () => {
  const listen = vi.spyOn(Server.prototype, "listen");
  onTestFinished(() => listen.mockRestore());
  const { address } = await start();
  const [server] = listen.mock.contexts as Server[];
  for (let failures = 0; failures < 2; failures++) server?.emit("error", new Error("accept ENFILE"));
  expect((await fetch(`http://${address}/metrics`)).status).toBe(200);
});
