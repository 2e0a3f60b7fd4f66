import type { FastifyInstance } from "fastify";
import { type ClientOptions } from "../client/index.js";
/**
 * The backend of the demo website: exchanges the ticket that its page posts, with the app's secret and the code verifier of
 * this browser, and starts a session. A real site has a session store; this one forgets with the process. A real site's cookies
 * also have the prefix `__Host-`, which needs TLS: see docs/gateway.md.
 */
export declare function websiteRoutes(instance: FastifyInstance, service: ClientOptions): Promise<void>;
