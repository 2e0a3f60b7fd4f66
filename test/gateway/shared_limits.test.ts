import rateLimit, { type FastifyRateLimitStore } from "@fastify/rate-limit";
import fastify, { type FastifyInstance, type FastifyPluginAsync } from "fastify";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type GatewayOptions, qrLoginGateway } from "../../src/gateway/index.js";
import { newHandleKey } from "../support/gateway.js";
import { appSecrets, startTestServer, type TestServer } from "../support/server.js";
import { api, openBrowser } from "./browser.js";

let server: TestServer;
let host: FastifyInstance;
let counts: Map<string, number>;

beforeEach(async () => {
  server = await startTestServer();
  host = fastify();
  counts = new Map();
});
afterEach(async () => {
  await host.close();
  await server.stop();
});

/** A site's rate limit store that counts in a database: one table for all callers. */
class Table implements FastifyRateLimitStore {
  incr(
    key: string,
    callback: (error: Error | null, result?: { current: number; ttl: number }) => void,
    timeWindow = 0,
  ): void {
    const current = (counts.get(key) ?? 0) + 1;
    counts.set(key, current);
    callback(null, { current, ttl: timeWindow });
  }

  child(): FastifyRateLimitStore {
    return this;
  }
}

it("a host that counts all calls in one store still counts creation and other calls separately", async () => {
  await host.register(rateLimit, { max: 1_000, store: Table });
  const plugin: FastifyPluginAsync<GatewayOptions> = qrLoginGateway;
  const limits = { ticketsPerMinute: 3, callsPerMinute: 2 };
  const apps = [{ id: "shop", secret: appSecrets.shop }];
  const service = { address: server.address };
  await host.register(plugin, { service, apps, handleKeys: [newHandleKey()], limits });
  host.get("/own", async () => "own");
  const browser = openBrowser(await host.listen({ host: "127.0.0.1", port: 0 }));
  for (let count = 0; count < 5; count++) expect((await browser.get("/own")).status).toBe(200);
  const [{ handle }] = [await browser.create({}), await browser.create({}), await browser.create({})];
  expect((await browser.post(`${api}/tickets`, {})).json).toMatchObject({
    reason: "RATE_LIMITED",
    retryAfterMs: 60_000,
  });
  for (let count = 0; count < 2; count++) expect((await browser.withdraw(handle)).status).toBe(200);
  expect((await browser.withdraw(handle)).json.reason).toBe("RATE_LIMITED");
  expect((await browser.status(handle)).status).toBe(200);
  expect((await browser.get("/own")).status).toBe(200);
  expect([...counts.values()].toSorted()).toEqual([3, 4, 6]);
});
