/**
 * The JSON contract of the gateway's own API, `/qrlogin/v1`: bodies of requests and responses. Types only, shared by
 * the gateway and the widget. `docs/gateway.md` describes the calls. Times are ISO 8601 texts, durations are
 * milliseconds.
 */

/** Body of `POST /tickets`. */
export interface CreateTicketBody {
  /** App that signs users in. Defaults to the first app in the gateway's configuration. */
  readonly appId?: string | undefined;
  /** Scene of the sign-in, `APP_AUTH` by default: A-Z, 0-9 and _, beginning with a letter. Needs `pageFields`. */
  readonly scene?: string | undefined;
  /** At most 512 bytes as JSON in ASCII, unless the service is configured otherwise. Needs `pageFields`. */
  readonly customData?: Readonly<Record<string, unknown>> | undefined;
  /** Requested life of the ticket. Values above `gateway.limits.ticketTtl` are reduced to it. */
  readonly ttlMs?: number | undefined;
  /** Name of the device, which the phone shows as claimed by the page. Needs `pageFields`. */
  readonly deviceName?: string | undefined;
  /** Location of the device, which the phone shows as claimed by the page. Needs `pageFields`. */
  readonly location?: string | undefined;
  /** SHA-256 of the code verifier that the site's backend keeps for this browser (PKCE, S256), in base64url. */
  readonly codeChallenge?: string | undefined;
}

/** App that signs users in, as its pages show it. */
export interface AppDisplay {
  /** Name, or null if the gateway is configured without one. */
  readonly name: string | null;
  /** Logo: a URL, a path of the gateway's origin, or a data URL of an image. Null if there is none. */
  readonly logo: string | null;
}

/** Response of `POST /tickets`. */
export interface CreateTicketResponse {
  /** Sealed identifier of the ticket, sent with every further call. */
  readonly handle: string;
  /** Public id of the ticket, which the QR code contains. Not a credential. */
  readonly ticketId: string;
  /** App of the ticket, to show above the code. */
  readonly app: AppDisplay;
  /** Exact text that the QR code encodes. */
  readonly qrContent: string;
  /** Paths of the images of the QR code. */
  readonly pictures: { readonly svg: string; readonly png: string };
  /** Time at which the ticket expires unless it is approved, by the clock of the service. */
  readonly expiresAt: string;
  /** Time left until then. Count down from it, because clocks differ. */
  readonly remainingMs: number;
  /** Least time between two calls of `GET /tickets/status`. */
  readonly minPollIntervalMs: number;
  /** First step, if the code of the ticket changes. Has the content and the pictures above. */
  readonly qrCode: QrCodeStep | null;
}

/** One of the codes that a ticket shows one after the other. Each replaces the one before. */
export interface QrCodeStep {
  /** Number of the step, from 1. It grows within one revision. */
  readonly step: number;
  /** Exact text that the QR code encodes. */
  readonly qrContent: string;
  /** Paths of the images of the QR code. */
  readonly pictures: { readonly svg: string; readonly png: string };
  /** Time left until the next step replaces this one, or null if this is the last one. */
  readonly remainingMs: number | null;
}

/** Check code that a page must ask the user for, in the state AWAITING_CHECK_CODE. */
export interface CheckCodeRequest {
  /** Number of digits, 4 to 6. */
  readonly digits: number;
  /** Number of attempts that are left. After the last wrong code, the ticket is CANCELLED. */
  readonly attemptsLeft: number;
}

/** Body of `POST /tickets/withdraw`, `/tickets/complete`, and of `/tickets/exchange` from a browser. */
export interface HandleBody {
  /** Handle of the ticket, from `POST /tickets`. */
  readonly handle: string;
}

/** Body of `POST /tickets/check-code`. */
export interface CheckCodeBody {
  /** Handle of the ticket, from `POST /tickets`. */
  readonly handle: string;
  /** Digits that the user has typed, as the phone shows them. */
  readonly checkCode: string;
}

/** Body of `POST /tickets/exchange` from a backend. */
export interface ExchangeBody {
  /** Exchange ticket from the status. It can be spent once. */
  readonly exchangeTicket: string;
  /** Code verifier of the ticket's code challenge (PKCE). Required if the ticket has a challenge. */
  readonly codeVerifier?: string | undefined;
}

/** Public profile of the user who scanned the code. */
export interface ScannedBy {
  readonly nickname: string;
  readonly photoUrl: string;
}

/** Response of `GET /tickets/status`, and the data of each event of `GET /tickets/events`. */
export interface StatusResponse {
  readonly ticketId: string;
  /** Name of the state, such as `SCANNED`. An unknown name must be treated as a state that is not terminal. */
  readonly state: string;
  /** Number of writes to the ticket, from 1. */
  readonly revision: number;
  /** Time at which the current state expires, by the clock of the service. */
  readonly expiresAt: string | null;
  /** Time left until then. Count down from it, because clocks differ. */
  readonly remainingMs: number;
  /** User who scanned the code, in the states SCANNED, AWAITING_CHECK_CODE and AUTHORIZED. */
  readonly scannedBy: ScannedBy | null;
  /**
   * Exchange ticket in the state AUTHORIZED, else null. Always null if the gateway completes the sign-in itself,
   * or if the app requires a code challenge that the ticket lacks.
   */
  readonly exchangeTicket: string | null;
  /** Name of the side that ended a ticket in the state CANCELLED, or of what did. */
  readonly cancelReason: string | null;
  /** Check code to ask for in the state AWAITING_CHECK_CODE, else null. */
  readonly checkCode: CheckCodeRequest | null;
  /** Code to show now in the state PENDING, if the code of the ticket changes, else null. */
  readonly qrCode: QrCodeStep | null;
}

/** Response of `POST /tickets/check-code`. */
export interface CheckCodeResponse {
  readonly state: "AUTHORIZED";
  readonly revision: number;
}

/** Response of `POST /tickets/withdraw`. */
export interface WithdrawResponse {
  readonly state: "CANCELLED";
  readonly revision: number;
}

/** Signed tokens of an exchange. */
export interface TokenSet {
  readonly idToken: string;
  readonly accessToken: string;
  readonly tokenType: "Bearer";
  readonly expiresAt: string | null;
  readonly expiresInMs: number;
}

/** Response of `POST /tickets/exchange`: the signed-in user. */
export interface ExchangeResponse {
  readonly user: Readonly<Record<string, unknown>> | null;
  readonly userPoolId: string;
  readonly approval: Readonly<Record<string, unknown>> | null;
  /** Tokens, or null if the service signs none. */
  readonly tokenSet: TokenSet | null;
}

/** Problem details (RFC 9457): the body of every error response. Clients branch on `reason`. */
export interface Problem {
  /** Name of the HTTP status, if it has one. */
  readonly title?: string | undefined;
  readonly status: number;
  /** Explanation for people. Contains no secret. */
  readonly detail: string;
  readonly reason: string;
  /** State of the ticket, if the error depends on it. */
  readonly currentState?: string;
  /** Number of attempts that are left, with the reason CHECK_CODE_MISMATCH. */
  readonly attemptsLeft?: number;
  readonly fieldViolations?: readonly FieldViolation[];
  /** Time after which to call again. Absent if waiting does not help. */
  readonly retryAfterMs?: number;
  /** Name of the exceeded limit, such as `requester_address`, for RATE_LIMITED. */
  readonly limit?: string;
  /** Id of the request, under which the operator finds it in the log. The header `x-request-id` has it too. */
  readonly requestId?: string;
}

/** An invalid field of a request, by its JSON path. */
export interface FieldViolation {
  readonly field: string;
  readonly description: string;
}
