import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { pino } from "pino";
import { expect, it, onTestFinished } from "vitest";
import { createAppClient } from "../../src/client/index.js";
import { developmentPresets } from "../../src/compose/development_presets.js";
import { descriptorsNeeded, gatewayDescriptorsNeeded, startServers } from "../../src/compose/serve.js";
import type { Config } from "../../src/config/config.js";
import { loadConfig } from "../../src/config/load_config.js";
import { temporaryFile } from "../support/config_files.js";
import { expiredCertificate } from "../support/fixed_certificates.js";
import { anyPortEnvironment, isListening } from "../support/process.js";
import { withTimeout } from "../support/timeout.js";

const silent = pino({ level: "silent" });

const loadDevelopmentConfig = (env: Record<string, string> = {}): Config =>
  loadConfig({ env: { ...anyPortEnvironment, ...env }, developmentPreset: developmentPresets() });

/** Starts an unrelated server. Resolves with it and its address. */
async function startOtherServer(): Promise<{ address: string; leave(): Promise<void> }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const leave = () => new Promise<void>((resolve) => void server.close(() => resolve()));
  onTestFinished(leave);
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, leave };
}

it("stops the service only after the gateway, whose requests in progress may still need it", async () => {
  const { stop, grpcAddress, gatewayAddress = "" } = await startServers(loadDevelopmentConfig(), silent);
  const [host, port] = gatewayAddress.split(":");
  const halfway = connect(Number(port), host);
  const head = ["POST /qrlogin/v1/tickets HTTP/1.1", "host: x", "content-type: application/json"];
  halfway.write([...head, "content-length: 9", "expect: 100-continue", "", ""].join("\r\n"));
  expect(String((await withTimeout(once(halfway, "data"), "`data` of the halfway"))[0])).toContain(
    "100 Continue",
  );

  const stopped = Promise.all([stop(), stop()]);
  const shop = createAppClient({ address: grpcAddress, appId: "demo-app", appSecret: "demo-secret" });
  onTestFinished(() => shop.close());
  expect((await shop.createTicket({})).ticketId).toHaveLength(22);

  halfway.destroy();
  await stopped;
  expect(await isListening(gatewayAddress)).toBe(false);
  expect(await isListening(grpcAddress)).toBe(false);
});

it("stops the service if the gateway cannot start", async () => {
  const [taken, free] = [await startOtherServer(), await startOtherServer()];
  await free.leave();
  const config = loadDevelopmentConfig({
    QRLOGIN_GATEWAY_ADDRESS: taken.address,
    QRLOGIN_GRPC_ADDRESS: free.address,
  });
  await expect(startServers(config, silent)).rejects.toThrow(taken.address);
  expect(await isListening(free.address)).toBe(false);
});

it("counts the connections of trusted proxies separately among the descriptors that a gateway needs", () => {
  const limits = { QRLOGIN_GATEWAY_LIMITS_CONNECTIONS: "300" };
  const needed = (env: Record<string, string>) => {
    const config = loadDevelopmentConfig({ ...limits, ...env });
    return config.gateway && gatewayDescriptorsNeeded(config.gateway);
  };
  expect(needed({})).toBe(128 + 300);
  expect(needed({ QRLOGIN_GATEWAY_TRUSTED_PROXIES: '["10.0.0.0/8"]' })).toBe(128 + 600);
});

it("counts a descriptor for each connection of a service, and none in development mode", () => {
  const { grpc } = loadDevelopmentConfig({ QRLOGIN_GRPC_LIMITS_CONNECTIONS: "70" });
  expect(descriptorsNeeded({ development: false, grpc })).toBe(128 + 70);
  expect(descriptorsNeeded({ development: true, grpc })).toBe(128);
});

it("shows the names and the logos of the development apps on pages too", () => {
  const { apps, gateway } = loadDevelopmentConfig();
  expect(gateway?.apps.map(({ name, logo }) => ({ name, logo }))).toEqual(
    apps.map(({ name, logoUrl }) => ({ name, logo: logoUrl || undefined })),
  );
  expect(gateway?.apps[0]).toMatchObject({ name: "Harbour Books", logo: expect.stringMatching(/^data:/) });
});

it("generates a handle key for each start", () => {
  const [one, other] = [loadDevelopmentConfig(), loadDevelopmentConfig()].map(
    ({ gateway }) => gateway?.handleKeys[0],
  );
  expect(Buffer.from(one ?? "", "base64url")).toHaveLength(32);
  expect(one).not.toBe(other);
});

it("reports an expired certificate of the authorities for issuers from the start", async () => {
  const caFile = temporaryFile("ca.pem", expiredCertificate);
  const lines: string[] = [];
  const log = pino({ level: "error" }, { write: (line) => void lines.push(line) });
  const { stop } = await startServers(loadDevelopmentConfig({ QRLOGIN_OUTGOING_CA_FILE: caFile }), log);
  onTestFinished(stop);
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ setting: "outgoing.caFile" }]);
});
