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
import { signInRow } from "./sign_in_row.js";

const calls = "grpc_server_call_duration_seconds";
const endedCalls = "qrlogin_calls_total";
const withoutWatches = selecting('grpc_method!~".*/WatchStatus"');
const ownFaults = selecting('grpc_status=~"INTERNAL|UNAVAILABLE"');
const issuerCalls = "qrlogin_issuer_call_duration_seconds";

/** The dashboard of the nodes of the service. */
export const serviceDashboard: DashboardDefinition = {
  uid: "qrlogin-service",
  title: "qrlogin service",
  description: "Sign-ins, calls, watches, the store, and the issuers of user tokens.",
  presenceMetric: "qrlogin_connections",
  rows: [
    {
      title: "At a glance",
      panels: [
        {
          title: "Sign-ins",
          description: "Sign-ins that were completed, per second.",
          unit: "ops",
          kind: "stat",
          queries: [
            { expr: `sum(${rate("qrlogin_tickets_total", selecting('event="exchanged"'))})`, legend: "" },
          ],
        },
        {
          title: "Calls",
          description: "Calls per second that have ended, watches among them.",
          unit: "ops",
          kind: "stat",
          queries: [{ expr: `sum(${rate(endedCalls)})`, legend: "" }],
        },
        {
          title: "Failed",
          description: "Share of calls that failed by a fault of the service or its store. Alert above 2 %.",
          unit: "percentunit",
          kind: "stat",
          queries: [
            {
              expr: `(sum(${rate(endedCalls, ownFaults)}) or vector(0)) / sum(${rate(endedCalls)})`,
              legend: "",
            },
          ],
        },
        {
          title: "p99",
          description: "Time within which 99 % of the calls end that are no watches.",
          unit: "s",
          kind: "stat",
          queries: [{ expr: quantile(0.99, calls, withoutWatches), legend: "" }],
        },
        {
          title: "Watches",
          description: "Open watches at this moment.",
          unit: "short",
          kind: "stat",
          queries: [{ expr: `sum(qrlogin_calls_in_progress{${selecting('kind="watch"')}})`, legend: "" }],
        },
        {
          title: "Nodes",
          description: "Nodes that answer scrapes, by version.",
          unit: "short",
          kind: "stat",
          queries: [
            {
              expr:
                `count by (version) (qrlogin_build_info{${selector}}` +
                ` and on (job, instance) qrlogin_connections{${selector}})`,
              legend: "{{version}}",
            },
          ],
        },
      ],
    },
    signInRow,
    {
      title: "Calls",
      panels: [
        {
          title: "Calls by method",
          description: "Calls per second that have started.",
          unit: "ops",
          queries: [
            { expr: rateBy("grpc_method", "grpc_server_call_started_total"), legend: "{{grpc_method}}" },
          ],
        },
        {
          title: "Errors by reason",
          description:
            "docs/errors.md explains each reason. USER_UNAUTHENTICATED and RATE_LIMITED are faults of callers.",
          unit: "ops",
          queries: [{ expr: rateBy("reason", "qrlogin_call_errors_total"), legend: "{{reason}}" }],
        },
        {
          title: "Calls by status",
          description:
            "Calls per second that ended with another status than OK. Watches often end with CANCELLED.",
          unit: "ops",
          queries: [
            {
              expr: rateBy("grpc_status", endedCalls, selecting('grpc_status!="OK"')),
              legend: "{{grpc_status}}",
            },
          ],
        },
        {
          title: "Duration",
          description: "Percentiles over all methods but WatchStatus.",
          unit: "s",
          queries: percentiles(calls, withoutWatches),
        },
        {
          title: "p99 by method",
          description:
            "MarkScanned and Authorize include a call to the issuer if the token is not in the cache.",
          unit: "s",
          queries: [
            { expr: quantile(0.99, calls, withoutWatches, "grpc_method"), legend: "{{grpc_method}}" },
          ],
        },
        {
          title: "In progress",
          description: "Calls, watches and connections at this moment.",
          unit: "short",
          queries: [
            { expr: `sum by (kind) (qrlogin_calls_in_progress{${selector}})`, legend: "{{kind}}" },
            { expr: `sum(qrlogin_connections{${selector}})`, legend: "connections" },
          ],
        },
        {
          title: "Limits exceeded",
          description:
            "docs/limits.md explains each limit. One that honest users meet is too low, or hides a mistake.",
          unit: "ops",
          queries: [{ expr: rateBy("limit", "qrlogin_limited_calls_total"), legend: "{{limit}}" }],
        },
        {
          title: "Limits of the port",
          description:
            "Connections, requests and responses that a limit has ended. Most are no faults of honest clients.",
          unit: "ops",
          queries: [{ expr: rateBy("event", "qrlogin_connection_limits_total"), legend: "{{event}}" }],
        },
        {
          title: "QR images",
          description: "Images that are drawn or wait for it. From 256 on, further ones are rejected.",
          unit: "short",
          queries: [
            { expr: `sum by (instance) (qrlogin_qr_images_pending{${selector}})`, legend: "{{instance}}" },
          ],
        },
      ],
    },
    {
      title: "Redis",
      panels: [
        {
          title: "State of the store",
          description:
            "1 is good. `available` at 0: sign-ins stand still. `durable` at 0: a failover may lose writes.",
          unit: "short",
          queries: ["available", "complete", "durable"].map((name) => ({
            expr: `min(qrlogin_store_${name}{${selector}})`,
            legend: name,
          })),
        },
        {
          title: "Duration of operations",
          description: "The 99th percentile, the acknowledgement of replicas included.",
          unit: "s",
          queries: [
            {
              expr: quantile(0.99, "qrlogin_store_operation_duration_seconds", selector, "operation"),
              legend: "{{operation}}",
            },
          ],
        },
        {
          title: "Failed operations",
          description: "Operations per second that failed, by outcome.",
          unit: "ops",
          queries: [
            {
              expr: rateBy(
                "operation, outcome",
                "qrlogin_store_operation_duration_seconds_count",
                selecting('outcome!="ok"'),
              ),
              legend: "{{operation}} {{outcome}}",
            },
          ],
        },
        {
          title: "Operations",
          description: "Operations per second.",
          unit: "ops",
          queries: [
            {
              expr: rateBy("operation", "qrlogin_store_operation_duration_seconds_count"),
              legend: "{{operation}}",
            },
          ],
        },
        {
          title: "Clock skew",
          description:
            "Time by which the clock of a node is ahead of that of Redis. Beyond 1 s either way, synchronize the clocks.",
          unit: "s",
          isSigned: true,
          queries: [{ expr: `qrlogin_clock_skew_seconds{${selector}}`, legend: "{{instance}}" }],
        },
        {
          title: "Shared limits",
          description:
            "1 while the nodes count limits together. At 0, each counts alone, and the limits are as many times as high.",
          unit: "short",
          queries: [{ expr: `min(qrlogin_limits_shared{${selector}})`, legend: "shared" }],
        },
      ],
    },
    {
      title: "User tokens and issuers",
      panels: [
        {
          title: "Calls to issuers",
          description:
            "Calls per second by outcome. `failed`: no usable answer in time. `not_made`: recent failures prevented it.",
          unit: "ops",
          queries: [
            {
              expr: rateBy("pool, endpoint, outcome", `${issuerCalls}_count`),
              legend: "{{pool}} {{endpoint}} {{outcome}}",
            },
          ],
        },
        {
          title: "Duration of calls to issuers",
          description: "The 99th percentile by endpoint. Phones wait that long after a scan.",
          unit: "s",
          queries: [{ expr: quantile(0.99, issuerCalls, selector, "endpoint"), legend: "{{endpoint}}" }],
        },
        {
          title: "Token cache",
          description:
            "Share of the user tokens whose verification was cached. A phone sends its token in two calls, so half is normal.",
          unit: "percentunit",
          queries: [
            {
              expr:
                `sum(${rate("qrlogin_user_tokens_total", selecting('result="hit"'))})` +
                ` / sum(${rate("qrlogin_user_tokens_total")})`,
              legend: "cached",
            },
          ],
        },
      ],
    },
    processRow,
  ],
};
