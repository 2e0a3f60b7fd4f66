import type { GatewayConfig, GrpcConfig } from "../config/config.js";

/**
 * Time allowed for closing connections, the store and threads in addition to the configured times, in
 * milliseconds.
 */
const grace = 3_000;

/**
 * Additional time before the parent kills a worker, in milliseconds. The worker ends itself at its own
 * time-out.
 */
const killGrace = 2_000;

type Shutdown<Config extends { readonly shutdown: unknown }> = Pick<Config, "shutdown">;

/** Returns how long one process of the service may take to stop, in milliseconds. */
export function serviceStopTimeout({ shutdown }: Shutdown<GrpcConfig>): number {
  return shutdown.delay + shutdown.gracePeriod + grace;
}

/** Returns how long a gateway may take to stop, in milliseconds. */
export function gatewayStopTimeout({ shutdown }: Shutdown<GatewayConfig>): number {
  return shutdown.delay + shutdown.gracePeriod + grace;
}

/** Returns how long the parent waits for a stopping worker before it kills it, in milliseconds. */
export function workerKillTimeout(grpc: Shutdown<GrpcConfig>): number {
  return serviceStopTimeout(grpc) + killGrace;
}

/** Returns how long `count` workers may take to stop one after the other, in milliseconds. */
export function workersStopTimeout(grpc: Shutdown<GrpcConfig>, count: number): number {
  return count * workerKillTimeout(grpc) + grace;
}
