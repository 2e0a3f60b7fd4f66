import { credentials } from "@grpc/grpc-js";
import type { Logger } from "pino";
import { onTestFinished } from "vitest";
import { stringify } from "yaml";
import { QrLoginServiceClient } from "../../gen/qrlogin/v1/qr_login_service.js";
import { type Clock, systemClock } from "../../src/base/clock.js";
import { startGatewayFromConfig } from "../../src/compose/gateway.js";
import { startProcessMetrics } from "../../src/compose/metrics.js";
import { createReloader } from "../../src/compose/reload/reloader.js";
import { startServers } from "../../src/compose/serve.js";
import { startService } from "../../src/compose/service.js";
import { type ConfigSources, readConfig } from "../../src/config/load_config.js";
import { createProcessLog, type LogLosses } from "../../src/log/process_log.js";
import { type Browser, openBrowser } from "../gateway/browser.js";
import { type Calls, callersOf } from "../support/callers.js";
import { gateway as gatewaySection, load, temporaryFile } from "../support/config_files.js";
import { appEntry, appSecrets, type LogLine } from "../support/server.js";
import { customers, customersJwks, signToken, staff, staffSecret } from "../support/tokens.js";

/** A process as its operators see it: its metrics and its log. */
export interface Observed {
  /** Address of its metrics. */
  readonly metricsAddress: string;
  readonly lines: readonly LogLine[];
}

/** A service with its metrics and its log. */
export interface FaultyService extends Observed {
  readonly address: string;
  readonly client: QrLoginServiceClient;
  readonly shop: Calls;
  readonly alice: Calls;
  /** Reads the configuration again, after the files have changed. Resolves with the result. */
  reload(): Promise<string>;
  /** Stops it before the end of the test. */
  stop(): Promise<void>;
}

interface ServiceOptions {
  /** Changes to the pool `customers`. */
  readonly pool?: object;
  readonly clock?: Clock;
  /** Log of the process. */
  readonly recorded?: RecordedLog;
}

/** Starts a service from a configuration file, with these top-level keys. */
export async function startFaultyService(
  settings: Record<string, unknown> = {},
  { pool = {}, clock = systemClock, recorded = createRecordedLog() }: ServiceOptions = {},
): Promise<FaultyService> {
  const { id, issuer, audience } = customers;
  const keys = { jwksFile: temporaryFile("jwks.json", JSON.stringify(customersJwks)) };
  const content = {
    ...{ grpc: { address: "127.0.0.1:0" }, metrics: { address: "127.0.0.1:0" } },
    userPools: [
      { id, issuer, audience, keys, ...pool },
      { id: staff.id, issuer: staff.issuer, audience: staff.audience, keys: { hs256Secret: staffSecret } },
    ],
    apps: [appEntry("shop", "Example Shop", id), appEntry("blog", "Example Blog", id)],
    ...settings,
  };
  const sources: ConfigSources = {
    ...{ file: temporaryFile("qrlogin.yaml", stringify(content)), env: {}, purpose: "serve" as const },
  };
  const reading = readConfig(sources);
  if ("error" in reading) throw reading.error;
  const { config, files } = reading;
  const { log, lines, losses } = recorded;
  const start = () => startService(config, log, { clock });
  const servers = await startServers(config, log, { start, clock, losses });
  const reloader = createReloader({
    ...{ process: "service" as const, config, files, read: () => readConfig(sources), clock },
  });
  let onResult = (_result: string) => {};
  reloader.start(servers, log, (result) => {
    servers.onReloadResult?.(result);
    onResult(result);
  });
  const client = new QrLoginServiceClient(servers.grpcAddress, credentials.createInsecure(), {
    "grpc.use_local_subchannel_pool": 1,
  });
  const stop = async () => {
    client.close();
    reloader.close();
    await servers.stop();
  };
  onTestFinished(stop);
  const { app, user } = callersOf(client);
  return {
    ...{ address: servers.grpcAddress, metricsAddress: servers.metricsAddress ?? "", lines, client, stop },
    ...{ shop: app("shop"), alice: user(await signToken("alice")) },
    reload: () =>
      new Promise((resolve) => {
        onResult = resolve;
        reloader.request();
      }),
  };
}

/** A gateway with its metrics and its log. */
export interface FaultyGateway extends Observed {
  readonly url: string;
  readonly browser: Browser;
}

/** Starts a gateway for the service at this address, with these keys of its section. */
export async function startFaultyGateway(service: string, keys: object = {}): Promise<FaultyGateway> {
  const section = {
    ...{ ...gatewaySection, address: "127.0.0.1:0", service: { address: service } },
    ...{ metrics: { address: "127.0.0.1:0" }, apps: [{ id: "shop", secret: appSecrets.shop }], ...keys },
  };
  const { gateway: config } = load({ gateway: section }, {}, "gateway");
  if (!config) throw new Error("there is no gateway section");
  const { log, lines } = createRecordedLog();
  const metrics = await startProcessMetrics(config.metrics, "", log, { lines: 0 });
  const gateway = await startGatewayFromConfig(config, log, { demo: false, metrics });
  onTestFinished(async () => {
    await gateway.stop();
    await metrics.stop();
  });
  const url = `http://${gateway.address}`;
  return { url, browser: openBrowser(url), metricsAddress: metrics.address ?? "", lines };
}

/** A log and its lines. */
export interface RecordedLog {
  readonly log: Logger;
  readonly lines: readonly LogLine[];
  readonly losses: LogLosses;
  /** Ends the process as far as its log is concerned: writes what is left. */
  end(): void;
}

/** Returns a log with names of levels. `device` throws an error while it cannot be written. */
export function createRecordedLog(device: () => void = () => {}): RecordedLog {
  const lines: LogLine[] = [];
  const losses = { lines: 0 };
  let end = () => {};
  const tryWrite = (data: string | Uint8Array) => {
    device();
    const text = String(data);
    lines.push(...text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as LogLine])));
    return Buffer.byteLength(text);
  };
  const log = createProcessLog(
    { level: "trace", format: "json", time: "epoch", levels: "name" },
    { development: false, losses },
    {
      env: {},
      stdout: { isTerminal: false, tryWrite, writeAll: () => {} },
      onExit(callback) {
        end = callback;
      },
    },
  );
  return { log, lines, losses, end: () => end() };
}
