import { once } from "node:events";
import { request, type ServerResponse } from "node:http";
import { connect } from "node:net";
import { pino } from "pino";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createNodeHandler, type NodeHandler } from "../../src/gateway/node/index.js";
import { flushPromises } from "../support/clock.js";
import { newHandleKey } from "../support/gateway.js";
import { createChangeSignal, withTimeout } from "../support/timeout.js";
import { type Host, listen } from "./hosts.js";

// No request reaches the service.

let gateway: NodeHandler;
let host: Host;
let responses: ServerResponse[];
let changes: ReturnType<typeof createChangeSignal>;

beforeEach(async () => {
  responses = [];
  changes = createChangeSignal();
  gateway = createNodeHandler({
    service: { address: "127.0.0.1:1" },
    apps: [{ id: "shop", secret: "secret-of-the-shop" }],
    handleKeys: [newHandleKey()],
    log: pino({ level: "silent" }),
  });
  host = await listen((incoming, outgoing) => {
    responses.push(outgoing);
    changes.notify();
    // The host never answers its own requests.
    gateway(incoming, outgoing, () => {});
  }, gateway.close);
});
afterEach(() => {
  vi.useRealTimers();
  return host.stop();
});

const settle = async () => {
  for (let turn = 0; turn < 20; turn++) await flushPromises();
};

it("the gateway closes although a client has left while its request waited behind another one", async () => {
  const socket = connect(Number(new URL(host.url).port), "127.0.0.1");
  const paths = ["/never", "/qrlogin/v1/origin"];
  socket.write(paths.map((path) => `GET ${path} HTTP/1.1\r\nhost: site.example\r\n\r\n`).join(""));
  await changes.waitFor(() => responses.length === 2 || undefined, "both requests");
  // Node.js holds the second response back.
  while (!responses[1]?.writableEnded) await flushPromises();
  const [first] = responses;
  if (!first) throw new Error("there is no first response");
  socket.destroy();
  await once(first, "close");
  await withTimeout(gateway.close(), "the end of the gateway");
});

it("the gateway waits for a request for as long as the host does", async () => {
  const upload = request(`${host.url}/qrlogin/v1/tickets`, {
    method: "POST",
    headers: { "content-type": "application/json" },
  });
  upload.write('{"ttlMs":');
  await changes.waitFor(() => responses.length > 0 || undefined, "the request");
  await settle();
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const settled = vi.fn();
  const closed = gateway.close().finally(settled);
  await settle();
  vi.advanceTimersByTime(60_000);
  await settle();
  expect(settled).not.toHaveBeenCalled();
  vi.useRealTimers();
  const answered = once(upload, "response");
  upload.end('"a"}');
  const [answer] = await withTimeout(answered, "the response");
  expect(answer.statusCode).toBe(400);
  answer.resume();
  await withTimeout(closed, "the end of the gateway");
});
