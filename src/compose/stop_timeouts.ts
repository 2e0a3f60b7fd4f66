import type { GatewayConfig, GrpcConfig } from "../config/config.js";

/** Time that closing connections, the store and the threads may take beyond the configured times, in milliseconds. */
const grace = 3_000;

/** Further time that the parent waits before it kills a worker, which ends itself at its own time-out, in milliseconds. */
const killGrace = 2_000;

type Shutdown<Config extends { readonly shutdown: unknown }> = Pick<Config, "shutdown">;

/** Returns how long one process of the service may take to stop, in milliseconds. */
export function serviceStopTimeout({ shutdown }: Shutdown<GrpcConfig>): number {
  return shutdown.delay + shutdown.gracePeriod + grace;
}

/** Returns how long a gateway may take to stop, in milliseconds. */
export function gatewayStopTimeout({ shutdown }: Shutdown<GatewayConfig>): number {
  return shutdown.gracePeriod + grace;
}

/** Returns after how long a worker that was told to stop is killed, in milliseconds. */
export function workerKillTimeout(grpc: Shutdown<GrpcConfig>): number {
  return serviceStopTimeout(grpc) + killGrace;
}

/** Returns how long so many workers may take to stop one after the other, in milliseconds. */
export function workersStopTimeout(grpc: Shutdown<GrpcConfig>, count: number): number {
  return count * workerKillTimeout(grpc) + grace;
}
