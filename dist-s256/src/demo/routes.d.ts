import type { FastifyInstance } from "fastify";
import type { ClientOptions } from "../client/index.js";
/** The demo: a website at `/`, and at `/phone` a page that plays the phone. For development mode alone. */
export declare function demoRoutes(server: FastifyInstance, service: ClientOptions): Promise<void>;
