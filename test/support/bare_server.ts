import { pino } from "pino";
import { onTestFinished } from "vitest";
import { type Clock, systemClock } from "../../src/base/clock.js";
import type { GrpcConfig, GrpcLimitsConfig } from "../../src/config/config.js";
import { configSchema } from "../../src/config/schema/config_schema.js";
import { type GrpcServer, startGrpcServer } from "../../src/server/grpc_server.js";
import { flushPromises, type ManualClock } from "./clock.js";

/** A gRPC server without a service behind it: what is tested answers by itself. */
export interface BareServer {
  readonly address: string;
  readonly grpc: GrpcServer;
}

/** How its configuration differs from the default, in milliseconds and without the limits of a file. */
export interface BareServerOptions extends Partial<Omit<GrpcConfig, "limits">> {
  readonly limits?: Partial<GrpcLimitsConfig>;
  readonly clock?: Clock;
}

/** Starts one on a port of its own. It is stopped at the end of the test. */
export async function startBareServer({
  clock = systemClock,
  limits,
  ...config
}: BareServerOptions = {}): Promise<BareServer> {
  const { grpc: usual } = configSchema.parse({ grpc: { address: "127.0.0.1:0" } });
  const nobody = async () => {
    throw new Error("there is no service behind this server");
  };
  const never = new Proxy({}, { get: () => nobody });
  const grpc = await startGrpcServer({
    config: { ...usual, ...config, limits: { ...usual.limits, ...limits } },
    handlers: { app: never, approver: never, appStream: never } as never,
    apps: { authenticate: nobody } as never,
    users: { authenticate: nobody } as never,
    clock,
    log: pino({ level: "silent" }),
  });
  onTestFinished(async () => {
    const stopped = grpc.stop();
    // A clock that stands still would hold the stop.
    if (isManual(clock)) await advanceUntil(stopped, clock);
    await stopped;
  });
  return { address: grpc.address, grpc };
}

function isManual(clock: Clock): clock is ManualClock {
  return "advance" in clock;
}

/** Lets time go by until something is over. */
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
