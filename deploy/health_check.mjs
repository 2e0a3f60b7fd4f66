// Whether a node of the service or a gateway can be used. For health checks inside the image: it needs nothing but what is
// installed there anyway.
//
//   node deploy/health_check.mjs grpc://127.0.0.1:50051                                   the node as a whole
//   node deploy/health_check.mjs grpcs://127.0.0.1:50051/qrlogin.v1.QrLoginService        one service, by TLS
//   node deploy/health_check.mjs http://127.0.0.1:8080/healthz                            a gateway; https:// too
//
// Exit code 0: SERVING, or status 200. 1: anything else, with one line on the standard error that says what.
// A certificate is not verified on loopback, where none is for that name: nothing is sent that would have to be kept
// secret. Elsewhere it is; NODE_EXTRA_CA_CERTS names further roots.
import { get as getPlain } from "node:http";
import { get as getByTls } from "node:https";
import { Client, credentials } from "@grpc/grpc-js";

/** How long an answer may take, in milliseconds. */
const patience = 3_000;

/** HealthCheckResponse.ServingStatus of grpc.health.v1. */
const servingStatuses = ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"];

/** Fulfilled with what is wrong, or with nothing. */
async function fault(text) {
  if (text === undefined || !URL.canParse(text)) return "expects an address such as grpc://127.0.0.1:50051";
  const url = new URL(text);
  switch (url.protocol) {
    case "grpc:":
    case "grpcs:":
      return faultOfService(url);
    case "http:":
    case "https:":
      return faultOfGateway(url);
    default:
      return `does not know ${url.protocol}//`;
  }
}

function isLoopback({ hostname }) {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

function faultOfService(url) {
  const service = url.pathname.replace(/^\//, "");
  const channel =
    url.protocol === "grpc:"
      ? credentials.createInsecure()
      : credentials.createSsl(null, null, null, { rejectUnauthorized: !isLoopback(url) });
  const client = new Client(url.host, channel, {
    "grpc.enable_http_proxy": 0,
    // An IP address may not be sent as the name of the server, and on loopback the name says nothing.
    ...(isLoopback(url) && { "grpc.ssl_target_name_override": "localhost" }),
  });
  const options = { deadline: Date.now() + patience };
  return new Promise((resolve) => {
    const answered = (error, status) => {
      client.close();
      const name = service || "the node";
      if (error) resolve(`${name} at ${url.host}: ${error.message}`);
      else resolve(status === "SERVING" ? undefined : `${name} at ${url.host} is ${status}`);
    };
    client.makeUnaryRequest("/grpc.health.v1.Health/Check", requestOf, statusIn, service, options, answered);
  });
}

/** HealthCheckRequest: `string service = 1`. */
function requestOf(service) {
  const name = Buffer.from(service);
  return name.length === 0 ? name : Buffer.concat([Buffer.from([0x0a, name.length]), name]);
}

/** HealthCheckResponse: `ServingStatus status = 1`. */
function statusIn(bytes) {
  return servingStatuses[bytes[0] === 0x08 ? bytes[1] : 0] ?? "UNKNOWN";
}

function faultOfGateway(url) {
  const get = url.protocol === "http:" ? getPlain : getByTls;
  const options = { rejectUnauthorized: !isLoopback(url), signal: AbortSignal.timeout(patience) };
  return new Promise((resolve) => {
    const request = get(url, options, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200 ? undefined : `${url.host} answers ${answer.statusCode}`);
    });
    request.on("error", (error) => resolve(`${url.host}: ${error.message}`));
  });
}

const found = await fault(process.argv[2]);
if (found !== undefined) process.stderr.write(`health check: ${found}\n`);
// At once: an open connection would hold the process.
process.exit(found === undefined ? 0 : 1);
