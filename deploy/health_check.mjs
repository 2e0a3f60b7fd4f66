// Checks the health of a node of the service, or of a gateway. For health checks inside the image: it needs only what
// is installed there anyway.
//
//   node deploy/health_check.mjs grpc://127.0.0.1:50051                                   the node as a whole
//   node deploy/health_check.mjs grpcs://127.0.0.1:50051/qrlogin.v1.QrLoginService        one service, over TLS
//   node deploy/health_check.mjs http://127.0.0.1:8080/readyz                             a gateway; also https://
//
// Exits with 0 on SERVING or status 200. Otherwise exits with 1, and writes the problem to standard error in one line.
// On loopback the certificate is not verified, because it has another name and the check sends no secrets. Elsewhere it
// is verified; NODE_EXTRA_CA_CERTS adds root certificates. A service that requires client certificates gets the one
// that HEALTH_CHECK_CERT_FILE and HEALTH_CHECK_KEY_FILE name, as PEM.
import { readFileSync } from "node:fs";
import { get as getPlain } from "node:http";
import { get as getByTls } from "node:https";
import { env } from "node:process";
import { Client, credentials } from "@grpc/grpc-js";

/** How long a response may take, in milliseconds. */
const timeoutMs = 3_000;

/** HealthCheckResponse.ServingStatus of grpc.health.v1. */
const servingStatuses = ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"];

/** Resolves with a description of the problem, or with undefined. */
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

/** Returns private key and certificate, null without them. */
function clientCertificate() {
  const { HEALTH_CHECK_CERT_FILE: certFile, HEALTH_CHECK_KEY_FILE: keyFile } = env;
  return certFile && keyFile ? [readFileSync(keyFile), readFileSync(certFile)] : [null, null];
}

function faultOfService(url) {
  const service = url.pathname.replace(/^\//, "");
  const channel =
    url.protocol === "grpc:"
      ? credentials.createInsecure()
      : credentials.createSsl(null, ...clientCertificate(), { rejectUnauthorized: !isLoopback(url) });
  const client = new Client(url.host, channel, {
    "grpc.enable_http_proxy": 0,
    // An IP address may not be sent as the name of the server, and on loopback the name says nothing.
    ...(isLoopback(url) && { "grpc.ssl_target_name_override": "localhost" }),
  });
  const options = { deadline: Date.now() + timeoutMs };
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
  const options = { rejectUnauthorized: !isLoopback(url), signal: AbortSignal.timeout(timeoutMs) };
  return new Promise((resolve) => {
    const request = get(url, options, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200 ? undefined : `${url.host} answers ${answer.statusCode}`);
    });
    request.on("error", (error) => resolve(`${url.host}: ${error.message}`));
  });
}

// A file of the certificate may be missing, or no PEM.
const found = await fault(process.argv[2]).catch((error) => error.message);
if (found !== undefined) process.stderr.write(`health check: ${found}\n`);
// At once: an open connection would hold the process.
process.exit(found === undefined ? 0 : 1);
