import { describe, expect, it } from "vitest";
import { advanceUntil } from "../support/bare_server.js";
import { flushPromises } from "../support/clock.js";
import { eventually } from "../support/eventually.js";
import { eventsPath } from "./browser.js";
import { openStream, sendRequest } from "./http.js";
import { browser, clock, gateway, server, setUpGateway } from "./setup.js";

setUpGateway({ gateway: { shutdownDelayMs: 10_000, shutdownDrainTimeMs: 1_000 } });

const get = async (path: string) => {
  const { status, json } = await sendRequest(`${gateway.url}${path}`);
  return [status, json];
};

const ready = [200, { status: "ready", service: "reachable" }];

describe("the readiness of a gateway", () => {
  it("a gateway is ready once it has reached the service, and alive from the beginning", async () => {
    expect(await get("/livez")).toEqual([200, { status: "ok" }]);
    await eventually(async () => expect(await get("/readyz")).toEqual(ready));
    expect((await sendRequest(`${gateway.url}/readyz`)).headers["cache-control"]).toBe("no-store");
    await advanceUntil(gateway.stop(), clock);
  });

  it("a gateway is not ready while the service is away, unless the probe excludes the service, and stays alive", async () => {
    await eventually(async () => expect(await get("/readyz")).toEqual(ready));
    await advanceUntil(server.service.stop(), clock);
    await eventually(async () => {
      clock.advance(1_000);
      await flushPromises();
      expect(await get("/readyz")).toEqual([503, { status: "unready", service: "unreachable" }]);
    });
    expect(await get("/readyz?exclude=service")).toEqual([200, { status: "ready", service: "unreachable" }]);
    expect(await get("/readyz?exclude=other")).toEqual([503, { status: "unready", service: "unreachable" }]);
    expect(await get("/livez")).toEqual([200, { status: "ok" }]);
    expect(await get("/healthz")).toEqual([200, { status: "ok" }]);
    await advanceUntil(gateway.stop(), clock);
  });

  it("a stopping gateway is not ready at once, answers requests for the delay, and asks clients to reconnect", async () => {
    await eventually(async () => expect(await get("/readyz")).toEqual(ready));
    const stopped = gateway.stop();
    for (const path of ["/readyz", "/readyz?exclude=service"]) {
      expect(await get(path)).toEqual([503, { status: "stopping", service: "reachable" }]);
    }
    await clock.advanceAsync(9_999);
    const { handle } = await browser.create();
    const response = await browser.status(handle);
    expect([response.status, response.headers.connection]).toEqual([200, "close"]);
    await advanceUntil(stopped, clock);
    await expect(browser.status(handle)).rejects.toThrow("ECONNREFUSED");
  });
});

describe("a gateway that stops with many event streams", () => {
  it("ends them in slices, each stream with a time of its own to reconnect, and completes none", async () => {
    const { handle } = await browser.create();
    const cookie = [...browser.cookies].map((pair) => pair.join("=")).join("; ");
    let ended = 0;
    const streams = await Promise.all(
      Array.from({ length: 500 }, async () => {
        const stream = await openStream(`${gateway.url}${eventsPath(handle)}`, { headers: { cookie } });
        await stream.until("event: status");
        void stream.ended.then(() => {
          ended += 1;
        });
        return stream;
      }),
    );
    const stopped = gateway.stop();
    await clock.advanceAsync(9_999);
    expect(ended).toBe(0);
    await clock.advanceAsync(1);
    for (const slice of [1, 2, 3, 4, 5]) {
      await eventually(() => expect(ended).toBeGreaterThanOrEqual(100 * (slice - 1)));
      expect(ended).toBeLessThanOrEqual(100 * slice);
      await clock.advanceAsync(100);
    }
    await advanceUntil(stopped, clock);
    expect(ended).toBe(500);
    const pauses = streams.map(({ text }) => Number(/^retry: (\d+)\n/.exec(text())?.[1]));
    expect(new Set(pauses).size).toBeGreaterThan(100);
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(500);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(1_500);
    for (const { text } of streams) expect(text()).not.toContain("problem");
  });
});
