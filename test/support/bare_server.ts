import { pino } from "pino";
import { onTestFinished } from "vitest";
import { type Clock, systemClock } from "../../src/base/clock.js";
import type { GrpcConfig, GrpcLimitsConfig } from "../../src/config/config.js";
import { configSchema } from "../../src/config/schema/config_schema.js";
import { silentCallObserver } from "../../src/server/calls/call_observer.js";
import { type GrpcServer, startGrpcServer } from "../../src/server/grpc_server.js";
import { flushPromises, type ManualClock } from "./clock.js";

/** gRPC server without a service. Only the transport and its checks respond. */
export interface BareServer {
  readonly address: string;
  readonly grpc: GrpcServer;
}

/**
 * Overrides of the default configuration. Durations are in milliseconds; the limits of a configuration file do
 * not apply.
 */
export interface BareServerOptions extends Partial<Omit<GrpcConfig, "limits">> {
  readonly limits?: Partial<GrpcLimitsConfig>;
  readonly clock?: Clock;
}

/** Starts a server on a free port. It is stopped at the end of the test. */
export async function startBareServer({
  clock = systemClock,
  limits,
  ...config
}: BareServerOptions = {}): Promise<BareServer> {
  const { grpc: usual } = configSchema.parse({ grpc: { address: "127.0.0.1:0" } });
  const rejectCall = async () => {
    throw new Error("there is no service behind this server");
  };
  const never = new Proxy({}, { get: () => rejectCall });
  const grpc = await startGrpcServer({
    config: { ...usual, ...config, limits: { ...usual.limits, ...limits } },
    handlers: { app: never, approver: never, appStream: never } as never,
    apps: { authenticate: rejectCall } as never,
    users: { authenticate: rejectCall } as never,
    ...{ clock, observer: silentCallObserver },
    log: pino({ level: "silent" }),
  });
  onTestFinished(async () => {
    const stopped = grpc.stop();
    // With a clock that stands still, the shutdown would never end.
    if (isManual(clock)) await advanceUntil(stopped, clock);
    await stopped;
  });
  return { address: grpc.address, grpc };
}

function isManual(clock: Clock): clock is ManualClock {
  return "advance" in clock;
}

/** Advances the clock until the promise settles. */
export async function advanceUntil(over: Promise<unknown>, clock: ManualClock): Promise<void> {
  let isOver = false;
  const end = () => {
    isOver = true;
  };
  over.then(end, end);
  while (!isOver) {
    clock.advance(100);
    await flushPromises();
  }
}
