import {
  type DashboardDefinition,
  percentiles,
  quantile,
  rate,
  rateBy,
  selecting,
  selector,
} from "./panel.js";
import { processRow } from "./process_row.js";

const durations = "http_server_request_duration_seconds";
const requests = "qrlogin_gateway_requests_total";
const callDurations = "grpc_client_call_duration_seconds";
const calls = "qrlogin_gateway_calls_total";
const withoutWatches = selecting('grpc_method!~".*/WatchStatus"');

/** The dashboard of the gateways. */
export const gatewayDashboard: DashboardDefinition = {
  uid: "qrlogin-gateway",
  title: "qrlogin gateway",
  description: "Requests of browsers, event streams, watches, and calls to the service.",
  presenceMetric: "qrlogin_gateway_connections",
  rows: [
    {
      title: "At a glance",
      panels: [
        {
          title: "Requests",
          description: "Requests per second, without event streams.",
          unit: "reqps",
          kind: "stat",
          queries: [{ expr: `sum(${rate(requests)})`, legend: "" }],
        },
        {
          title: "Failed",
          description: "Share of requests with a status of 500 or above. Alert above 2 %.",
          unit: "percentunit",
          kind: "stat",
          queries: [
            {
              expr:
                `(sum(${rate(requests, selecting('http_response_status_code="5xx"'))}) or vector(0))` +
                ` / sum(${rate(requests)})`,
              legend: "",
            },
          ],
        },
        {
          title: "p99",
          description:
            "Time within which 99 % of the successful requests end. Status calls may wait up to 2 s for the service.",
          unit: "s",
          kind: "stat",
          queries: [{ expr: quantile(0.99, durations), legend: "" }],
        },
        {
          title: "Event streams",
          description: "Pages that follow their ticket at this moment.",
          unit: "short",
          kind: "stat",
          queries: [{ expr: `sum(qrlogin_gateway_streams{${selector}})`, legend: "" }],
        },
        {
          title: "Calls that failed",
          description:
            "Share of calls to the service that end with UNAVAILABLE, INTERNAL or DEADLINE_EXCEEDED.",
          unit: "percentunit",
          kind: "stat",
          queries: [
            {
              expr:
                `(sum(${rate(calls, selecting('grpc_status=~"UNAVAILABLE|INTERNAL|DEADLINE_EXCEEDED"'))}) or vector(0))` +
                ` / sum(${rate(calls)})`,
              legend: "",
            },
          ],
        },
        {
          title: "Gateways",
          description: "Processes that answer scrapes, by version.",
          unit: "short",
          kind: "stat",
          queries: [
            {
              expr:
                `count by (version) (qrlogin_build_info{${selector}}` +
                ` and on (job, instance) qrlogin_gateway_connections{${selector}})`,
              legend: "{{version}}",
            },
          ],
        },
      ],
    },
    {
      title: "Requests",
      panels: [
        {
          title: "Requests by route",
          description: "Requests per second, without event streams. Paths without a route are `unmatched`.",
          unit: "reqps",
          queries: [{ expr: rateBy("http_route", requests), legend: "{{http_route}}" }],
        },
        {
          title: "Responses by status",
          description:
            "Responses per second by the class of their status. 4xx includes clients that were gone before there was one.",
          unit: "reqps",
          queries: [
            {
              expr: rateBy("http_response_status_code", requests),
              legend: "{{http_response_status_code}}",
            },
          ],
        },
        {
          title: "Errors by reason",
          description:
            "docs/errors.md explains each reason. SERVICE_UNAVAILABLE: the gateway does not reach the service.",
          unit: "reqps",
          queries: [{ expr: rateBy("reason", "qrlogin_gateway_errors_total"), legend: "{{reason}}" }],
        },
        {
          title: "Duration",
          description:
            "Percentiles of the time from a request to the end of its response, for successful ones.",
          unit: "s",
          queries: percentiles(durations),
        },
        {
          title: "p99 by route",
          description: "Time within which 99 % of the successful requests of a route end.",
          unit: "s",
          queries: [{ expr: quantile(0.99, durations, selector, "http_route"), legend: "{{http_route}}" }],
        },
        {
          title: "In progress",
          description:
            "Requests in progress with their event streams, and connections of browsers and proxies.",
          unit: "short",
          queries: [
            { expr: `sum(http_server_active_requests{${selector}})`, legend: "requests" },
            { expr: `sum(qrlogin_gateway_connections{${selector}})`, legend: "connections" },
          ],
        },
      ],
    },
    {
      title: "Streams and watches",
      panels: [
        {
          title: "Open streams and watches",
          description:
            "One watch at the service serves all pages of a ticket. A watch goes on for 20 s after a poll.",
          unit: "short",
          queries: [
            {
              expr: `sum by (http_route) (qrlogin_gateway_streams{${selector}})`,
              legend: "streams {{http_route}}",
            },
            { expr: `sum(qrlogin_gateway_watches{${selector}})`, legend: "watches" },
          ],
        },
        {
          title: "Status requests by watch",
          description:
            "`shared` costs the service nothing. `none` means that there is no room for a watch: raise limits.streams.",
          unit: "reqps",
          queries: [{ expr: rateBy("watch", "qrlogin_gateway_status_requests_total"), legend: "{{watch}}" }],
        },
        {
          title: "Duration of streams",
          description:
            "Many short streams are pages that reconnect: a proxy with a short idle time-out, or a lost service.",
          unit: "s",
          queries: percentiles("qrlogin_gateway_stream_duration_seconds"),
        },
      ],
    },
    {
      title: "Calls to the service",
      panels: [
        {
          title: "Calls by method",
          description: "Calls per second. A watch counts when it ends.",
          unit: "ops",
          queries: [{ expr: rateBy("grpc_method", calls), legend: "{{grpc_method}}" }],
        },
        {
          title: "Calls by status",
          description:
            "Ended calls per second, other than with OK. UNAVAILABLE: the service does not answer. CANCELLED: nobody waited any more.",
          unit: "ops",
          queries: [
            {
              expr: rateBy("grpc_status", calls, selecting('grpc_status!="OK"')),
              legend: "{{grpc_status}}",
            },
          ],
        },
        {
          title: "Duration of calls",
          description: "Percentiles over all methods but WatchStatus, retries included.",
          unit: "s",
          queries: percentiles(callDurations, withoutWatches),
        },
      ],
    },
    {
      title: "Handles, images and limits",
      panels: [
        {
          title: "Rejected handles",
          description:
            "`unknown_key`: the gateways have different handleKeys, or a key was removed too early. `no_cookie`: a browser blocks the cookie.",
          unit: "ops",
          queries: [
            { expr: rateBy("reason", "qrlogin_gateway_handles_rejected_total"), legend: "{{reason}}" },
          ],
        },
        {
          title: "Limits exceeded",
          description:
            "docs/limits.md explains each limit. One that many users meet is too low, or a proxy hides their addresses.",
          unit: "ops",
          queries: [{ expr: rateBy("limit", "qrlogin_gateway_limits_exceeded_total"), legend: "{{limit}}" }],
        },
        {
          title: "Images by cache",
          description: "Requests for images of QR codes per second, and whether the drawing was cached.",
          unit: "reqps",
          queries: [{ expr: rateBy("cached", "qrlogin_gateway_images_total"), legend: "cached: {{cached}}" }],
        },
      ],
    },
    processRow,
  ],
};
