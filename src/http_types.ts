/**
 * The JSON contract of the gateway's own API, `/qrlogin/v1`: bodies of requests and responses. Types only, shared by
 * the gateway and the widget. `docs/gateway.md` describes the calls. Times are ISO 8601 texts, durations are
 * milliseconds.
 */

/** Body of `POST /tickets`. */
export interface CreateTicketBody {
  /** App that signs users in. Defaults to the first app in the gateway's configuration. */
  readonly appId?: string | undefined;
  readonly scene?: string | undefined;
  /** At most 512 bytes as JSON in ASCII, unless the service is configured otherwise. */
  readonly customData?: Readonly<Record<string, unknown>> | undefined;
  /** Requested life of the ticket. Values above `gateway.limits.ticketTtl` are reduced to it. */
  readonly ttlMs?: number | undefined;
  readonly deviceName?: string | undefined;
  readonly location?: string | undefined;
  /** SHA-256 of the code verifier that the site's backend keeps for this browser (PKCE, S256), in base64url. */
  readonly codeChallenge?: string | undefined;
}

/** Response of `POST /tickets`. */
export interface CreateTicketResponse {
  /** Sealed identifier of the ticket, sent with every further call. */
  readonly handle: string;
  readonly ticketId: string;
  /** Exact text that the QR code encodes. */
  readonly qrContent: string;
  /** Paths of the images of the QR code. */
  readonly pictures: { readonly svg: string; readonly png: string };
  readonly expiresAt: string;
  readonly remainingMs: number;
  readonly minPollIntervalMs: number;
}

/** Body of `POST /tickets/withdraw`, `/tickets/complete`, and of `/tickets/exchange` from a browser. */
export interface HandleBody {
  readonly handle: string;
}

/** Body of `POST /tickets/exchange` from a backend. */
export interface ExchangeBody {
  readonly exchangeTicket: string;
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
  readonly revision: number;
  readonly expiresAt: string | null;
  readonly remainingMs: number;
  readonly scannedBy: ScannedBy | null;
  /**
   * Exchange ticket in the state AUTHORIZED, else null. Always null if the gateway completes the sign-in itself,
   * or if the app requires a code challenge that the ticket lacks.
   */
  readonly exchangeTicket: string | null;
  readonly cancelReason: string | null;
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
  readonly title: string | undefined;
  readonly status: number;
  readonly detail: string;
  readonly reason: string;
  readonly currentState?: string;
  readonly fieldViolations?: readonly FieldViolation[];
  readonly retryAfterMs?: number;
}

/** An invalid field of a request, by its JSON path. */
export interface FieldViolation {
  readonly field: string;
  readonly description: string;
}
