import { randomBytes } from "node:crypto";
import { pino } from "pino";
import { type Clock, systemClock } from "../../src/base/clock.js";
import type { GatewayApp } from "../../src/gateway/access/app_registry.js";
import { type GatewayServerOptions, startGateway } from "../../src/gateway/server.js";
import { redaction } from "../../src/log/redaction.js";
import { flushPromises } from "./clock.js";
import { createCountingClock } from "./counting_clock.js";
import { appSecrets, type LogLine, type TestApp } from "./server.js";
import { withTimeout } from "./timeout.js";

/** How a test gateway differs from the usual one. */
export interface TestGatewayOptions extends Partial<Omit<GatewayServerOptions, "service" | "log">> {
  /** Changes to single apps. */
  readonly appOptions?: Partial<Record<TestApp, Partial<GatewayApp>>>;
  readonly clock?: Clock;
  /** `trace` if absent, at which no lines are summed up. */
  readonly logLevel?: "info" | "trace";
}

/** A real gateway on a port of its own. */
export interface TestGateway {
  /** `http://127.0.0.1:PORT`, or https. */
  readonly url: string;
  readonly address: string;
  /** The log so far as it was written. */
  logText(): string;
  readonly lines: readonly LogLine[];
  /** Stops, and throws if a timer is left. */
  stop(): Promise<void>;
}

/** A key that seals handles. */
export const newHandleKey = (): string => randomBytes(32).toString("base64url");

/** Starts a real gateway before the service at this address, for the apps of the test server. */
export async function startTestGateway(
  service: string,
  options: TestGatewayOptions = {},
): Promise<TestGateway> {
  const {
    appOptions = {},
    clock: innerClock = systemClock,
    logLevel: level = "trace",
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
  const server = await startGateway(
    {
      host: "127.0.0.1",
      port: 0,
      trustedProxies: [],
      shutdownGracePeriodMs: 5_000,
      handleKeys: [newHandleKey()],
      apps,
      ...overrides,
      // Without a deadline: what a signal should have ended must not end by itself while a test waits.
      service: { address: service, tls: false, deadlineMs: Number.POSITIVE_INFINITY },
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
        "the stop of the gateway: some request goes on, or something is not closed",
      );
      const left = () => [...clock.pending()].filter((timer) => before.has(timer)).length;
      // Connections that were cut off end a few turns of the event loop later.
      const deadline = performance.now() + 5_000;
      while (left() > 0 && performance.now() < deadline) await flushPromises();
      if (left() > 0) throw new Error(`the gateway has left ${left()} timers behind`);
    },
  };
}
