import fastify, { type FastifyInstance, type FastifyPluginAsync } from "fastify";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { GatewayHost } from "../../src/config/gateway_options.js";
import { type GatewayApp, type GatewayOptions, qrLoginGateway } from "../../src/gateway/index.js";
import { createNodeHandler } from "../../src/gateway/node/index.js";
import { startGateway } from "../../src/gateway/server.js";
import { createFetchHandler } from "../../src/gateway/web/index.js";
import { collectProblems, gateway as gatewaySection, load } from "../support/config_files.js";
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

const valid = { service: { address: "127.0.0.1:1" }, ...gatewaySection };
const withApp = (keys: object) => ({ apps: [{ ...gatewaySection.apps[0], ...keys }] });

type Options = Record<string, unknown>;
/** Ways to pass options to the gateway. Each throws or rejects with an error for invalid ones. */
const ways: Readonly<Record<GatewayHost, (options: Options) => unknown>> = {
  async plugin(options) {
    const own = fastify();
    try {
      const plugin: FastifyPluginAsync<GatewayOptions> = qrLoginGateway;
      await own.register(plugin, options as unknown as GatewayOptions);
      await own.ready();
    } finally {
      await own.close();
    }
  },
  node: (options) => createNodeHandler(options as never).close(),
  fetch: (options) => createFetchHandler({ clientAddress: () => "", ...options } as never).close(),
  async server(options) {
    const own = { host: "127.0.0.1", port: 0, trustedProxies: [], shutdownGracePeriodMs: 1_000, log };
    await (await startGateway({ ...own, ...options } as never)).stop();
  },
};
const log = pino({ level: "silent" });
const wayNames = Object.keys(ways) as GatewayHost[];

/** Passes options in this way. Resolves with the problems, as lines. */
async function problemsOf(way: GatewayHost, options: Options): Promise<string[]> {
  try {
    await ways[way](options);
    return [];
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const [title, ...lines] = error.message.split("\n");
    expect(title).toBe("the options of the gateway are invalid");
    return lines;
  }
}

/** Returns the problems of the same keys in a configuration file, as lines, without the name of the section. */
function fileProblems(keys: object): string[] {
  return collectProblems(() => load({ gateway: { ...gatewaySection, ...keys } }, {}, "gateway")).map(
    ({ path, message }) => `${path.replace(/^gateway\./, "")}: ${message.replaceAll("gateway.", "")}`,
  );
}

describe("options and the configuration file", () => {
  it.each(wayNames)("the least options are valid for the %s", async (way) => {
    expect(await problemsOf(way, valid)).toEqual([]);
    const undefinedLimits = { limits: { streams: undefined }, handleTtlMs: undefined, onSignIn: undefined };
    expect(await problemsOf(way, { ...valid, ...undefinedLimits })).toEqual([]);
  });

  // With the same names and values in both.
  const same: [string, object][] = [
    ["apps", { apps: [] }],
    ["apps[0].id", withApp({ id: "shop:1" })],
    ["apps[0].secret", withApp({ secret: "" })],
    ["apps[1].id", { apps: [gatewaySection.apps[0], gatewaySection.apps[0]] }],
    ["apps[0].name", withApp({ name: "a".repeat(129) })],
    ["apps[0].logo", withApp({ logo: "http://shop.example.com/logo.png" })],
    ["apps[0].fullUserInStatus", withApp({ pollByTicketId: true, fullUserInStatus: true })],
    ["apps[0].pageFields[0]", withApp({ pageFields: ["place"] })],
    ["apps[0].bindToBrowser", withApp({ bindToBrowser: "no" })],
    ...[
      ...["https://a/", "null", "*", "shop.example.com", "https://shop.example.com/login", "file://", ""],
      ...["https://shop.example.com:443", "https://SHOP.example.com", "https://user@shop.example.com"],
      ...["https://shop.example.com:*", "http://shop.example.com", "https://a;b"],
    ].map((origin): [string, object] => ["apps[0].origins[0]", withApp({ origins: [origin] })]),
    ["handleKeys", { handleKeys: [] }],
    ["handleKeys[0]", { handleKeys: ["c2hvcnQ"] }],
    ["handleKeys[0]", { handleKeys: [Buffer.alloc(32).toString("base64url")] }],
    ["handleKeys[0]", { handleKeys: ["3q2-7wQmT0d1bGxvd2luZy10aGUtd2hpdGUtcmFiYml0"] }],
    ["handleKeys[1]", { handleKeys: [gatewaySection.handleKeys[0], gatewaySection.handleKeys[0]] }],
    ["rpcMethods[0]", { rpcMethods: ["DeleteEverything"] }],
    ["authingApi", { authingApi: "yes" }],
    ["limits.streams", { limits: { streams: 0 } }],
    ["limits.streams", { limits: { streams: 1.5 } }],
    ["limits.streamsPerAddress", { limits: { streamsPerAddress: 1_000_001 } }],
    ["limits.ticketsPerMinute", { limits: { ticketsPerMinute: 0 } }],
    ["limits.callsPerMinute", { limits: { callsPerMinute: 10_000_001 } }],
    ["service.address", { service: { address: "http://127.0.0.1:50051" } }],
    ["service.address", { service: { address: "127.0.0.1:0" } }],
    ["service.tls", { service: { address: "qr.example.com:50051", tls: false } }],
  ];
  it.each(same)("%s is rejected alike: %j", async (path, keys) => {
    const expected = fileProblems(keys);
    expect(expected.map((line) => line.split(":")[0])).toEqual([path]);
    for (const way of wayNames) {
      const lines = await problemsOf(way, { ...valid, ...keys });
      expect(lines).toHaveLength(expected.length);
      // In a file, the remedy may follow.
      for (const [index, line] of lines.entries()) expect(expected[index]?.startsWith(line)).toBe(true);
    }
  });

  it.each<[string, object, string, object]>([
    ["handleTtl", { handleTtl: "59s" }, "handleTtlMs: must be 60000 to 172800000", { handleTtlMs: 59_000 }],
    [
      "handleTtl",
      { handleTtl: "49h" },
      "handleTtlMs: must be 60000 to 172800000",
      { handleTtlMs: 49 * 3_600_000 },
    ],
    [
      "heartbeatInterval",
      { heartbeatInterval: "999ms" },
      "heartbeatIntervalMs: must be 1000 to 300000",
      { heartbeatIntervalMs: 999 },
    ],
    [
      "heartbeatInterval",
      { heartbeatInterval: "6m" },
      "heartbeatIntervalMs: must be 1000 to 300000",
      { heartbeatIntervalMs: 360_000 },
    ],
    [
      "heartbeatInterval",
      { heartbeatInterval: 1 },
      "heartbeatIntervalMs: must be a whole number",
      { heartbeatIntervalMs: Number.NaN },
    ],
    [
      "limits.ticketTtl",
      { limits: { ticketTtl: "2h" } },
      "limits.ticketTtlMs: must be 1000 to 3600000",
      { limits: { ticketTtlMs: 7_200_000 } },
    ],
    ["apps", { apps: "shop" }, "apps: must be an array", { apps: "shop" }],
    ["apps[0].secret", withApp({ secret: 7 }), "apps[0].secret: must be a string", withApp({ secret: 7 })],
    ["limits", { limits: null }, "limits: must be an object, or undefined", { limits: null }],
    ["limit", { limit: {} }, "limit: is not an option here; did you mean limits?", { limit: {} }],
    [
      "apps[0].orgins",
      withApp({ orgins: [] }),
      "apps[0].orgins: is not an option here; did you mean origins?",
      withApp({ orgins: [] }),
    ],
    [
      "limits.stream",
      { limits: { stream: 1 } },
      "limits.stream: is not an option here; did you mean streams?",
      { limits: { stream: 1 } },
    ],
    [
      "apps[0].secret",
      { ...withApp({ secret: "demo-secret" }), service: { address: "qr.example.com:50051" } },
      "apps[0].secret: is a publicly known secret",
      { ...withApp({ secret: "demo-secret" }), service: { address: "qr.example.com:50051" } },
    ],
  ])("%s is rejected in both, with the words and units of each: %j", async (path, keys, line, options) => {
    expect(fileProblems(keys).map((each) => each.split(":")[0])).toEqual([path]);
    for (const way of wayNames) {
      expect(await problemsOf(way, { ...valid, ...options })).toEqual([expect.stringContaining(line)]);
    }
  });

  it("a publicly known secret is accepted for a service on loopback, as in development mode", async () => {
    expect(await problemsOf("node", { ...valid, ...withApp({ secret: "demo-secret" }) })).toEqual([]);
  });

  it("plain text beyond loopback is accepted if it is allowed", async () => {
    const service = { address: "qr.example.com:50051", tls: false };
    expect(await problemsOf("plugin", { ...valid, service, allowPlaintextOnNetwork: true })).toEqual([]);
  });
});

describe("the problems of options", () => {
  it("all problems are reported at once, and no value is shown", async () => {
    const wrong = {
      apps: [{ id: "shop", secret: ["hunter2"], origins: ["https://hunter2@shop.example.com"] }],
      handleKeys: ["hunter2"],
      limits: { streams: -1 },
      trustedProxies: ["hunter2"],
      prefix: "hunter2",
      onSignIn: "hunter2",
      service: { address: "hunter2 hunter2", channelOptions: "hunter2" },
    };
    const lines = await problemsOf("node", wrong);
    expect(lines.map((line) => line.split(":")[0]).toSorted()).toEqual([
      ...["apps[0].origins[0]", "apps[0].secret", "handleKeys[0]", "limits.streams", "onSignIn", "prefix"],
      ...["service.address", "service.channelOptions", "trustedProxies[0]"],
    ]);
    expect(lines.join()).not.toContain("hunter2");
  });

  it.each<[GatewayHost, string, Options]>([
    ["node", "log: must be a pino logger", { log: console.log }],
    ["node", "log: must be a pino logger", { log: {} }],
    ["node", "prefix: must be a path such as /auth", { prefix: "/auth/" }],
    ["node", "prefix: must be a path such as /auth", { prefix: "auth" }],
    ["fetch", "prefix: must be a path such as /auth", { prefix: "/:any" }],
    ["node", "trustedProxies[0]: is too wide", { trustedProxies: ["0.0.0.0/0"] }],
    ["node", "trustedProxies[0]: must be an IP address", { trustedProxies: ["proxy"] }],
    ["node", "clientIpHeader: must be one of x-forwarded-for, x-real-ip", { clientIpHeader: "forwarded" }],
    ["node", "clientAddress: is not an option here", { clientAddress: () => "" }],
    ["plugin", "trustedProxies: is not an option here", { trustedProxies: [] }],
    ["plugin", "onSignIn: must be a function", { onSignIn: {} }],
    ["fetch", "clientAddress: is missing", { clientAddress: undefined }],
    ["fetch", "clientAddress: must be a function", { clientAddress: "203.0.113.7" }],
    ["fetch", "publicOrigin: must be an origin", { publicOrigin: "https://shop.example.com/" }],
    ["fetch", "publicOrigin: must be an https origin", { publicOrigin: "http://shop.example.com" }],
    ["fetch", "publicOrigin: must name the port", { publicOrigin: "http://localhost:*" }],
    [
      "node",
      "service.deadlineMs: must be a number of milliseconds",
      { service: { address: "a:1", deadlineMs: -1 } },
    ],
    ["node", "service.tls: must be true, false, an object", { service: { address: "a:1", tls: "no" } }],
    [
      "node",
      "service.adress: is not an option here; did you mean address?",
      { service: { address: "a:1", adress: "" } },
    ],
  ])("%s: %s", async (way, line, options) => {
    expect(await problemsOf(way, { ...valid, ...options })).toEqual([expect.stringContaining(line)]);
  });

  it("options that are missing altogether are reported as such", () => {
    expect(() => createNodeHandler(undefined as never)).toThrow("options: is missing");
    expect(() => createFetchHandler(null as never)).toThrow("options: must be an object");
  });

  it("the errors of the handlers are thrown at once, and leave nothing open", () => {
    expect(() => createNodeHandler({} as never)).toThrow(TypeError);
    expect(() => createFetchHandler({} as never)).toThrow(TypeError);
  });

  it("a server of another version of fastify is named", async () => {
    const other = { version: "4.29.1" } as unknown as FastifyInstance;
    const plugin: FastifyPluginAsync<GatewayOptions> = qrLoginGateway;
    await expect(plugin(other, usual)).rejects.toThrow("needs fastify 5, but this server is fastify 4.29.1");
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
