import fastify, { type FastifyInstance, type FastifyPluginAsync } from "fastify";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type GatewayApp,
  type GatewayOptions,
  type PageField,
  qrLoginGateway,
} from "../../src/gateway/index.js";
import { newHandleKey } from "../support/gateway.js";
import { openBrowser } from "./browser.js";

let host: FastifyInstance;
beforeEach(() => {
  host = fastify();
});
afterEach(() => host.close());

const app: GatewayApp = { id: "shop", secret: "secret-of-the-shop" };
const usual: GatewayOptions = {
  // Nobody is there, and nobody is asked.
  service: { address: "127.0.0.1:1" },
  apps: [app],
  handleKeys: [newHandleKey()],
};

async function start(more: Partial<GatewayOptions> = {}): Promise<void> {
  const plugin: FastifyPluginAsync<GatewayOptions> = qrLoginGateway;
  await host.register(plugin, { ...usual, ...more });
  await host.ready();
}

describe("the plugin", () => {
  it("starts with an app and a key, and nothing else", async () => {
    await start();
  });

  it("does not tell the whole user to whoever sees the code", async () => {
    const apps = [{ ...app, fullUserInStatus: true, pollByTicketId: true }];
    await expect(start({ apps })).rejects.toThrow(TypeError);
  });

  it.each([
    "https://a/",
    "null",
    "*",
    "shop.example.com",
    "https://shop.example.com/login",
    "https://shop.example.com:443",
    "https://SHOP.example.com",
    "https://user@shop.example.com",
    "file://",
    "",
  ])("takes %j for no origin", async (origin) => {
    await expect(start({ apps: [{ ...app, origins: [origin] }] })).rejects.toThrow(TypeError);
  });

  it("takes no field for one that pages may set but those that there are", async () => {
    const apps = [{ ...app, pageFields: ["place"] as unknown as readonly PageField[] }];
    await expect(start({ apps })).rejects.toThrow(TypeError);
  });

  it.each(["https://shop.example.com", "http://localhost:3000", "http://localhost:*", "http://[::1]:*"])(
    "takes %j for an origin",
    async (origin) => {
      await start({ apps: [{ ...app, origins: ["https://other.example.com", origin] }] });
    },
  );

  it.each<[string, Partial<GatewayOptions>]>([
    ["heartbeatIntervalMs", { heartbeatIntervalMs: Number.NaN }],
    ["heartbeatIntervalMs", { heartbeatIntervalMs: 0 }],
    ["heartbeatIntervalMs", { heartbeatIntervalMs: -1 }],
    ["handleTtlMs", { handleTtlMs: 0 }],
    ["ticketsPerMinute", { limits: { ticketsPerMinute: 0 } }],
    ["callsPerMinute", { limits: { callsPerMinute: 0 } }],
    ["streams", { limits: { streams: 0 } }],
    ["streams", { limits: { streams: Number.NaN } }],
  ])("refuses %s in %j by its name", async (name, given) => {
    const refused = start(given);
    await expect(refused).rejects.toThrow(RangeError);
    await expect(refused).rejects.toThrow(name);
  });

  it.each<[string, Partial<GatewayOptions>]>([
    ["no app", { apps: [] }],
    ["two apps of one id", { apps: [app, app] }],
  ])("refuses %s", async (_title, given) => {
    await expect(start(given)).rejects.toThrow(TypeError);
  });
});

describe("the option authingApi", () => {
  const authingPaths = ["/api/v2/qrcode/check", "/api/v3/get-qrcode-status"];

  it("that is false leaves the Authing-compatible API out, and nothing else", async () => {
    await start({ authingApi: false });
    const browser = openBrowser(await host.listen({ host: "127.0.0.1", port: 0 }));
    for (const path of authingPaths) {
      expect((await browser.get(path)).json).toMatchObject({ message: `Route GET:${path} not found` });
    }
    expect((await browser.status("wrong")).json.reason).toBe("TICKET_NOT_FOUND");
  });

  it("is true by default", async () => {
    await start();
    const browser = openBrowser(await host.listen({ host: "127.0.0.1", port: 0 }));
    for (const path of authingPaths) expect((await browser.get(path)).status).toBe(200);
  });
});
