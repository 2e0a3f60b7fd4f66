import { readFileSync } from "node:fs";
import { rootCertificates } from "node:tls";
import { isLoopbackUrl } from "../../base/address.js";
import type { OutgoingConfig } from "../../config/config.js";
import { describeRequestFailure } from "./request_failure.js";

/** Sends requests to the endpoints of issuers: key sets, introspection, UserInfo. */
export interface OutgoingRequests {
  /**
   * Sends a request, as the global `fetch` does.
   *
   * @throws Error that says what to do if the proxy or the certificate of the endpoint is the cause; otherwise the
   * error of `fetch`.
   */
  fetch(uri: string, init: RequestInit): Promise<Response>;
  /** Closes the connections once the requests in progress have ended. Requests after it are rejected. */
  close(): Promise<void>;
}

/** Sends requests without a proxy, to servers with publicly trusted certificates. */
export const directRequests: OutgoingRequests = {
  fetch: (uri, init) => send(uri, init, undefined),
  // The connections of the global fetch are not ours.
  close: async () => {},
};

/**
 * Creates the requests of a configuration. Requests to loopback addresses use no proxy.
 *
 * @throws Error when `caFile` cannot be read.
 */
export async function createOutgoingRequests(config: OutgoingConfig): Promise<OutgoingRequests> {
  const { proxy, noProxy, caFile } = config;
  if (proxy === undefined && caFile === undefined) return directRequests;
  // Node.js has no public way to set the dispatcher of its own fetch, and that of another version does not fit it.
  const undici = await import("undici");
  const ca = caFile === undefined ? undefined : [...rootCertificates, readFileSync(caFile, "utf8")];
  const tls = ca ? { ca } : {};
  const direct = new undici.Agent({ connect: tls });
  const dispatcher =
    proxy === undefined
      ? direct
      : new undici.EnvHttpProxyAgent({
          ...{ httpProxy: proxy, httpsProxy: proxy, noProxy: noProxy.join(",") },
          ...{ connect: tls, requestTls: tls, proxyTls: tls },
        });
  // The types of the two versions differ. The requests use what both have.
  const fetchWith = undici.fetch as unknown as (
    uri: string,
    init: Omit<RequestInit, "dispatcher"> & { readonly dispatcher: object },
  ) => Promise<Response>;
  return {
    fetch(uri, init) {
      const isDirect = isLoopbackUrl(new URL(uri));
      return send(uri, init, isDirect ? undefined : proxy, (target, options) =>
        fetchWith(target, { ...options, dispatcher: isDirect ? direct : dispatcher }),
      );
    },
    async close() {
      await Promise.all([direct.close(), ...(dispatcher === direct ? [] : [dispatcher.close()])]);
    },
  };
}

async function send(
  uri: string,
  init: RequestInit,
  proxy: string | undefined,
  fetchWith: (uri: string, init: RequestInit) => Promise<Response> = fetch,
): Promise<Response> {
  try {
    return await fetchWith(uri, init);
  } catch (error) {
    const message = describeRequestFailure(error, uri, proxy);
    throw message === undefined ? error : new Error(message, { cause: error });
  }
}
