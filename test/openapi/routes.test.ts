import fastify from "fastify";
import { describe, expect, it, onTestFinished } from "vitest";
import { systemClock } from "../../src/base/clock.js";
import { rpcMethods } from "../../src/domain/rpc_methods.js";
import type { GatewayOptions } from "../../src/gateway/options.js";
import { registerGateway } from "../../src/gateway/plugin.js";
import { sendRequest } from "../gateway/http.js";
import { gateway, setUpGateway } from "../gateway/setup.js";
import { newHandleKey } from "../support/gateway.js";
import { appSecrets } from "../support/server.js";
import { description, operations } from "./description.js";

setUpGateway({ gateway: { rpcMethods: [...rpcMethods] } });

/** Routes that no client calls: they exist to reject requests without logging their URLs. */
const rejecting = ["/qrlogin/v1/*", "/qrlogin.v1.QrLoginService/*"];

/** The stream, whose bodies OpenAPI cannot describe. */
const notDescribed = "POST /qrlogin.v1.QrLoginService/WatchStatus";

/** Returns the routes of a gateway without the Authing-compatible API, which Authing describes. */
async function routesOf(options: Partial<GatewayOptions>): Promise<string[]> {
  const host = fastify();
  onTestFinished(() => host.close());
  const routes: string[] = [];
  host.addHook("onRoute", ({ method, url }) => {
    if (rejecting.includes(url)) return;
    for (const one of [method].flat()) if (!/^(HEAD|OPTIONS)$/.test(one)) routes.push(`${one} ${url}`);
  });
  const service = { address: "127.0.0.1:1", tls: false } as const;
  const apps = [{ id: "shop", secret: appSecrets.shop }];
  await registerGateway(
    host,
    { service, apps, handleKeys: [newHandleKey()], authingApi: false, ...options },
    systemClock,
  );
  await host.ready();
  return routes.sort();
}

/** Returns the described routes, as fastify writes them. */
function describedRoutes(): string[] {
  const routes = [...operations.keys()].map((route) => route.replace(/\{name\}\.\w+$/, "*"));
  // The probes of a standalone gateway are not part of the plugin.
  return [...new Set(routes)].filter((route) => !/^GET \/(livez|readyz|healthz)$/.test(route)).sort();
}

describe("the description and the routes", () => {
  it("every route of the gateway is described, and every described route exists", async () => {
    const routes = await routesOf({ rpcMethods: [...rpcMethods] });
    expect(routes.filter((route) => route !== notDescribed)).toEqual(describedRoutes());
    expect(routes).toContain(notDescribed);
  });

  it("the methods that a gateway serves by default are those with the tag Phone", async () => {
    const routes = (await routesOf({})).filter((route) => route.startsWith("POST /qrlogin.v1."));
    const phone = [...operations].filter(([, { tags }]) => tags.includes("Phone")).map(([route]) => route);
    expect(routes).toEqual(phone.sort());
    for (const route of phone) expect(operations.get(route)?.security).toEqual([{ userToken: [] }]);
  });

  it("a running gateway answers every described call, and none with ROUTE_NOT_FOUND", async () => {
    for (const route of operations.keys()) {
      const [method = "", path = ""] = route.split(" ");
      const answer = await sendRequest(gateway.url + path.replace("{name}", "none"), { method });
      expect(answer.text, route).not.toContain("ROUTE_NOT_FOUND");
    }
  });

  it("a call without a body schema has no body, and every other rejects a body that is not JSON", async () => {
    for (const [route, { requestBody }] of operations) {
      const [method = "", path = ""] = route.split(" ");
      expect(requestBody !== undefined, route).toBe(method === "POST");
      if (!requestBody) continue;
      const answer = await sendRequest(gateway.url + path, {
        method,
        headers: { "content-type": "text/plain" },
        body: "x",
      });
      expect(answer.status, route).toBe(415);
    }
  });

  it("every tag is declared and used, and operation ids are unique", () => {
    const used = new Set([...operations.values()].flatMap(({ tags }) => tags));
    expect([...used].sort()).toEqual(description.tags.map(({ name }) => name).sort());
    expect(new Set([...operations.values()].map(({ operationId }) => operationId)).size).toBe(
      operations.size,
    );
  });
});
