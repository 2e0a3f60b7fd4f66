import type {
  CheckCodeResponse,
  CreateTicketBody,
  CreateTicketResponse,
  ExchangeResponse,
  StatusResponse,
} from "../http_types.js";
import type { PageStatus, QrCode } from "./api_results.js";
import { findCause } from "./find_cause.js";
import type { ApiOptions } from "./options.js";
import { parseBody, toGatewayError } from "./responses.js";

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

  /** Calls the gateway. `field` is one that the response must have. */
  async function call(
    path: string,
    body?: object,
    field?: string,
    overrides: RequestInit = {},
  ): Promise<unknown> {
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
      throw await findCause(root, appId, error);
    }
    const parsed = parseBody(text);
    if (response.ok && parsed !== undefined && (!field || Object(parsed)[field])) return parsed;
    throw toGatewayError(root, response.status, parsed);
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
      const created = (await call("", { appId, ...parameters }, "handle")) as CreateTicketResponse;
      return withStepUrl(withUrl(created));
    },
    async status(handle: string): Promise<PageStatus> {
      const headers = { "qrlogin-handle": handle };
      return withStepUrl((await call("/status", undefined, "state", { headers })) as StatusResponse);
    },
    submitCheckCode: (handle: string, checkCode: string) =>
      call("/check-code", { handle, checkCode }, "state") as Promise<CheckCodeResponse>,
    /** Withdraws the ticket. The request outlives the page (`keepalive`). */
    withdraw: (handle: string) => call("/withdraw", { handle }, "state", { keepalive: true }),
    /** Completes the sign-in at the gateway. Resolves with the result of the site's `onSignIn` hook. */
    complete: (handle: string) => call("/complete", { handle }),
    /** Resolves with the signed-in user. Requires the app's setting `exchangeFromBrowser`. */
    exchange: (handle: string) => call("/exchange", { handle }, "user") as Promise<ExchangeResponse>,
    events: (handle: string): EventSource =>
      new EventSource(`${base}/events?handle=${encodeURIComponent(handle)}`, { withCredentials: true }),
  };
}
