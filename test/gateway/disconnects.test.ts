import { once } from "node:events";
import { connect } from "node:net";
import fastify, { type FastifyPluginAsync } from "fastify";
import { beforeEach, describe, expect, it } from "vitest";
import { type GatewayOptions, qrLoginGateway } from "../../src/gateway/index.js";
import { flushPromises } from "../support/clock.js";
import { newHandleKey } from "../support/gateway.js";
import { appSecrets } from "../support/server.js";
import { withTimeout } from "../support/timeout.js";
import { type Browser, eventsPath, openBrowser } from "./browser.js";
import { createCountingStore } from "./counting_store.js";
import { openStream } from "./http.js";
import { browser, clock, gateway, server, setUpGateway } from "./setup.js";

/**
 * Number of readers that disconnect. One address may open this many streams, so a single one that is not
 * released shows.
 */
const many = 200;
const limits = { streams: 2 * many };

let store = createCountingStore();
beforeEach(() => {
  store = createCountingStore();
});
setUpGateway({ service: { store: (embedded) => store.wrap(embedded) }, gateway: { limits } });

const cookieOf = ({ cookies }: Browser) => [...cookies].map((pair) => pair.join("=")).join("; ");

/** Requests events, once or several times on a connection, and closes it at once or a few turns later. */
async function disconnectAtOnce(by: Browser, handle: string, turns: number, requests: number): Promise<void> {
  const { hostname, port, host } = new URL(by.url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.on("error", () => {});
  const closed = once(socket, "close");
  const request = `GET ${eventsPath(handle)} HTTP/1.1\r\nhost: ${host}\r\ncookie: ${cookieOf(by)}\r\n\r\n`;
  await new Promise((resolve) => {
    socket.write(request.repeat(requests), resolve);
  });
  for (let turn = 0; turn < turns; turn++) await flushPromises();
  if (turns % 2 === 0) socket.destroy();
  else socket.resetAndDestroy();
  await withTimeout(closed, "the end of a connection that was left");
}

const disconnectAll = (by: Browser, handle: string, requests = 1) =>
  Promise.all(Array.from({ length: many }, (_, index) => disconnectAtOnce(by, handle, index % 8, requests)));

/** Returns the number of streams that can be opened now, and closes them again. */
async function openableStreams(by: Browser, handle: string): Promise<number> {
  const headers = { cookie: cookieOf(by) };
  const streams = await Promise.all(
    Array.from({ length: many }, () => openStream(`${by.url}${eventsPath(handle)}`, { headers })),
  );
  for (const stream of streams) await stream.until("event: ");
  const count = streams.filter((stream) => stream.text().includes("PENDING")).length;
  for (const stream of streams) stream.leave();
  for (const stream of streams) await stream.ended;
  return count;
}

/** Expects that the log holds no internal error, no handle and no cookie. That the service is gone may be in it. */
function expectQuiet(log: string, by: Browser, handle: string): void {
  const lines = log.split("\n").filter((line) => line !== "" && !line.includes("the service is unreachable"));
  expect(lines.length).toBeGreaterThan(0);
  expect(lines.filter((line) => (JSON.parse(line) as { level: number }).level >= 40)).toEqual([]);
  for (const secret of [handle, ...by.cookies.values()]) expect(log).not.toContain(secret);
}

describe(`${many} readers of events that disconnect at once`, () => {
  it("readers that disconnect at once leave no stream and no watch, and no error or handle in the log", async () => {
    const { handle } = await browser.create();
    await disconnectAll(browser, handle);
    await expect.poll(() => openableStreams(browser, handle)).toBe(many);
    const watchesLater = async () => {
      await clock.advanceAsync(20_000);
      return store.openWatches();
    };
    await expect.poll(watchesLater).toBe(0);
    // Otherwise the watch would have ended by itself.
    expect((await browser.status(handle)).json.state).toBe("PENDING");
    expectQuiet(gateway.logText(), browser, handle);
  });

  it("readers that disconnect at once leave nothing while the service is unreachable", async () => {
    const { handle } = await browser.create();
    await server.service.stop();
    const before = clock.pendingCount;
    await disconnectAll(browser, handle);
    // Only the watch remains, for its idle time-out.
    await expect.poll(() => clock.pendingCount).toBe(before + 1);
    const timersLater = async () => {
      await clock.advanceAsync(20_000);
      return clock.pendingCount;
    };
    await expect.poll(timersLater).toBe(before);
    expectQuiet(gateway.logText(), browser, handle);
  });

  it.each([
    ["one request each", 1],
    ["two requests each, without waiting for the first response", 2],
  ])(
    "readers that disconnect at once leave no stream, error or handle in an existing server: %s",
    async (_, requests) => {
      const written: string[] = [];
      const stream = { write: (line: string) => void written.push(line) };
      const host = fastify({ logger: { level: "debug", stream } });
      const plugin: FastifyPluginAsync<GatewayOptions> = qrLoginGateway;
      const apps = [{ id: "shop", secret: appSecrets.shop }];
      const service = { address: server.address };
      await host.register(plugin, { service, apps, handleKeys: [newHandleKey()], limits });
      const visitor = openBrowser(await host.listen({ host: "127.0.0.1", port: 0 }));
      const { handle } = await visitor.create({});
      await disconnectAll(visitor, handle, requests);
      await expect.poll(() => openableStreams(visitor, handle)).toBe(many);
      await host.close();
      expectQuiet(written.join(""), visitor, handle);
    },
  );
});
