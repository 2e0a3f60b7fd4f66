import type { FastifyInstance } from "fastify";
import { type ClientOptions } from "../client/index.js";
/** The backend of the demo phone: calls the service for the demo user whom the page has chosen. */
export declare function phoneRoutes(instance: FastifyInstance, service: ClientOptions): Promise<void>;
