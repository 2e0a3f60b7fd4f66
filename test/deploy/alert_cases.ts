/**
 * Values of a series at each minute, in the notation of promtool: `0+60x20` begins with 0 and adds 60 twenty times,
 * `1x20` stays.
 */
export type Series = Readonly<Record<string, string>>;

/** An alert, metrics for which it fires, and metrics that are not far from them for which it stays silent. */
export interface AlertCase {
  readonly alert: string;
  readonly fires: Series;
  readonly silent: Series;
  /** Labels of the alert that fires, besides its name and severity. */
  readonly labels: Readonly<Record<string, string>>;
  /** Minutes after which it fires. */
  readonly after: number;
}

const service = 'job="qrlogin",instance="node-1"';
const gateway = 'job="qrlogin-gateway",instance="gateway-1"';
const ofService = { job: "qrlogin", instance: "node-1" };

const responses = (statusClass: "2xx" | "4xx" | "5xx") =>
  `qrlogin_gateway_requests_total{${gateway},http_route="/qrlogin/v1/tickets",http_response_status_code="${statusClass}"}`;
const calls = (status: string) => `qrlogin_gateway_calls_total{${gateway},grpc_status="${status}"}`;
const buckets = (le: string) =>
  `http_server_request_duration_seconds_bucket{${gateway},http_route="/qrlogin/v1/tickets",le="${le}"}`;
const limits = (limit: string) => `qrlogin_gateway_limits_exceeded_total{${gateway},limit="${limit}"}`;
const handles = (reason: string) =>
  `qrlogin_gateway_handles_rejected_total{${gateway},kind="handle",reason="${reason}"}`;

const ended = (status: string) =>
  `qrlogin_calls_total{${service},grpc_method="qrlogin.v1.QrLoginService/Authorize",grpc_status="${status}"}`;
const callBuckets = (le: string, method = "Authorize") =>
  `grpc_server_call_duration_seconds_bucket{${service},grpc_method="qrlogin.v1.QrLoginService/${method}",grpc_status="OK",le="${le}"}`;
const tickets = (event: string) => `qrlogin_tickets_total{${service},event="${event}"}`;
const ofStore = (name: string) => `qrlogin_store_${name}{${service}}`;
const operations = (le: string) =>
  `qrlogin_store_operation_duration_seconds_bucket{${service},operation="replace",outcome="ok",le="${le}"}`;
const expiry = `qrlogin_certificate_expiry_timestamp_seconds{${service},setting="grpc.tls.certFile"}`;
const issuerCalls = (outcome: string) =>
  `qrlogin_issuer_call_duration_seconds_count{${service},pool="staff",endpoint="jwks",outcome="${outcome}"}`;
const limited = (limit: string) => `qrlogin_limited_calls_total{${service},limit="${limit}"}`;

/** A case for each alert of `deploy/monitoring/prometheus/rules.yaml`. */
export const alertCases: readonly AlertCase[] = [
  {
    alert: "QrloginDown",
    fires: { [`up{${service}}`]: "1 1 0x20" },
    silent: { [`up{${service}}`]: "1 1 0 1x20", 'up{job="another",instance="x"}': "0x20" },
    labels: ofService,
    after: 5,
  },
  {
    alert: "QrloginRestarts",
    fires: { [`process_start_time_seconds{${service}}`]: "1 2 3 4x20" },
    silent: { [`process_start_time_seconds{${service}}`]: "1 2 3x20" },
    labels: ofService,
    after: 5,
  },
  {
    alert: "QrloginVersionsDiffer",
    fires: {
      'qrlogin_build_info{version="1.0.0",instance="a"}': "1x90",
      'qrlogin_build_info{version="1.1.0",instance="b"}': "1x90",
    },
    silent: {
      'qrlogin_build_info{version="1.0.0",instance="a"}': "1x90",
      'qrlogin_build_info{version="1.0.0",instance="b"}': "1x90",
    },
    labels: {},
    after: 61,
  },
  {
    alert: "QrloginErrors",
    fires: { [ended("OK")]: "0+970x20", [ended("UNAVAILABLE")]: "0+30x20" },
    silent: {
      [ended("OK")]: "0+990x20",
      [ended("UNAVAILABLE")]: "0+10x20",
      [ended("PERMISSION_DENIED")]: "0+500x20",
    },
    labels: {},
    after: 10,
  },
  {
    alert: "QrloginSlow",
    fires: {
      [callBuckets("0.5")]: "0+90x30",
      [callBuckets("1")]: "0+100x30",
      [callBuckets("+Inf")]: "0+100x30",
    },
    silent: {
      [callBuckets("0.5")]: "0+995x30",
      [callBuckets("+Inf")]: "0+1000x30",
      [callBuckets("0.5", "WatchStatus")]: "0x30",
      [callBuckets("+Inf", "WatchStatus")]: "0+900x30",
    },
    labels: {},
    after: 16,
  },
  {
    alert: "QrloginSignInsDoNotFinish",
    fires: { [tickets("created")]: "0+2x40", [tickets("scanned")]: "0+1x40" },
    silent: { [tickets("scanned")]: "0+1x40", [tickets("exchanged")]: "0x12 1x30" },
    labels: {},
    after: 20,
  },
  {
    alert: "QrloginCodesAreNotScanned",
    fires: { [tickets("created")]: "0+4x60" },
    silent: { [tickets("created")]: "0+4x60", [tickets("scanned")]: "0x20 1x40" },
    labels: {},
    after: 45,
  },
  {
    alert: "QrloginLimits",
    fires: { [limited("app")]: "0+120x20" },
    silent: { [limited("app")]: "0+30x20", [limited("poll_interval")]: "0+30x20" },
    labels: { limit: "app" },
    after: 16,
  },
  {
    alert: "QrloginConnectionsFull",
    fires: { [`qrlogin_connection_limits_total{${service},event="connectionsRefused"}`]: "0+1x20" },
    silent: { [`qrlogin_connection_limits_total{${service},event="handshakesTimedOut"}`]: "0+1x20" },
    labels: { instance: "node-1" },
    after: 10,
  },
  {
    alert: "QrloginWorkerDoesNotAnswer",
    fires: { [`qrlogin_workers_answering{${service}}`]: "4x10 3x20" },
    silent: { [`qrlogin_workers_answering{${service}}`]: "4x10 3 4x20" },
    labels: ofService,
    after: 20,
  },
  {
    alert: "QrloginStoreUnavailable",
    fires: { [ofStore("available")]: "1 0x20" },
    silent: { [ofStore("available")]: "1 0 1x20" },
    labels: ofService,
    after: 5,
  },
  {
    alert: "QrloginStoreIncomplete",
    fires: { [ofStore("available")]: "1x20", [ofStore("complete")]: "1 0x20" },
    silent: { [ofStore("available")]: "1 0x20", [ofStore("complete")]: "1 0x20" },
    labels: ofService,
    after: 5,
  },
  {
    alert: "QrloginStoreBestEffort",
    fires: { [ofStore("durable")]: "1 0x20" },
    silent: { [ofStore("durable")]: "1 0x5 1x20" },
    labels: ofService,
    after: 15,
  },
  {
    alert: "QrloginStoreSlow",
    fires: {
      [operations("0.1")]: "0+90x30",
      [operations("0.25")]: "0+100x30",
      [operations("+Inf")]: "0+100x30",
    },
    silent: {
      [operations("0.1")]: "0+995x30",
      [operations("0.25")]: "0+1000x30",
      [operations("+Inf")]: "0+1000x30",
    },
    labels: { operation: "replace" },
    after: 16,
  },
  {
    alert: "QrloginClockSkew",
    fires: { [`qrlogin_clock_skew_seconds{${service}}`]: "-2x20" },
    silent: { [`qrlogin_clock_skew_seconds{${service}}`]: "0.3x20" },
    labels: ofService,
    after: 6,
  },
  {
    alert: "QrloginLimitsNotShared",
    fires: { [`qrlogin_limits_shared{${service}}`]: "1 0x20" },
    silent: { [`qrlogin_limits_shared{${service}}`]: "1 0x5 1x20" },
    labels: ofService,
    after: 12,
  },
  {
    alert: "QrloginIssuerFails",
    fires: {
      [issuerCalls("failed")]: "0+3x20",
      [issuerCalls("not_made")]: "0+30x20",
      [issuerCalls("succeeded")]: "0+3x20",
    },
    silent: {
      [issuerCalls("failed")]: "0+3x20",
      [issuerCalls("rejected")]: "0+30x20",
      [issuerCalls("succeeded")]: "0+3x20",
    },
    labels: { pool: "staff", endpoint: "jwks" },
    after: 11,
  },
  {
    alert: "QrloginGatewayErrors",
    fires: { [responses("2xx")]: "0+970x20", [responses("5xx")]: "0+30x20" },
    silent: { [responses("2xx")]: "0+990x20", [responses("5xx")]: "0+10x20", [responses("4xx")]: "0+500x20" },
    labels: {},
    after: 10,
  },
  {
    alert: "QrloginGatewayCannotReachService",
    fires: { [calls("UNAVAILABLE")]: "0+60x20", [calls("OK")]: "0+10x20" },
    silent: { [calls("UNAVAILABLE")]: "0+10x20", [calls("OK")]: "0+60x20", [calls("CANCELLED")]: "0+60x20" },
    labels: { instance: "gateway-1" },
    after: 6,
  },
  {
    alert: "QrloginGatewaySlow",
    fires: { [buckets("1")]: "0+90x30", [buckets("2.5")]: "0+100x30", [buckets("+Inf")]: "0+100x30" },
    silent: { [buckets("1")]: "0+995x30", [buckets("2.5")]: "0+1000x30", [buckets("+Inf")]: "0+1000x30" },
    labels: {},
    after: 16,
  },
  {
    alert: "QrloginHandleKeysDiffer",
    fires: { [handles("unknown_key")]: "0+60x20" },
    silent: { [handles("unknown_key")]: "0+3x20", [handles("expired")]: "0+600x20" },
    labels: { instance: "gateway-1" },
    after: 10,
  },
  {
    alert: "QrloginGatewayFull",
    fires: { [limits("streams")]: "0+1x20" },
    silent: { [limits("streams")]: "7x20", [limits("calls_per_address")]: "0+1x20" },
    labels: { instance: "gateway-1", limit: "streams" },
    after: 10,
  },
  {
    alert: "QrloginGatewayLimits",
    fires: { [limits("requester_address")]: "0+120x20" },
    silent: { [limits("requester_address")]: "0+30x20" },
    labels: { limit: "requester_address" },
    after: 16,
  },
  {
    alert: "QrloginEventLoopDelayed",
    fires: { [`nodejs_eventloop_lag_p99_seconds{${service}}`]: "0.2x20" },
    silent: { [`nodejs_eventloop_lag_p99_seconds{${service}}`]: "0.2 0.2 0.02 0.2 0.2x2 0.02 0.2x3 0.02x20" },
    labels: ofService,
    after: 6,
  },
  {
    alert: "QrloginDescriptorsRunOut",
    fires: { [`process_open_fds{${service}}`]: "900x20", [`process_max_fds{${service}}`]: "1024x20" },
    silent: { [`process_open_fds{${service}}`]: "700x20", [`process_max_fds{${service}}`]: "1024x20" },
    labels: ofService,
    after: 6,
  },
  {
    alert: "QrloginLogLinesDropped",
    fires: { [`qrlogin_log_lines_dropped_total{${service}}`]: "0 0 7x10" },
    silent: { [`qrlogin_log_lines_dropped_total{${service}}`]: "7x20" },
    labels: ofService,
    after: 5,
  },
  {
    alert: "QrloginReloadFailed",
    fires: { [`qrlogin_config_last_reload_successful{${service}}`]: "1 0x20" },
    silent: { [`qrlogin_config_last_reload_successful{${service}}`]: "1 0 1x20" },
    labels: ofService,
    after: 5,
  },
  {
    alert: "QrloginCertificateExpires",
    fires: { [expiry]: "500000x100" },
    silent: { [expiry]: "1000000x100" },
    labels: { ...ofService, setting: "grpc.tls.certFile" },
    after: 70,
  },
];
