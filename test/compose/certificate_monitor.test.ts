import { pino } from "pino";
import { beforeEach, expect, it, onTestFinished } from "vitest";
import { monitorCertificates } from "../../src/compose/certificate_monitor.js";
import { developmentPresets } from "../../src/compose/development_presets.js";
import { startServers } from "../../src/compose/serve.js";
import { loadConfig } from "../../src/config/load_config.js";
import { createCertificateMetrics } from "../../src/metrics/certificate_metrics.js";
import { createMetricsRegistry } from "../../src/metrics/registry.js";
import { createManualClock, noon } from "../support/clock.js";
import { temporaryFile } from "../support/config_files.js";
import { expiredCertificate, privateKey } from "../support/fixed_certificates.js";
import { anyPortEnvironment, isListening } from "../support/process.js";

const day = 86_400_000;
const file = "/etc/tls/server.pem";
const setting = "grpc.tls.certFile";

let lines: Record<string, unknown>[];
const log = pino({ level: "trace" }, { write: (line) => void lines.push(JSON.parse(line)) });

beforeEach(() => {
  lines = [];
});

/** Monitors a certificate that is valid from now for a number of days. */
function startMonitor(days: number) {
  const clock = createManualClock();
  const one = { setting, path: [], file, validFrom: noon, validTo: noon + days * day };
  const monitor = monitorCertificates([one], log, clock);
  return { clock, monitor, one, end: monitor.stop };
}

it("logs nothing about a certificate until its last 14 days, and then a warning every day", () => {
  const { clock } = startMonitor(90);
  clock.advance(75 * day);
  expect(lines).toEqual([]);
  clock.advance(day);
  expect(lines).toEqual([expect.objectContaining({ level: 40, setting, file })]);
  expect(lines[0]?.msg).toBe(
    "the certificate expires soon, at 2027-02-21T12:00:00.000Z: renew it. A renewed one is used without a restart",
  );
  clock.advance(2 * day);
  expect(lines).toHaveLength(3);
});

it("logs an error when a certificate expires, and then every day", () => {
  const { clock } = startMonitor(1.5);
  clock.advance(1.5 * day - 1);
  lines.length = 0;
  clock.advance(1);
  expect(lines).toEqual([expect.objectContaining({ level: 50, setting, file })]);
  expect(lines[0]?.msg).toContain("the certificate has expired: it was valid until 2026-11-25T00:00:00.000Z");
  clock.advance(day);
  expect(lines).toHaveLength(2);
});

it("checks a certificate by the wall clock, which may be set", () => {
  const { clock } = startMonitor(90);
  clock.adjust(89 * day);
  clock.advance(day);
  expect(lines).toEqual([expect.objectContaining({ level: 50 })]);
});

it("monitors the certificates of the last reload alone, and reports each that is in use", () => {
  const clock = createManualClock();
  const one = { setting, path: [], file, validFrom: noon, validTo: noon + 3 * day };
  const reported: number[] = [];
  const monitor = monitorCertificates([one], log, clock, (inUse) =>
    reported.push(...inUse.map(({ validTo }) => validTo)),
  );
  monitor.replace([{ ...one, validTo: noon + 90 * day }]);
  clock.advance(5 * day);
  expect(lines).toEqual([]);
  expect(reported).toEqual([noon + 3 * day, noon + 90 * day]);
  monitor.stop();
  expect(clock.pendingCount).toBe(0);
});

it("the metric loses a certificate that is not in use any more, and keeps those of another server", async () => {
  const registry = createMetricsRegistry();
  const report = createCertificateMetrics(registry);
  const clock = createManualClock();
  const certificates = ["grpc.tls.certFile", "outgoing.caFile", "gateway.tls.certFile"].map((name) => ({
    ...{ setting: name, path: [], file, validFrom: noon, validTo: noon + 90 * day },
  }));
  const service = monitorCertificates(certificates.slice(0, 2), log, clock, report);
  const gateway = monitorCertificates(certificates.slice(2), log, clock, report);
  service.replace(certificates.slice(0, 1));
  const [metric] = await registry.snapshot();
  expect(metric?.values).toMatchObject([
    { labels: { setting: "gateway.tls.certFile" }, value: (noon + 90 * day) / 1_000 },
    { labels: { setting: "grpc.tls.certFile" } },
  ]);
  service.stop();
  gateway.stop();
});

it("has no timer after it was stopped, or without a certificate", () => {
  const { clock, end } = startMonitor(90);
  end();
  expect(clock.pendingCount).toBe(0);
  monitorCertificates([], log, clock);
  expect(clock.pendingCount).toBe(0);
});

it("service and gateway start with an expired certificate, log an error, and monitor it until they stop", async () => {
  const names = { CERT_FILE: expiredCertificate, KEY_FILE: privateKey };
  const files = Object.entries(names).flatMap(([name, text]) =>
    ["GRPC", "GATEWAY"].map((section) => [`QRLOGIN_${section}_TLS_${name}`, temporaryFile(name, text)]),
  );
  const config = loadConfig({
    env: { ...anyPortEnvironment, ...Object.fromEntries(files) },
    developmentPreset: developmentPresets(),
  });
  const clock = createManualClock();
  const { stop, grpcAddress, gatewayAddress = "" } = await startServers(config, log, { clock });
  onTestFinished(stop);
  for (const address of [grpcAddress, gatewayAddress]) expect(await isListening(address)).toBe(true);
  const said = lines.filter(({ msg }) => String(msg).startsWith("the certificate has expired"));
  expect(said.map((line) => line.setting)).toEqual(
    expect.arrayContaining(["grpc.tls.certFile", "gateway.tls.certFile"]),
  );
  await stop();
  expect(clock.pendingCount).toBe(0);
});
