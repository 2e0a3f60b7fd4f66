// The calls of a mobile app. Needs only `fetch`, `AbortController` and timers, which React Native has.

/** A sign-in that waits for the user's decision. Show its data, never what was read from the code. */
export interface SignInRequest {
  readonly ticketId: string;
  readonly app?: { readonly name?: string; readonly logoUrl?: string };
  /** Items of the requesting screen, each with its source: `ipAddress` and `ipAddressSource`. */
  readonly requester?: Readonly<Record<string, string>>;
  readonly customData?: Readonly<Record<string, unknown>>;
  readonly customDataSource?: string;
  /** Time left, in seconds with an `s`: `117.5s`. Count down from this, not from the phone's clock. */
  readonly remainingDuration?: string;
  /** Number of digits of the check code that the approval returns. Absent if there is none. */
  readonly checkCodeDigits?: number;
}

/** The result of an approval. */
export interface Approval {
  /** `TICKET_STATE_AUTHORIZED`, or `TICKET_STATE_AWAITING_CHECK_CODE` until the user has typed the check code. */
  readonly state: string;
  /** The check code: show it with the warnings, and nowhere else. Absent if the website waits for none. */
  readonly checkCode?: string;
  /** Time left to type the check code, in seconds with an `s`. */
  readonly remainingDuration?: string;
}

/** An error of the service or of the network. */
export class QrLoginError extends Error {
  /** Names the text to show, in the table of messages. */
  readonly reason: string;
  /** Names the text to show if the table lacks the reason: UNREACHABLE or UNKNOWN. */
  readonly fallback: string;

  constructor(fallback: string, reason = fallback) {
    super(`the sign-in has failed: ${reason}`);
    this.name = "QrLoginError";
    this.reason = reason;
    this.fallback = fallback;
  }
}

export interface QrLoginOptions {
  /** Address of the gateway, such as `https://login.example.com`. */
  readonly gateway: string;
  /** Resolves with the user's token. Called with true after the service has rejected the previous token. */
  readonly getToken: (isRejected: boolean) => Promise<string>;
  /** Time-out of a call, in milliseconds. */
  readonly timeoutMs?: number;
}

/** Capabilities of your app's screens. Empty without the screen for the check code. */
const capabilities = ["PHONE_CAPABILITY_CHECK_CODE"];

/** Creates the three calls. Each of them may be repeated: a second call changes nothing. */
export function createQrLogin({ gateway, getToken, timeoutMs = 10_000 }: QrLoginOptions) {
  async function send(method: string, request: object, token: string) {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), timeoutMs);
    try {
      const response = await fetch(`${gateway}/qrlogin.v1.QrLoginService/${method}`, {
        method: "POST",
        headers: { "Content-Type": "application/json", Authorization: `Bearer ${token}` },
        credentials: "omit",
        redirect: "error",
        body: JSON.stringify(request),
        signal: abort.signal,
      });
      const body: unknown = await response.json();
      if (typeof body !== "object" || body === null) throw new TypeError("the response is not a JSON object");
      return { status: response.status, body: body as ResponseBody };
    } catch {
      // No connection, no answer in time, or an answer that is not the gateway's.
      throw new QrLoginError("UNREACHABLE");
    } finally {
      clearTimeout(timer);
    }
  }

  async function call(method: string, request: object): Promise<ResponseBody> {
    let answer = await send(method, request, await getToken(false));
    if (answer.status === 401) answer = await send(method, request, await getToken(true));
    if (answer.status === 200) return answer.body;
    throw errorOf(answer.body);
  }

  return {
    /** Marks the code as scanned by this user. Resolves with who is asking. */
    scan: async (text: string) =>
      (await call("MarkScanned", { qrContent: text, capabilities })) as unknown as SignInRequest,
    /** Approves the sign-in. Resolves with the check code if the website waits for one, also when repeated. */
    approve: async (ticketId: string) => (await call("Authorize", { ticketId })) as unknown as Approval,
    /** Declines the sign-in. */
    decline: (ticketId: string) => call("Cancel", { ticketId }),
  };
}

type ResponseBody = {
  readonly code?: string;
  readonly details?: readonly { readonly type: string; readonly debug?: { readonly reason?: string } }[];
};

function errorOf({ code = "", details = [] }: ResponseBody): QrLoginError {
  const info = details.find(({ type }) => type === "google.rpc.ErrorInfo");
  const isTransient = ["unavailable", "resource_exhausted", "deadline_exceeded", "aborted"].includes(code);
  return new QrLoginError(isTransient ? "UNREACHABLE" : "UNKNOWN", info?.debug?.reason);
}
