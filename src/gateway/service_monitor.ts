import type { Logger } from "pino";
import { backoffDelay } from "../base/backoff.js";
import type { Clock } from "../base/clock.js";
import type { ForwardingClient } from "../client/forwarding_client.js";
import { isQrLoginError } from "../client/index.js";
import { serviceName } from "../domain/rpc_methods.js";

/** Reachability of the service; `unknown` until it was reached for the first time. */
export type ServiceState = "unknown" | "reachable" | "unreachable";

/** Asks the service for its health, at a modest rate. */
export interface ServiceMonitor {
  readonly state: ServiceState;
  close(): void;
}

export interface ServiceMonitorOptions {
  /** Resolves if a node of the service serves. Rejects with the cause otherwise. */
  readonly check: (signal: AbortSignal) => Promise<void>;
  readonly clock: Pick<Clock, "after">;
  readonly log: Pick<Logger, "info" | "warn">;
  /** Returns a number of at least 0 and less than 1. */
  readonly random?: () => number;
}

/** Interval of the checks while the service is reachable, in milliseconds. */
const interval = 5_000;

/** Time-out of a check, in milliseconds. */
const timeout = 3_000;

/**
 * Failures in a row after which the service counts as unreachable. Each check asks another node, so a node that stops
 * causes one failure.
 */
const maxFailures = 3;

/** Pauses after a failure. */
const retryCurve = { initialMs: 250, maxMs: interval, jitter: 0.5 };

/**
 * Starts to monitor the service. The state changes to `unreachable` after three failures in a row, and to `reachable`
 * with the first success. Each change is logged.
 */
export function monitorService({
  check,
  clock,
  log,
  random = Math.random,
}: ServiceMonitorOptions): ServiceMonitor {
  let state: ServiceState = "unknown";
  let failures = 0;
  let cancelTimer = () => {};
  const closed = new AbortController();

  async function run(): Promise<void> {
    const running = new AbortController();
    const end = () => running.abort();
    closed.signal.addEventListener("abort", end, { once: true });
    cancelTimer = clock.after(timeout, end);
    try {
      await check(running.signal);
      onSuccess();
    } catch (error) {
      onFailure(error, running.signal.aborted);
    }
    closed.signal.removeEventListener("abort", end);
    cancelTimer();
    if (closed.signal.aborted) return;
    // Gateways that started together do not ask together.
    const pause =
      failures > 0 ? backoffDelay(failures - 1, retryCurve, random) : interval * (0.9 + 0.2 * random());
    cancelTimer = clock.after(pause, () => void run());
  }

  function onSuccess(): void {
    const isNews = state === "unreachable" || failures >= maxFailures;
    failures = 0;
    state = "reachable";
    if (isNews && !closed.signal.aborted) log.info("the service is reachable again");
  }

  function onFailure(error: unknown, isTimeout: boolean): void {
    failures += 1;
    if (failures < maxFailures) return;
    if (state === "reachable") state = "unreachable";
    if (failures > maxFailures || closed.signal.aborted) return;
    const cause = isTimeout ? `no response within ${timeout} ms` : messageOf(error);
    log.warn({ cause }, "the service is unreachable; it is asked again until it responds");
  }

  void run();
  return {
    get state() {
      return state;
    },
    close() {
      closed.abort();
      cancelTimer();
    },
  };
}

/** HealthCheckRequest of grpc.health.v1 for `qrlogin.v1.QrLoginService`. */
const healthRequest = Buffer.concat([Buffer.from([0x0a, serviceName.length]), Buffer.from(serviceName)]);

/** Number of UNIMPLEMENTED. */
const unimplemented = 12;

/** Returns a check of the service's health over the gateway's own connections. */
export function createServiceCheck(client: Pick<ForwardingClient, "call">): ServiceMonitorOptions["check"] {
  return async (signal) => {
    try {
      const path = "/grpc.health.v1.Health/Check";
      const response = await client.call({ path, request: healthRequest, authorization: undefined, signal });
      // HealthCheckResponse: `ServingStatus status = 1`, of which 1 is SERVING.
      if (response[0] !== 0x08 || response[1] !== 1) throw new Error("a node reports NOT_SERVING");
    } catch (error) {
      // A proxy that passes on the calls of the service alone. Something that speaks gRPC has replied.
      const isHidden =
        isQrLoginError(error) && error.code === unimplemented && error.connectionFailure === undefined;
      if (!isHidden) throw error;
    }
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
