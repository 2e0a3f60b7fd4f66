import { pino } from "pino";
import { onTestFinished } from "vitest";
import type { GrpcConfig, GrpcLimitsConfig } from "../../src/config/config.js";
import { fileSchema } from "../../src/config/schema.js";
import { type Clock, systemClock } from "../../src/domain/clock.js";
import { type GrpcServer, startGrpcServer } from "../../src/server/grpc_server.js";

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
  const { grpc: usual } = fileSchema.parse({ grpc: { address: "127.0.0.1:0" } });
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
  onTestFinished(() => grpc.stop());
  return { address: grpc.address, grpc };
}
