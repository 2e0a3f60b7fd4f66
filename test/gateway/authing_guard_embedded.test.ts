import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import fastify, { type FastifyPluginAsync } from "fastify";
import { expect, it, onTestFinished } from "vitest";
import { type GatewayOptions, qrLoginGateway } from "../../src/gateway/index.js";
import { createNodeHandler } from "../../src/gateway/node/index.js";
import { newHandleKey } from "../support/gateway.js";
import { call } from "./authing_calls.js";
import { openBrowser } from "./browser.js";

const configPath = (app: string, name = "public-config") => `/api/v2/applications/${app}/${name}`;

/** Options of a gateway in the server of a site. None of Guard's calls reaches the service. */
const options = () => ({
  service: { address: "127.0.0.1:1", tls: false } as const,
  apps: [{ id: "shop", secret: "secret", name: "Example Shop" }],
  handleKeys: [newHandleKey()],
});

it("a plugin under a path tells Guard to load its icons from there", async () => {
  const host = fastify();
  onTestFinished(() => host.close());
  const plugin: FastifyPluginAsync<GatewayOptions> = qrLoginGateway;
  await host.register(plugin, { ...options(), prefix: "/auth" });
  const { data } = (await host.inject(`/auth${configPath("shop")}`)).json();
  expect(data.cdnBase).toBe("http://localhost/auth");
  expect((await host.inject("/auth/svg-string/guard")).statusCode).toBe(200);
});

it("a handler answers Guard's calls, and leaves other paths beside them to the host", async () => {
  const handler = createNodeHandler(options());
  const host = createServer((request, response) => handler(request, response, () => response.end("host")));
  await new Promise<void>((resolve) => host.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    host.close();
    await handler.close();
  });
  const browser = openBrowser(`http://127.0.0.1:${(host.address() as AddressInfo).port}`);
  expect((await call(configPath("shop"), undefined, {}, browser)).data.name).toBe("Example Shop");
  for (const path of ["/api/v2/applications/shop", configPath("shop", "secret"), configPath("a/b")])
    expect((await browser.get(path)).text, path).toBe("host");
});
