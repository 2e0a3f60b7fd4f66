import type { FastifyInstance } from "fastify";
import type { ServedApps } from "./apps.js";
/**
 * Lets pages of listed origins call the routes that are added from now on, with cookies, and no others: see {@link admitOrigin}.
 * A route with `anyOrigin` is read by all pages, without credentials.
 *
 * By hand, since `@fastify/cors` would answer the preflights of every route of the server that the gateway is registered
 * into, and that server could not have it any more.
 */
export declare function allowListedOrigins(instance: FastifyInstance, apps: ServedApps): void;
