import type { Explanation } from "../finding.js";
import { explainConnectionFailure } from "./describe_failure.js";
import type { GatewayResponse } from "./gateway_page.js";

/** The error for a response of another status than expected. */
export class GatewayResponseError extends Error {
  readonly response: GatewayResponse;

  constructor(response: GatewayResponse) {
    super(`status ${response.status}`);
    this.name = "GatewayResponseError";
    this.response = response;
  }
}

const untrustedProxy =
  "the gateway takes the page for one of plain http or of another host: it does not trust the proxy that terminates " +
  "TLS, or the proxy does not say how it was called";
const trustProxy =
  "list the proxy in gateway.trustedProxies, and let it keep Host and set X-Forwarded-Proto; name the address that " +
  "browsers use with --gateway";

/** Causes and remedies by the reason of the gateway. */
const explanations: Readonly<Record<string, Explanation>> = {
  ORIGIN_NOT_ALLOWED: { cause: untrustedProxy, remedy: trustProxy },
  HTTPS_REQUIRED: { cause: untrustedProxy, remedy: trustProxy },
  APP_UNKNOWN: {
    cause: "the running gateway has another configuration",
    remedy: "let it reload the configuration, or restart it",
  },
  COOKIE_MISSING: {
    cause: "the cookie of the browser did not arrive",
    remedy: "let the proxy in between pass Set-Cookie and Cookie on unchanged",
  },
  TICKET_NOT_FOUND: {
    cause:
      "a gateway with other handle keys answered, or a node of the service with another store (memory is not shared)",
    remedy: "give every gateway the same handleKeys (docs/secrets.md), and every node the same Redis",
  },
  ROUTE_NOT_FOUND: {
    cause: "the gateway answers, but the path that it receives is not one of its own",
    remedy:
      "let the proxy remove what it puts before /qrlogin, or name the right base address with --gateway",
  },
  SERVICE_UNAVAILABLE: {
    cause: "the gateway cannot reach the service",
    remedy: "see the finding 'gateway to service', and the lines 'service failed' of the gateway's log",
  },
  SERVICE_REFUSED: {
    cause: "another server than the service answers the gateway, or the service does not know the call",
    remedy: "check gateway.service.address, and use the same version for both",
  },
  APP_UNAUTHENTICATED: {
    cause: "the service does not accept the credential of the app",
    remedy:
      "see the finding 'gateway to service'; an app that also needs a certificate exchanges directly at the service " +
      "(docs/tls.md)",
  },
  RATE_LIMITED: { remedy: "wait, and repeat the command: the limits of a page apply to it as well" },
  GATEWAY_STOPPING: { remedy: "the gateway is stopping: repeat the command" },
  STREAMS_EXHAUSTED: { remedy: "wait, or raise gateway.limits.streams and streamsPerAddress" },
};

/** Returns the text of a failed step of the walk, with its cause and what to do. */
export function explainGatewayFailure(error: unknown): { readonly text: string } & Explanation {
  if (!(error instanceof GatewayResponseError)) {
    const text = error instanceof Error ? error.message : String(error);
    return { text, ...explainConnectionFailure(error) };
  }
  const { status, headers, json } = error.response;
  const reason =
    typeof json?.reason === "string" && /^[A-Z_]{1,60}$/.test(json.reason) ? json.reason : undefined;
  if (reason === undefined) return { text: `status ${status}`, ...explainOther(status, headers.location) };
  const detail = typeof json?.detail === "string" ? printable(json.detail) : undefined;
  return { text: `${status}, ${reason}`, cause: detail, ...explanations[reason] };
}

/** Returns the beginning of a text of an unknown server, without what a terminal would obey. */
const printable = (text: string) => text.slice(0, 200).replace(/\p{C}/gu, " ");

/** Explains a response that is none of the gateway's. */
function explainOther(status: number, location: string | undefined): Explanation {
  if (status >= 300 && status < 400) {
    const target = location !== undefined && URL.canParse(location) ? new URL(location).origin : "elsewhere";
    return {
      cause: `a server in between redirects to ${target}`,
      remedy: "name the address that browsers use at the end with --gateway",
    };
  }
  if ([502, 503, 504].includes(status)) {
    return {
      cause: "a proxy in between cannot reach the gateway",
      remedy: "check its address of the gateway, and the finding 'gateway.address'",
    };
  }
  return {
    cause: "another server answers at this address and path",
    remedy:
      "let the proxy pass /qrlogin/ on to the gateway, or name the base address under which pages reach it with --gateway",
  };
}
