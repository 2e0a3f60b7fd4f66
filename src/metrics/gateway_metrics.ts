import { gatewayLimitNames } from "../gateway/access/limit_observer.js";
import type { GatewayObserver } from "../gateway/observer.js";
import { sealedKinds } from "../gateway/tickets/sealed_kind.js";
import { handleRejections } from "../gateway/tickets/ticket_observer.js";
import { durationBounds } from "./call_metrics.js";
import { createImageMetrics } from "./image_metrics.js";
import type { MetricsRegistry } from "./registry.js";

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
    help: "Time from a request to the end of its response. Event streams have metrics of their own.",
    labels: ["http_request_method", "http_route", "http_response_status_code"],
    bounds: durationBounds,
  });
  const errors = registry.counter({
    name: "qrlogin_gateway_errors_total",
    help: "Requests that met an error, by its reason.",
    labels: ["http_route", "reason"],
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
    requestStarted: () => active.add(1),
    requestEnded({ method, route, status, reason, durationMs }) {
      active.add(-1);
      durations
        .with({
          http_request_method: method,
          http_route: route,
          http_response_status_code: String(status),
        })
        .observe(durationMs / 1_000);
      if (reason !== undefined) errors.with({ http_route: route, reason }).add();
    },
    streamStarted: (route) => streams.with({ http_route: route }).add(1),
    streamEnded({ route, reason, durationMs }) {
      active.add(-1);
      streams.with({ http_route: route }).add(-1);
      streamDurations.with({ http_route: route }).observe(durationMs / 1_000);
      if (reason !== undefined) errors.with({ http_route: route, reason }).add();
    },
  } satisfies Partial<GatewayObserver>;
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
    initial: ["started", "shared", "none"].map((watch) => ({ watch })),
  });
  const rejectedHandles = registry.counter({
    name: "qrlogin_gateway_handles_rejected_total",
    help: "Handles and other sealed texts that were rejected.",
    labels: ["kind", "reason"],
    initial: sealedKinds.flatMap((kind) => handleRejections.map((reason) => ({ kind, reason }))),
  });
  const images = registry.counter({
    name: "qrlogin_gateway_images_total",
    help: "Requests for the image of a QR code by name, and whether its drawing was cached.",
    labels: ["cached"],
    initial: ["true", "false"].map((cached) => ({ cached })),
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
    initial: gatewayLimitNames.map((limit) => ({ limit })),
  });
  return {
    connectionOpened: () => connections.add(1),
    connectionClosed: () => connections.add(-1),
    limitExceeded: (limit) => limits.with({ limit }).add(),
  } satisfies Partial<GatewayObserver>;
}

function createCallMetrics(registry: MetricsRegistry) {
  const durations = registry.histogram({
    name: "grpc_client_call_duration_seconds",
    help: "Time that a call of the gateway to the service took, retries included. A WatchStatus takes minutes.",
    labels: ["grpc_method", "grpc_status"],
    bounds: durationBounds,
  });
  return {
    callEnded({ method, codeName, durationMs }) {
      durations.with({ grpc_method: method, grpc_status: codeName }).observe(durationMs / 1_000);
    },
  } satisfies Partial<GatewayObserver>;
}
