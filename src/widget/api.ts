/** What the widget is told of the gateway. */
export interface GatewayPlace {
  /** Address of the gateway, without a slash at the end. The page's own origin by default. */
  readonly gateway?: string | undefined;
  /** The app that asks. The gateway's first one by default. */
  readonly appId?: string | undefined;
}

/** A code to show. */
export interface Code {
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
export interface Status {
  readonly state: string;
  readonly revision: number;
  readonly remainingMs: number;
  readonly scannedBy: ScannedBy | null;
  /** Null unless AUTHORIZED, and where the gateway itself ends the sign-in. */
  readonly exchangeTicket: string | null;
  readonly cancelReason: string | null;
}

/** What a page asks for. */
export interface Wish {
  readonly customData?: Readonly<Record<string, unknown>> | undefined;
  readonly deviceName?: string | undefined;
}

/** A request that was refused, or did not reach the gateway. */
export class GatewayError extends Error {
  /** As the gateway says it; `OFFLINE` where it was not reached. */
  readonly reason: string;
  /** How long it asks to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(reason: string, message: string, retryAfterMs?: number) {
    super(message);
    this.name = "GatewayError";
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
  }
}

export type Api = ReturnType<typeof createApi>;

/** The gateway's own API. Each call rejects with a GatewayError. */
export function createApi({ gateway = "", appId }: GatewayPlace) {
  const base = `${gateway}/qrlogin/v1/tickets`;
  const handleHeader = "qrlogin-handle";

  async function call(path: string, body: object | undefined, headers: Record<string, string> = {}): Promise<unknown> {
    const init: RequestInit = { credentials: "include", cache: "no-store", headers };
    if (body) {
      headers["content-type"] = "application/json";
      Object.assign(init, { method: "POST", body: JSON.stringify(body) });
    }
    let response: Response;
    let answer: Record<string, unknown>;
    try {
      response = await fetch(base + path, init);
      answer = await response.json();
    } catch (error) {
      throw new GatewayError("OFFLINE", String(error));
    }
    if (response.ok) return answer;
    const { reason = "INTERNAL", detail = response.statusText, retryAfterMs } = answer;
    throw new GatewayError(String(reason), String(detail), retryAfterMs as number | undefined);
  }

  return {
    async create(wish: Wish): Promise<Code> {
      const created = (await call("", { appId, ...wish })) as Code & { pictures: { svg: string } };
      return { ...created, url: gateway + created.pictures.svg };
    },
    status: (handle: string) => call("/status", undefined, { [handleHeader]: handle }) as Promise<Status>,
    withdraw: (handle: string) => call("/withdraw", { handle }),
    /** Has the gateway end the sign-in; answers what the site's hook says. */
    complete: (handle: string) => call("/complete", { handle }),
    /** Where the app's switch `exchangeFromBrowser` is on: who has signed in. */
    exchange: (handle: string) => call("/exchange", { handle }),
    events: (handle: string): EventSource =>
      new EventSource(`${base}/events?handle=${encodeURIComponent(handle)}`, { withCredentials: true }),
  };
}
