import { pino } from "pino";
import { expect, it, onTestFinished } from "vitest";
import { developmentPresets } from "../../src/compose/development_presets.js";
import { startServers } from "../../src/compose/serve.js";
import { loadConfig } from "../../src/config/load_config.js";
import { signInAlice } from "../support/sign_in_alice.js";

it("service, gateway and metrics listen and are reached on IPv6 alone", async () => {
  const env = {
    QRLOGIN_GRPC_ADDRESS: "[::1]:0",
    QRLOGIN_GATEWAY_ADDRESS: "[::1]:0",
    QRLOGIN_METRICS_ADDRESS: "[::1]:0",
  };
  const config = loadConfig({ env, developmentPreset: developmentPresets() });
  const servers = await startServers(config, pino({ level: "silent" }));
  onTestFinished(() => servers.stop());
  const { grpcAddress, gatewayAddress, metricsAddress } = servers;
  for (const address of [grpcAddress, gatewayAddress, metricsAddress])
    expect(address).toMatch(/^\[::1\]:[1-9]\d*$/);
  expect(await signInAlice({ address: grpcAddress })).toMatchObject({ userId: expect.any(String) });
  // The gateway calls the service over IPv6 as well.
  const origin = `http://${gatewayAddress}`;
  const headers = { origin, "content-type": "application/json" };
  const created = await fetch(`${origin}/qrlogin/v1/tickets`, {
    method: "POST",
    headers,
    body: '{"appId":"demo-app"}',
  });
  expect(created.status, await created.text()).toBeLessThan(300);
  expect(await (await fetch(`http://${metricsAddress}/metrics`)).text()).toContain("# TYPE ");
});
