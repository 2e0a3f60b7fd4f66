import { requestIssuer } from "../../auth/issuer_request.js";
import { readBody } from "../../auth/response_body.js";
import type { CheckContext } from "../finding.js";

/** Response of an endpoint, as far as checks use it. */
export interface EndpointResponse {
  readonly status: number;
  readonly headers: Headers;
  /** Body; undefined if it is too large. */
  readonly body: Buffer | undefined;
  /** Time on the wall clock of this machine, between request and response, in milliseconds. */
  readonly at: number;
}

const maxBytes = 1024 * 1024;

/**
 * Requests an endpoint as the service does: without following redirects, within the time-out.
 *
 * @throws Error when there is no complete response.
 */
export async function requestEndpoint(
  endpoint: string,
  uri: string,
  { clock, timeout, outgoing }: CheckContext,
): Promise<EndpointResponse> {
  const startedAt = clock.wallNow();
  return requestIssuer(
    { endpoint, uri, timeout, clock, outgoing },
    { headers: { accept: "application/json" } },
    async (response) => {
      const at = (startedAt + clock.wallNow()) / 2;
      const { status, headers } = response;
      return { status, headers, body: await readBody(response, maxBytes), at };
    },
  );
}

/** Returns a URL without its query, which may hold a key. */
export function displayUrl(uri: string): string {
  const { origin, pathname } = new URL(uri);
  return `${origin}${pathname}`;
}

/** Returns what a body is that should have been JSON, without quoting it. */
export function describeBody({ headers, body }: EndpointResponse): string {
  const type = /^[\w.+/-]{1,60}/.exec(headers.get("content-type") ?? "")?.[0] ?? "no content type";
  const isHtml = /^\s*<(!doctype|html)/i.test(body?.subarray(0, 200).toString("latin1") ?? "");
  return `${isHtml ? "an HTML page" : "not JSON"} (${type})`;
}
