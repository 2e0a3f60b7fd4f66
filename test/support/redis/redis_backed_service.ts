import { credentials } from "@grpc/grpc-js";
import { pino } from "pino";
import { onTestFinished } from "vitest";
import { QrLoginServiceClient } from "../../../gen/qrlogin/v1/qr_login_service.js";
import { signDevelopmentToken } from "../../../src/auth/development_identities.js";
import { type Clock, systemClock } from "../../../src/base/clock.js";
import { developmentPresets } from "../../../src/compose/development_presets.js";
import { startService } from "../../../src/compose/service.js";
import { loadConfig } from "../../../src/config/load_config.js";
import { redaction } from "../../../src/log/redaction.js";
import { asUser, authorization, basic, type Calls, callsOf, type Watch, watchOf } from "../callers.js";
import { healthOf } from "../health.js";
import type { EnvironmentVariables } from "../process.js";
import type { RedisProcess } from "./redis_process.js";

/** Real service with the identities of development mode and its tickets in Redis. */
export interface RedisBackedService {
  readonly address: string;
  /** Client of the demo app. */
  readonly shop: Calls;
  readonly alice: Calls;
  readonly bob: Calls;
  watch(ticket: { ticketId: string; ticketSecret: string }): Watch;
  /** Resolves with the health status of the empty name, the service, `liveness` and `clock`. */
  health(): Promise<string>;
  /** Returns the log so far, as written, at level trace. */
  logText(): string;
  stop(): Promise<void>;
}

const asDemoApp = authorization(basic("demo-app", "demo-secret"));
const healthNames = ["", "qrlogin.v1.QrLoginService", "liveness", "clock"];

/** Limits for the one user of these tests, as JSON. */
const unreachedLimits = JSON.stringify({
  ...{ scansPerApprover: 1_000, scansInProgress: 1_000, declinesPerApprover: 1_000 },
});

/** Results of {@link RedisBackedService.health} while Redis is reachable, and while it is not. */
export const healthyStatuses = "SERVING SERVING SERVING SERVING";
export const unavailableStatuses = "NOT_SERVING NOT_SERVING SERVING SERVING";

/**
 * Starts the service. It is stopped at the end of the test. Unless the variables say otherwise, it does not
 * refresh watches periodically, and its time-out for Redis is too long to be reached.
 */
export async function startRedisBackedService(
  redis: Pick<RedisProcess, "url">,
  variables: EnvironmentVariables = {},
  clock: Clock = systemClock,
): Promise<RedisBackedService> {
  const env = {
    ...{ QRLOGIN_GRPC_ADDRESS: "127.0.0.1:0", QRLOGIN_GATEWAY_ADDRESS: "127.0.0.1:0" },
    ...{ QRLOGIN_STORE_REDIS_URL: redis.url, QRLOGIN_STORE_REDIS_REFRESH_INTERVAL: "0s" },
    ...{ QRLOGIN_STORE_REDIS_TIMEOUT: "10s", QRLOGIN_POLICY_LIMITS: unreachedLimits },
    ...{ QRLOGIN_TICKETS_MIN_POLL_INTERVAL: "0s", ...variables },
  };
  const written: string[] = [];
  const log = pino({ level: "trace", redact: redaction }, { write: (line) => void written.push(line) });
  const app = await startService(loadConfig({ env, developmentPreset: developmentPresets() }), log, {
    clock,
  });
  const address = app.grpcAddress;
  const client = new QrLoginServiceClient(address, credentials.createInsecure(), {
    "grpc.use_local_subchannel_pool": 1,
  });
  async function stop(): Promise<void> {
    client.close();
    await app.stop();
  }
  onTestFinished(stop);
  const user = async (name: "alice" | "bob") =>
    callsOf(client, asUser(await signDevelopmentToken(name, Date.now())));
  return {
    address,
    shop: callsOf(client, asDemoApp),
    alice: await user("alice"),
    bob: await user("bob"),
    watch: (ticket) => watchOf(client, asDemoApp, ticket),
    health: async () => (await Promise.all(healthNames.map((name) => healthOf(address, name)))).join(" "),
    logText: () => written.join(""),
    stop,
  };
}
