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
  // No service runs here, and none is called.
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
  it("the plugin starts with only an app and a key", async () => {
    await start();
  });

  it("the plugin rejects fullUserInStatus together with pollByTicketId", async () => {
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
    "https://shop.example.com:*",
    "http://shop.example.com",
    "file://",
    "",
  ])("the plugin rejects %j as an origin", async (origin) => {
    await expect(start({ apps: [{ ...app, origins: [origin] }] })).rejects.toThrow(TypeError);
  });

  it.each([{ name: "" }, { name: "n".repeat(129) }, { logo: "javascript:alert(1)" }])(
    "the plugin rejects an app with %j",
    async (display) => {
      await expect(start({ apps: [{ ...app, ...display }] })).rejects.toThrow(/^the (name|logo) of \w+ must/);
    },
  );

  it("the plugin rejects unknown names in pageFields", async () => {
    const apps = [{ ...app, pageFields: ["place"] as unknown as readonly PageField[] }];
    await expect(start({ apps })).rejects.toThrow(TypeError);
  });

  it.each(["https://shop.example.com", "http://localhost:3000", "http://localhost:*", "http://[::1]:*"])(
    "the plugin accepts %j as an origin",
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
  ])("the plugin rejects %s in %j by its name", async (name, given) => {
    const rejected = start(given);
    await expect(rejected).rejects.toThrow(RangeError);
    await expect(rejected).rejects.toThrow(name);
  });

  it.each<[string, Partial<GatewayOptions>]>([
    ["no app", { apps: [] }],
    ["two apps of one id", { apps: [app, app] }],
  ])("the plugin rejects %s", async (_title, given) => {
    await expect(start(given)).rejects.toThrow(TypeError);
  });
});

describe("the option authingApi", () => {
  const authingPaths = ["/api/v2/qrcode/check", "/api/v3/get-qrcode-status"];

  it("authingApi false leaves out only the Authing-compatible API", async () => {
    await start({ authingApi: false });
    const browser = openBrowser(await host.listen({ host: "127.0.0.1", port: 0 }));
    for (const path of authingPaths) {
      expect((await browser.get(path)).json).toMatchObject({ message: `Route GET:${path} not found` });
    }
    expect((await browser.status("wrong")).json.reason).toBe("TICKET_NOT_FOUND");
  });

  it("authingApi is true by default", async () => {
    await start();
    const browser = openBrowser(await host.listen({ host: "127.0.0.1", port: 0 }));
    for (const path of authingPaths) expect((await browser.get(path)).status).toBe(200);
  });
});
