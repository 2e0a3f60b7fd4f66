import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { pino } from "pino";
import { expect, it, onTestFinished } from "vitest";
import { developmentPresets } from "../../src/compose/development_presets.js";
import { startProcessMetrics } from "../../src/compose/metrics.js";
import { startServers } from "../../src/compose/serve.js";
import { loadConfig } from "../../src/config/load_config.js";
import { anyPortEnvironment, isListening } from "../support/process.js";
import { scrape } from "../support/scrape.js";

const silent = pino({ level: "silent" });

function loadDevelopmentConfig(env: Record<string, string> = {}) {
  return loadConfig({ env: { ...anyPortEnvironment, ...env }, developmentPreset: developmentPresets() });
}

/** Starts an unrelated server. Resolves with its address. */
async function startOtherServer(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

it("serves the metrics of process, service and gateway at one address in development mode, until both stop", async () => {
  const servers = await startServers(loadDevelopmentConfig(), silent);
  onTestFinished(servers.stop);
  const { metricsAddress = "" } = servers;
  const { value, sum } = await scrape(metricsAddress);
  expect(sum("qrlogin_build_info")).toBe(1);
  expect(value("nodejs_heap_size_used_bytes")).toBeGreaterThan(0);
  expect(value("process_start_time_seconds")).toBeGreaterThan(0);
  expect(value("qrlogin_connections")).toBeTypeOf("number");
  expect(value("qrlogin_gateway_connections")).toBe(0);
  await servers.stop();
  expect(await isListening(metricsAddress)).toBe(false);
});

it("has neither an endpoint nor values if metrics are disabled", async () => {
  const servers = await startServers(loadDevelopmentConfig({ QRLOGIN_METRICS_ENABLED: "false" }), silent);
  onTestFinished(servers.stop);
  expect(servers.metricsAddress).toBeUndefined();
});

it("does not start if the configured address of the metrics is in use, and names it", async () => {
  const taken = await startOtherServer();
  const config = loadDevelopmentConfig({ QRLOGIN_METRICS_ADDRESS: taken });
  await expect(startServers(config, silent)).rejects.toThrow(
    `cannot serve the metrics: cannot listen on ${taken}: the address is in use (EADDRINUSE)`,
  );
});

it("starts without an endpoint if the default address is in use, and logs it", async () => {
  const taken = await startOtherServer();
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: "info" }, { write: (line) => void lines.push(JSON.parse(line)) });
  const metrics = await startProcessMetrics({ enabled: true, address: undefined }, taken, log, { lines: 0 });
  onTestFinished(metrics.stop);
  expect(metrics.address).toBeUndefined();
  expect(lines).toMatchObject([
    {
      level: 40,
      address: taken,
      msg: "the default address of the metrics is in use; they are not served",
    },
  ]);
});
