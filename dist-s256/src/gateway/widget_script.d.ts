import type { FastifyInstance } from "fastify";
/** Serves the widget as one script, for pages of any site: it holds nothing that is anybody's. */
export declare function widgetRoutes(instance: FastifyInstance): Promise<void>;
