import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { flushPromises } from "../support/clock.js";
import { withTimeout } from "../support/timeout.js";
import { gene, v2 } from "./authing_calls.js";
import { api, eventsPath } from "./browser.js";
import { browser, gateway, setUpGateway } from "./setup.js";

setUpGateway();

/** A kept-alive connection that has sent half the headers of a second request. */
interface HalfAsked {
  /** Sends the other half. Resolves with all data received until the connection closes. */
  finish(): Promise<string>;
}

async function halfAsk(path: string, headers = ""): Promise<HalfAsked> {
  const socket = await open();
  let text = "";
  socket.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  const closed = once(socket, "close");
  const cookie = [...browser.cookies].map((pair) => pair.join("=")).join("; ");
  const host = `host: ${gateway.address}\r\n`;
  // In one write: a gateway that has answered the first request has also read half of the second.
  socket.write(`GET /healthz HTTP/1.1\r\n${host}\r\nGET ${path} HTTP/1.1\r\n${host}cookie: ${cookie}\r\n`);
  while (!text.includes('"ok"')) await withTimeout(once(socket, "data"), "`data` of the socket");
  text = "";
  return {
    async finish() {
      socket.write(`${headers}\r\n`);
      await withTimeout(closed, () => `the end of the connection, which has answered ${text}`);
      return text;
    },
  };
}

async function open(): Promise<Socket> {
  const [host, port] = gateway.address.split(":");
  const socket = connect({ host, port: Number(port) });
  socket.on("error", () => {});
  await withTimeout(once(socket, "connect"), "`connect` of the socket");
  return socket;
}

/** Returns whether the gateway accepts a new connection. */
async function isOpen(): Promise<boolean> {
  try {
    (await open()).destroy();
    return true;
  } catch {
    return false;
  }
}

/** Starts to stop the gateway, finishes the request, and resolves with the response. */
async function whileStopping(asked: HalfAsked): Promise<string> {
  const stopped = gateway.stop();
  while (await isOpen()) await flushPromises();
  const answer = await asked.finish();
  await stopped;
  return answer;
}

describe("a gateway that is stopping, on a kept-alive connection", () => {
  it("a stopping gateway answers a poll with a problem and Retry-After", async () => {
    const { handle } = await browser.create();
    const answer = await whileStopping(
      await halfAsk(`${api}/tickets/status`, `qrlogin-handle: ${handle}\r\n`),
    );
    expect(answer).toMatch(/^HTTP\/1\.1 503 /);
    expect(answer).toContain("application/problem+json");
    expect(answer).toMatch(/\r\nretry-after: 1\r\n/i);
    expect(answer).toContain('"reason":"GATEWAY_STOPPING","retryAfterMs":500');
  });

  it("a stopping gateway answers a poll of the Authing API with the status, so that the SDK goes on", async () => {
    const random = await gene();
    const answer = await whileStopping(await halfAsk(`${v2}/check?random=${random}`));
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).toContain('"code":200,');
    expect(answer).toContain('"status":0,');
  });

  it("a stopping gateway ends a new event stream with a problem, so that EventSource reconnects", async () => {
    const { handle } = await browser.create();
    const answer = await whileStopping(await halfAsk(eventsPath(handle)));
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).toContain("content-type: text/event-stream");
    expect(answer).toContain("retry: 500\n\n");
    expect(answer).toMatch(/event: problem\ndata: \{.*"reason":"GATEWAY_STOPPING".*\}\n\n/);
  });
});
