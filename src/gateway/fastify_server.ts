import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyServerFactory,
  LogController,
} from "fastify";
import type { Logger } from "pino";
import { sendProblem } from "./http/error_handler.js";
import { routeNotFound } from "./http/http_error.js";
import { generateRequestId, logsRequestId, requestIdField } from "./http/request_id.js";
import { errorSerializer } from "./http/request_log.js";

/**
 * Creates a fastify server that belongs to the gateway alone. Whoever passes requests to it has removed the forwarded
 * headers that cannot be trusted.
 */
export function createFastifyServer(log: Logger, serverFactory?: FastifyServerFactory): FastifyInstance {
  const server: FastifyInstance = fastify({
    loggerInstance: log.child({}, { serializers: { err: errorSerializer } }) as FastifyBaseLogger,
    // The gateway writes its own line for each request. Fastify's lines show the URL, which may hold a handle.
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: requestIdField }),
    genReqId: generateRequestId,
    // Trusts the peer, since only headers that can be trusted are left.
    trustProxy: (_address, hop) => hop === 0,
    // Polls that arrive while the server stops are still answered: after one 503, an SDK never polls again.
    return503OnClosing: false,
    ...(serverFactory && { serverFactory }),
    // Handles requests that cannot be routed, for instance with a broken escape in the URL.
    frameworkErrors: sendProblem,
  });
  server.decorate(logsRequestId, true);
  server.setErrorHandler(sendProblem);
  server.setNotFoundHandler((request, reply) => {
    sendProblem(routeNotFound(), request, reply);
  });
  return server;
}
