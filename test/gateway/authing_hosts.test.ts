import fastify, { type FastifyPluginAsync } from "fastify";
import { pino } from "pino";
import { expect, it } from "vitest";
import { systemClock } from "../../src/base/clock.js";
import { createEngine } from "../../src/gateway/engine.js";
import { type GatewayOptions, qrLoginGateway } from "../../src/gateway/index.js";
import { newHandleKey } from "../support/gateway.js";
import { appSecrets } from "../support/server.js";

// No service runs here.
const settings = () => ({
  service: { address: "127.0.0.1:1" },
  apps: [{ id: "shop", secret: appSecrets.shop }],
  handleKeys: [newHandleKey()],
});

const ownPaths = [
  "/api/v3/get-profile",
  "/api/v2/oidc/validate_token",
  "/oidc/me",
  "/oidc/.well-known/jwks.json",
];
const pathsOfTheHost = ["/api/v3/list-users", "/api/v3/", "/.well-known/openid-configuration", "/oidc/auth"];

it("in a fastify server of the site, other paths of the Authing API remain the site's", async () => {
  const host = fastify();
  host.setNotFoundHandler((_request, reply) => reply.code(404).send("the site's own"));
  const plugin: FastifyPluginAsync<GatewayOptions> = qrLoginGateway;
  await host.register(plugin, settings());
  for (const path of pathsOfTheHost) {
    for (const method of ["GET", "POST"] as const) {
      expect({ path, text: (await host.inject({ method, url: path })).body }).toEqual({
        path,
        text: "the site's own",
      });
    }
  }
  for (const url of ownPaths) expect((await host.inject({ url })).body).not.toBe("the site's own");
  await host.close();
});

it("while the service is away, no secret is called wrong", async () => {
  const host = fastify();
  const plugin: FastifyPluginAsync<GatewayOptions> = qrLoginGateway;
  await host.register(plugin, settings());
  const payload = { appId: "shop", appSecret: appSecrets.shop };
  const answer = await host.inject({ method: "POST", url: "/api/v3/check-app-id-secret", payload });
  expect(answer.json()).toMatchObject({ statusCode: 503, apiCode: 1000, data: null });
  await host.close();
});

it("a handler takes no other path of the Authing API from the site", async () => {
  const log = pino({ level: "silent" });
  const engine = createEngine({ ...settings(), log, prefix: "/auth" }, undefined, systemClock);
  await engine.ready;
  expect(pathsOfTheHost.filter((path) => engine.serves(`/auth${path}`))).toEqual([]);
  expect(ownPaths.filter((path) => engine.serves(`/auth${path}`))).toEqual(ownPaths);
  expect(ownPaths.filter((path) => engine.serves(path))).toEqual([]);
  await engine.close();
});
