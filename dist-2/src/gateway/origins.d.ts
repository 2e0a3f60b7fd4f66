import type { FastifyRequest } from "fastify";
import type { ServedApp, ServedApps } from "./apps.js";
/**
 * Lets pages of the gateway's own origin in, those of the origins that some app has listed, and what is no browser: that sends
 * no `Origin`, and carries no cookies of somebody else. Only browsers send these headers, and pages cannot forge them.
 *
 * Refuses with ORIGIN_NOT_ALLOWED all others, and what hides its origin.
 */
export declare function admitOrigin(request: FastifyRequest, apps: ServedApps): void;
/** Refuses with ORIGIN_NOT_ALLOWED a page of another site that this app has not listed. */
export declare function demandOrigin(request: FastifyRequest, app: ServedApp): void;
/** Whether the request is made by a page of another origin. */
export declare function isEmbedded(request: FastifyRequest): boolean;
/**
 * Returns the gateway's own origin as this request was addressed to it: proxies write the default port and upper case too.
 * Returns undefined where the `Host` is none.
 */
export declare function ownOriginOf({ protocol, host }: FastifyRequest): string | undefined;
