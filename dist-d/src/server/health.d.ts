import { type Server } from "@grpc/grpc-js";
import { service as healthService } from "grpc-health-check";
import type { FloodLog } from "./flood_log.js";
export { healthService };
export type ServingStatus = "SERVING" | "NOT_SERVING";
/** The health service, `grpc.health.v1.Health`. */
export interface Health {
    setStatus(name: string, status: ServingStatus): void;
}
/**
 * Adds the health service. Every name is SERVING to begin with, and further names are never known.
 *
 * Our own, with the definition of `grpc-health-check`: the package bounds neither watches nor the names that it remembers of them, and
 * writes without minding whether anybody reads.
 *
 * @param maxWatches Watches in all. At the limit, a new one ends the oldest of a connection that has more, or is refused.
 */
export declare function addHealth(server: Server, names: readonly string[], maxWatches: number, floods: FloodLog): Health;
