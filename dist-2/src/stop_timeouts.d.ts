import type { GatewayConfig, GrpcConfig } from "./config/config.js";
type Shutdown<Config extends {
    readonly shutdown: unknown;
}> = Pick<Config, "shutdown">;
/** Returns how long one process of the service may take to stop, in milliseconds. */
export declare function serviceStopTimeout({ shutdown }: Shutdown<GrpcConfig>): number;
/** Returns how long a gateway may take to stop, in milliseconds. */
export declare function gatewayStopTimeout({ shutdown }: Shutdown<GatewayConfig>): number;
/** Returns after how long a worker that was told to stop is killed, in milliseconds. */
export declare function workerKillTimeout(grpc: Shutdown<GrpcConfig>): number;
/** Returns how long so many workers may take to stop one after the other, in milliseconds. */
export declare function workersStopTimeout(grpc: Shutdown<GrpcConfig>, count: number): number;
export {};
