import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-node";
import { pino } from "pino";
import { onTestFinished } from "vitest";
import { signDevelopmentToken } from "../../src/auth/development_identities.js";
import { developmentPresets } from "../../src/compose/development_presets.js";
import { startService } from "../../src/compose/service.js";
import { loadConfig } from "../../src/config/load_config.js";
import { redaction } from "../../src/log/redaction.js";
import { loadSdk, startTracingWith } from "../../src/tracing/tracing.js";
import { type Browser, openBrowser } from "../gateway/browser.js";
import { startTestGateway } from "../support/gateway.js";
import type { LogLine } from "../support/server.js";

/** A service and a gateway in this process, with their spans. */
export interface TracedServers {
  readonly browser: Browser;
  /** The token with which alice's phone calls. */
  readonly token: string;
  /** Returns the lines of the service's log. */
  serviceLines(): LogLine[];
  gatewayLines(): readonly LogLine[];
  /** Returns the spans that have ended so far. */
  finished(): readonly ReadableSpan[];
  /** Stops everything, so that all spans have ended, and returns them. */
  spans(): Promise<readonly ReadableSpan[]>;
}

/** Starts the servers. `trusted` are the networks whose traces the gateway continues. */
export async function startTracedServers({
  trusted,
  redisUrl,
}: {
  readonly trusted: readonly string[];
  readonly redisUrl?: string | undefined;
}): Promise<TracedServers> {
  const exporter = new InMemorySpanExporter();
  const tracing = startTracingWith(await loadSdk(), new SimpleSpanProcessor(exporter), "test", process.env);
  const written: string[] = [];
  const log = pino({ redact: redaction }, { write: (line) => void written.push(line) });
  const env = {
    ...{ QRLOGIN_GRPC_ADDRESS: "127.0.0.1:0", QRLOGIN_METRICS_ENABLED: "false" },
    ...(redisUrl && { QRLOGIN_STORE_REDIS_URL: redisUrl }),
  };
  const config = loadConfig({ env, developmentPreset: developmentPresets() });
  const service = await startService(config, log, { tracing });
  const gateway = await startTestGateway(service.grpcAddress, {
    tracer: tracing.requestTracer(trusted),
    apps: [{ id: "demo-app", secret: "demo-secret", exchangeFromBrowser: true }],
  });
  let spans: Promise<readonly ReadableSpan[]> | undefined;
  const stop = () => {
    spans ??= (async () => {
      await gateway.stop();
      await service.stop();
      const finished = exporter.getFinishedSpans();
      await tracing.stop();
      return finished;
    })();
    return spans;
  };
  onTestFinished(async () => void (await stop()));
  return {
    browser: openBrowser(gateway.url),
    token: await signDevelopmentToken("alice", Date.now()),
    serviceLines: () => written.map((line) => JSON.parse(line)),
    gatewayLines: () => gateway.lines,
    finished: () => exporter.getFinishedSpans(),
    spans: stop,
  };
}
