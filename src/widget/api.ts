import type {
  CheckCodeResponse,
  CreateTicketBody,
  CreateTicketResponse,
  ExchangeResponse,
  StatusResponse,
} from "../http_types.js";
import { GatewayError, type PageStatus, type QrCode } from "./api_results.js";
import type { ApiOptions } from "./options.js";

/** Parameters of a new ticket. */
export type CreateTicketParameters = Pick<CreateTicketBody, "customData" | "deviceName" | "codeChallenge">;

export type Api = ReturnType<typeof createApi>;

/** Time-out of a request, in milliseconds. After a laptop has slept, its open requests never get a response. */
const requestTimeoutMs = 15_000;

/** Returns the address of the gateway's own API, for the option `gateway`. */
export const apiRoot = (gateway = ""): string => `${gateway.replace(/\/+$/, "")}/qrlogin/v1`;

/** Creates a client of the gateway's own API. Each call rejects with a GatewayError. */
export function createApi({ gateway, appId }: ApiOptions) {
  const root = apiRoot(gateway);
  const base = `${root}/tickets`;

  async function call(path: string, body?: object, overrides: RequestInit = {}): Promise<unknown> {
    const init: RequestInit = { credentials: "include", cache: "no-store", ...overrides };
    if (body) {
      const headers = { "content-type": "application/json" };
      Object.assign(init, { method: "POST", headers, body: JSON.stringify(body) });
    }
    let response: Response;
    let text: string;
    try {
      response = await fetch(base + path, { signal: AbortSignal.timeout(requestTimeoutMs), ...init });
      text = await response.text();
    } catch (error) {
      throw (await fetchOriginError()) ?? new GatewayError("OFFLINE", String(error));
    }
    const parsed = parseBody(text);
    if (response.ok && parsed !== undefined) return parsed;
    throw toGatewayError(response.status, parsed);
  }

  /**
   * Resolves with the gateway's error if a call failed because of this page's origin. The browser hides that
   * error from the page, so this function requests it again, with a simple request without credentials.
   */
  async function fetchOriginError(): Promise<GatewayError | undefined> {
    if (new URL(root, document.baseURI).origin === location.origin) return undefined;
    try {
      const query = appId === undefined ? "" : `?appId=${encodeURIComponent(appId)}`;
      const signal = AbortSignal.timeout(requestTimeoutMs);
      const response = await fetch(`${root}/origin${query}`, {
        credentials: "omit",
        cache: "no-store",
        signal,
      });
      const { status } = response;
      // 403 reports the origin, 400 an unknown app. The next call reports anything else.
      return status === 403 || status === 400
        ? toGatewayError(status, parseBody(await response.text()))
        : undefined;
    } catch {
      // This request failed too, so the cause is the network.
      return undefined;
    }
  }

  /** Adds the address of the image. A proxy may remove a path prefix that the gateway does not know about. */
  function withUrl<Code extends Pick<CreateTicketResponse, "pictures">>(code: Code): Code & { url: string } {
    const imagePath = code.pictures.svg.replace(/^.*(?=\/pictures\/)/, root);
    return { ...code, url: new URL(imagePath, document.baseURI).href };
  }

  /** Adds the address of the image of a code that changes. */
  const withStepUrl = <Response extends Pick<StatusResponse, "qrCode">>(response: Response) => ({
    ...response,
    qrCode: response.qrCode && withUrl(response.qrCode),
  });

  return {
    toPageStatus: withStepUrl<StatusResponse>,
    async create(parameters: CreateTicketParameters): Promise<QrCode> {
      const created = (await call("", { appId, ...parameters })) as CreateTicketResponse;
      return withStepUrl(withUrl(created));
    },
    async status(handle: string): Promise<PageStatus> {
      const headers = { "qrlogin-handle": handle };
      return withStepUrl((await call("/status", undefined, { headers })) as StatusResponse);
    },
    submitCheckCode: (handle: string, checkCode: string) =>
      call("/check-code", { handle, checkCode }) as Promise<CheckCodeResponse>,
    /** Withdraws the ticket. The request outlives the page (`keepalive`). */
    withdraw: (handle: string) => call("/withdraw", { handle }, { keepalive: true }),
    /** Completes the sign-in at the gateway. Resolves with the result of the site's `onSignIn` hook. */
    complete: (handle: string) => call("/complete", { handle }),
    /** Resolves with the signed-in user. Requires the app's setting `exchangeFromBrowser`. */
    exchange: (handle: string) => call("/exchange", { handle }) as Promise<ExchangeResponse>,
    events: (handle: string): EventSource =>
      new EventSource(`${base}/events?handle=${encodeURIComponent(handle)}`, { withCredentials: true }),
  };
}

/** Returns null for an empty body, which a site's hook may send, and undefined for a body that is not JSON. */
function parseBody(text: string): unknown {
  try {
    return text === "" ? null : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Converts an error response. One without a reason does not come from a gateway. A 5xx is then transient, since
 * it comes from a proxy; any other status means that there is no gateway at this address.
 */
function toGatewayError(status: number, body: unknown): GatewayError {
  const { reason, detail, retryAfterMs, attemptsLeft } = Object(body);
  if (reason) return new GatewayError(String(reason), detail, retryAfterMs, attemptsLeft);
  return new GatewayError(
    status < 500 ? "NO_GATEWAY" : "OFFLINE",
    `the response did not come from the gateway (HTTP ${status})`,
  );
}
