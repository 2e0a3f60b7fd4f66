/** What the widget is told of the gateway. */
export interface ApiOptions {
  /** Address of the gateway. The page's own origin by default. */
  readonly gateway?: string | undefined;
  /** The app that asks. The gateway's first one by default. */
  readonly appId?: string | undefined;
}

/** A code to show. */
export interface QrCode {
  /** Stands for the ticket in every further call. */
  readonly handle: string;
  readonly ticketId: string;
  /** The exact text to draw. */
  readonly qrContent: string;
  /** Address of the picture, SVG. */
  readonly url: string;
  readonly remainingMs: number;
  readonly minPollIntervalMs: number;
}

/** What a page may see of the person who scanned. */
export interface ScannedBy {
  readonly nickname: string;
  readonly photoUrl: string;
}

/** How far a ticket has come; see docs/gateway.md. */
export interface StatusResponse {
  readonly state: string;
  readonly revision: number;
  readonly remainingMs: number;
  readonly scannedBy: ScannedBy | null;
  /** Null unless AUTHORIZED, where the gateway completes the sign-in itself, and without a code challenge. */
  readonly exchangeTicket: string | null;
  readonly cancelReason: string | null;
}

/** What a page asks for. */
export interface CreateTicketParameters {
  readonly customData?: Readonly<Record<string, unknown>> | undefined;
  readonly deviceName?: string | undefined;
  /** The SHA-256 of a code verifier that the site's backend keeps for this browser, in base64url. */
  readonly codeChallenge?: string | undefined;
}

/** Who has signed in, as `tickets/exchange` answers it. */
export interface ExchangeResponse {
  readonly user: Readonly<Record<string, unknown>> | null;
  readonly userPoolId: string;
  readonly approval: Readonly<Record<string, unknown>> | null;
  /** Null where the service signs no tokens. */
  readonly tokenSet: Readonly<Record<string, unknown>> | null;
}

/** A request that was refused, or did not reach the gateway. */
export class GatewayError extends Error {
  /** The gateway's, or one of the widget's own: see docs/widget.md. */
  readonly reason: string;
  /** How long it asks to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(reason: string, message: string, retryAfterMs?: number) {
    super(message);
    this.name = "GatewayError";
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
  }

  /** Whether it may go well in a while. */
  get isTransient(): boolean {
    return this.reason === "OFFLINE" || this.retryAfterMs !== undefined;
  }
}

export type Api = ReturnType<typeof createApi>;

/** So long an answer may take. A laptop that sleeps leaves requests that are never answered. */
const requestTimeoutMs = 15_000;

/** The gateway's own API. Each call rejects with a GatewayError. */
export function createApi({ gateway = "", appId }: ApiOptions) {
  const root = `${gateway.replace(/\/+$/, "")}/qrlogin/v1`;
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
   * Resolves with the gateway's refusal of this page's origin, if that is why a call failed. The browser hides it from the page, but for
   * the answer to this simple request without credentials.
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
      // The app may be unknown too. Of all else the next call tells more.
      return status === 403 || status === 400
        ? toGatewayError(status, parseBody(await response.text()))
        : undefined;
    } catch {
      // Not reached either: it is the network.
      return undefined;
    }
  }

  return {
    async create(parameters: CreateTicketParameters): Promise<QrCode> {
      const created = (await call("", { appId, ...parameters })) as QrCode & { pictures: { svg: string } };
      // A proxy may have taken a prefix away that the gateway does not know of.
      const imagePath = created.pictures.svg.replace(/^.*(?=\/pictures\/)/, root);
      return { ...created, url: new URL(imagePath, document.baseURI).href };
    },
    status: (handle: string) =>
      call("/status", undefined, { headers: { "qrlogin-handle": handle } }) as Promise<StatusResponse>,
    /** Arrives also where the page is on its way out. */
    withdraw: (handle: string) => call("/withdraw", { handle }, { keepalive: true }),
    /** Has the gateway end the sign-in; answers what the site's hook says. */
    complete: (handle: string) => call("/complete", { handle }),
    /** Where the app's switch `exchangeFromBrowser` is on: who has signed in. */
    exchange: (handle: string) => call("/exchange", { handle }) as Promise<ExchangeResponse>,
    events: (handle: string): EventSource =>
      new EventSource(`${base}/events?handle=${encodeURIComponent(handle)}`, { withCredentials: true }),
  };
}

/** Null for no text, which is what a site's hook may answer; undefined for what is no JSON. */
function parseBody(text: string): unknown {
  try {
    return text === "" ? null : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A proxy in front may answer too. Its 502 will pass; its 404 says that there is no gateway at this address. */
function toGatewayError(status: number, body: unknown): GatewayError {
  if (typeof body === "object" && body !== null && "reason" in body) {
    const { reason, detail = "", retryAfterMs } = body as Record<string, unknown>;
    return new GatewayError(String(reason), String(detail), retryAfterMs as number | undefined);
  }
  return new GatewayError(status < 500 ? "NO_GATEWAY" : "OFFLINE", `the gateway does not answer (${status})`);
}
