import { rpcMethods, serviceName } from "../domain/rpc_methods.js";
import { errorReasons } from "../domain/ticket_error.js";
import { gatewayLimitNames } from "../gateway/access/limit_observer.js";
import { gatewayErrorReasons } from "../gateway/http/http_error.js";
import type { GatewayObserver } from "../gateway/observer.js";
import { sealedKinds } from "../gateway/tickets/sealed_kind.js";
import { handleRejections } from "../gateway/tickets/ticket_observer.js";
import { callCodes } from "../server/messages/errors.js";
import { outcomeOf, outcomes } from "./call_metrics.js";
import { createImageMetrics } from "./image_metrics.js";
import { combinationsOf, undeclared } from "./instruments.js";
import type { MetricsRegistry } from "./registry.js";

/** Upper bounds of the durations of requests in seconds: fewer than for calls, since there are many routes. */
const requestBounds = [0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

/** Classes of statuses. */
const statusClasses = ["2xx", "4xx", "5xx"] as const;

/** Codes of calls: those of the service, and those of a proxy or of a server that is none of ours. */
const clientCodes = [...callCodes, "UNKNOWN", "UNIMPLEMENTED"];

/** Reasons of requests of Connect and gRPC-Web that their caller has ended. */
const callerReasons = ["CANCELED", "DEADLINE_EXCEEDED"] as const;

/** Calls whose method or code a newer service or a proxy has invented. */
const otherCall = { grpc_method: undeclared, grpc_status: undeclared };

/** The method with which the gateway asks whether the service is there. */
const healthMethod = "grpc.health.v1.Health/Check";

/** Bounds of the durations of streams, in seconds. A stream ends with its ticket, or when the network changes. */
const streamBounds = [1, 5, 15, 30, 60, 120, 300, 600, 1_800, 3_600];

/** Creates the metrics of a gateway. Returns the observer that sets them. */
export function createGatewayMetrics(registry: MetricsRegistry): GatewayObserver {
  return {
    ...createRequestMetrics(registry),
    ...createTicketMetrics(registry),
    ...createConnectionMetrics(registry),
    ...createCallMetrics(registry),
  };
}

function createRequestMetrics(registry: MetricsRegistry) {
  const active = registry
    .gauge({
      name: "http_server_active_requests",
      help: "Requests in progress, event streams included.",
    })
    .with({});
  const durations = registry.histogram({
    name: "http_server_request_duration_seconds",
    help: "Time from a request to the end of its response, if its status is below 400. Streams have their own.",
    labels: ["http_request_method", "http_route"],
    bounds: requestBounds,
  });
  const ended = registry.counter({
    name: "qrlogin_gateway_requests_total",
    help: "Requests that have ended, by the class of their status. Streams are not among them.",
    labels: ["http_request_method", "http_route", "http_response_status_code"],
  });
  const errors = registry.counter({
    name: "qrlogin_gateway_errors_total",
    help: "Requests that met an error, by its reason.",
    labels: ["reason"],
    series: [...errorReasons, ...gatewayErrorReasons, ...callerReasons, undeclared].map((reason) => ({
      reason,
    })),
  });
  const streams = registry.gauge({
    name: "qrlogin_gateway_streams",
    help: "Open event streams of pages, and streams of Connect and gRPC-Web.",
    labels: ["http_route"],
  });
  const streamDurations = registry.histogram({
    name: "qrlogin_gateway_stream_duration_seconds",
    help: "Time from the request of a stream to its end.",
    labels: ["http_route"],
    bounds: streamBounds,
  });
  return {
    routeAdded({ method, route }, isStream) {
      const labels = { http_request_method: method, http_route: route };
      durations.declare(labels);
      for (const http_response_status_code of statusClasses)
        ended.declare({ ...labels, http_response_status_code });
      if (!isStream) return;
      streams.declare({ http_route: route });
      streamDurations.declare({ http_route: route });
    },
    requestStarted: () => active.add(1),
    requestEnded({ method, route, status, reason, durationMs }) {
      active.add(-1);
      const labels = { http_request_method: method, http_route: route };
      ended.with({ ...labels, http_response_status_code: classOf(status) }).add();
      if (status < 400) durations.with(labels).observe(durationMs / 1_000);
      if (reason !== undefined) errors.with({ reason }).add();
    },
    streamStarted: (route) => streams.with({ http_route: route }).add(1),
    streamEnded({ route, reason, durationMs }) {
      active.add(-1);
      streams.with({ http_route: route }).add(-1);
      streamDurations.with({ http_route: route }).observe(durationMs / 1_000);
      if (reason !== undefined) errors.with({ reason }).add();
    },
  } satisfies Partial<GatewayObserver>;
}

/** Returns the class of a status. A 304 is a success like any other. */
function classOf(status: number): (typeof statusClasses)[number] {
  if (status >= 500) return "5xx";
  return status >= 400 ? "4xx" : "2xx";
}

function createTicketMetrics(registry: MetricsRegistry) {
  const watches = registry
    .gauge({
      name: "qrlogin_gateway_watches",
      help: "Open watches at the service. Requests for the same ticket share one.",
    })
    .with({});
  const statusRequests = registry.counter({
    name: "qrlogin_gateway_status_requests_total",
    help: "Streams and polls of pages, by their watch: started, shared with an earlier request, or none for lack of room.",
    labels: ["watch"],
    series: ["started", "shared", "none"].map((watch) => ({ watch })),
  });
  const rejectedHandles = registry.counter({
    name: "qrlogin_gateway_handles_rejected_total",
    help: "Handles and other sealed texts that were rejected.",
    labels: ["kind", "reason"],
    series: combinationsOf({ kind: sealedKinds, reason: handleRejections }),
  });
  const images = registry.counter({
    name: "qrlogin_gateway_images_total",
    help: "Requests for the image of a QR code by name, and whether its drawing was cached.",
    labels: ["cached"],
    series: ["true", "false"].map((cached) => ({ cached })),
  });
  return {
    statusRequested(use) {
      if (use === "started") watches.add(1);
      statusRequests.with({ watch: use === "not_watched" ? "none" : use }).add();
    },
    watchEnded: () => watches.add(-1),
    handleRejected: (kind, reason) => rejectedHandles.with({ kind, reason }).add(),
    images: createImageMetrics(registry),
    imageRequested: (isCached) => images.with({ cached: String(isCached) }).add(),
  } satisfies Partial<GatewayObserver>;
}

function createConnectionMetrics(registry: MetricsRegistry) {
  const connections = registry
    .gauge({
      name: "qrlogin_gateway_connections",
      help: "Open connections of browsers and proxies.",
    })
    .with({});
  const limits = registry.counter({
    name: "qrlogin_gateway_limits_exceeded_total",
    help: "Requests that a limit of the gateway has rejected, and streams and connections that it has closed.",
    labels: ["limit"],
    series: gatewayLimitNames.map((limit) => ({ limit })),
  });
  return {
    connectionOpened: () => connections.add(1),
    connectionClosed: () => connections.add(-1),
    limitExceeded: (limit) => limits.with({ limit }).add(),
  } satisfies Partial<GatewayObserver>;
}

function createCallMetrics(registry: MetricsRegistry) {
  const methods = [...rpcMethods.map((method) => `${serviceName}/${method}`), healthMethod];
  const durations = registry.histogram({
    name: "grpc_client_call_duration_seconds",
    help: "Time that a call of the gateway to the service took, retries included. A WatchStatus takes minutes.",
    labels: ["grpc_method", "grpc_status"],
    series: [...combinationsOf({ grpc_method: methods, grpc_status: outcomes }), otherCall],
    bounds: requestBounds,
  });
  const ended = registry.counter({
    name: "qrlogin_gateway_calls_total",
    help: "Calls of the gateway to the service that have ended, by their gRPC code.",
    labels: ["grpc_method", "grpc_status"],
    series: [...combinationsOf({ grpc_method: methods, grpc_status: clientCodes }), otherCall],
  });
  return {
    callEnded({ method, codeName, durationMs }) {
      durations.with({ grpc_method: method, grpc_status: outcomeOf(codeName) }).observe(durationMs / 1_000);
      ended.with({ grpc_method: method, grpc_status: codeName }).add();
    },
  } satisfies Partial<GatewayObserver>;
}
