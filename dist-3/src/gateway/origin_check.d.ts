import type { FastifyInstance, RouteShorthandOptions } from "fastify";
import type { ServedApps } from "./apps.js";
declare module "fastify" {
    interface FastifyContextConfig {
        /** Answers pages of every origin, without credentials. */
        anyOrigin?: boolean;
    }
}
/**
 * Adds `GET origin`: whether pages of the origin that asks may call for the app, 204 or a refusal. A browser hides from a page
 * why its call to another origin failed; this answer alone it may read whatever its origin is. It is a simple request without
 * credentials: no preflight comes before it, it reads and sets no cookie, and it makes no ticket.
 */
export declare function originRoute(instance: FastifyInstance, apps: ServedApps, limit: RouteShorthandOptions): void;
