import { randomBytes } from "node:crypto";
import { pino } from "pino";
import { type Clock, systemClock } from "../../src/base/clock.js";
import type { Tls } from "../../src/client/index.js";
import type { GatewayApp } from "../../src/gateway/access/app_registry.js";
import { type GatewayServerOptions, startGateway } from "../../src/gateway/server.js";
import { redaction } from "../../src/log/redaction.js";
import { flushPromises } from "./clock.js";
import { createCountingClock } from "./counting_clock.js";
import { appSecrets, type LogLine, type TestApp } from "./server.js";
import { withTimeout } from "./timeout.js";

/** Overrides of the usual test gateway. */
export interface TestGatewayOptions extends Partial<Omit<GatewayServerOptions, "service" | "log">> {
  /** Protection of the connection to the service. Plain text by default. */
  readonly serviceTls?: Tls;
  /** Changes to single apps. */
  readonly appOptions?: Partial<Record<TestApp, Partial<GatewayApp>>>;
  readonly clock?: Clock;
  /** Log level. Defaults to `trace`, which logs every line separately. */
  readonly logLevel?: "info" | "trace";
  /** Build of the gateway. Defaults to the source. */
  readonly build?: { readonly startGateway: typeof startGateway };
}

/** Real gateway on a free port. */
export interface TestGateway {
  /** Address, `http://127.0.0.1:PORT` or with https. */
  readonly url: string;
  readonly address: string;
  /** Returns the log so far, as written. */
  logText(): string;
  readonly lines: readonly LogLine[];
  /** Stops the gateway. Throws if a timer is left. */
  stop(): Promise<void>;
}

/** Creates a key that seals handles. */
export const newHandleKey = (): string => randomBytes(32).toString("base64url");

/** Starts a real gateway for the service at this address, with the apps of the test server. */
export async function startTestGateway(
  service: string,
  options: TestGatewayOptions = {},
): Promise<TestGateway> {
  const {
    appOptions = {},
    serviceTls = false,
    clock: innerClock = systemClock,
    logLevel: level = "trace",
    build = { startGateway },
    ...overrides
  } = options;
  const written: string[] = [];
  const log = pino({ level, redact: redaction }, { write: (line) => void written.push(line) });
  const clock = createCountingClock(innerClock);
  const apps = (Object.keys(appSecrets) as TestApp[]).map((id) => ({
    id,
    secret: appSecrets[id],
    pageFields: ["deviceName", "location", "scene", "customData"] as const,
    ...appOptions[id],
  }));
  const server = await build.startGateway(
    {
      host: "127.0.0.1",
      port: 0,
      trustedProxies: [],
      shutdownGracePeriodMs: 5_000,
      handleKeys: [newHandleKey()],
      apps,
      ...overrides,
      // Without a deadline, since a call that a signal must end must not end by itself during a test.
      service: { address: service, tls: serviceTls, deadlineMs: Number.POSITIVE_INFINITY },
      log,
    },
    clock,
  );
  return {
    url: `${overrides.tls ? "https" : "http"}://${server.address}`,
    address: server.address,
    logText: () => written.join(""),
    get lines() {
      return written.map((line) => JSON.parse(line) as LogLine);
    },
    async stop() {
      const before = clock.pending();
      await withTimeout(
        server.stop(),
        "the stop of the gateway: a request is still running, or a resource is still open",
      );
      const left = () => [...clock.pending()].filter((timer) => before.has(timer)).length;
      // Connections that were cut end a few turns of the event loop later.
      const deadline = performance.now() + 5_000;
      while (left() > 0 && performance.now() < deadline) await flushPromises();
      if (left() > 0) throw new Error(`the gateway left ${left()} timers`);
    },
  };
}
