import type { FastifyInstance } from "fastify";
import type { ServiceMonitor, ServiceState } from "./service_monitor.js";

/** The readiness of a gateway to get requests. */
export interface Readiness {
  readonly isStopping: boolean;
  /** Reports from now on that the gateway stops. */
  stop(): void;
}

/**
 * Status of a gateway: `starting` until it has reached the service, `unready` while the service is unreachable,
 * `stopping` from the moment at which a stop begins.
 */
type ReadinessStatus = "starting" | "ready" | "unready" | "stopping";

/**
 * Adds the routes that probes call. Their responses follow from what is known, and cause no call.
 *
 * - `/livez`, and `/healthz` as its old name: 200 while the gateway runs.
 * - `/readyz`: 200 if the gateway should get requests, else 503. With `?exclude=service`, an unreachable service does
 *   not count once the gateway has reached it.
 */
export function addReadiness(server: FastifyInstance, service: Pick<ServiceMonitor, "state">): Readiness {
  let isStopping = false;
  server.addHook("onRequest", async (_request, reply) => {
    // A proxy with idle connections then opens its next one to another gateway.
    if (isStopping) reply.header("connection", "close");
  });
  for (const path of ["/livez", "/healthz"]) {
    server.get(path, async (_request, reply) => {
      reply.header("cache-control", "no-store");
      return { status: "ok" };
    });
  }
  server.get("/readyz", async (request, reply) => {
    reply.header("cache-control", "no-store");
    const { exclude } = request.query as { readonly exclude?: unknown };
    const status = isStopping ? "stopping" : statusBy(service.state, exclude === "service");
    return reply.code(status === "ready" ? 200 : 503).send({ status, service: service.state });
  });
  return {
    get isStopping() {
      return isStopping;
    },
    stop() {
      isStopping = true;
    },
  };
}

function statusBy(service: ServiceState, excludesService: boolean): ReadinessStatus {
  if (service === "unknown") return "starting";
  return service === "reachable" || excludesService ? "ready" : "unready";
}
