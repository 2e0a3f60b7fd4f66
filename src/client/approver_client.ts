import {
  AuthorizeRequest,
  type AuthorizeResponse,
  CancelRequest,
  type CancelResponse,
  MarkScannedRequest,
  type MarkScannedResponse,
} from "../../gen/qrlogin/v1/qr_login_service.js";
import { type Authorization, type CallOptions, type ClientOptions, createRpcClient } from "./rpc_client.js";
import { systemTiming, type Timing } from "./timing.js";

/** Options of {@link createApproverClient}. */
export interface ApproverClientOptions extends ClientOptions {
  /**
   * The user's token, or what answers it. It is asked once for every call, within the deadline of the call; what it throws,
   * the call rejects with. Refreshing is its business: a call that is refused with USER_TOKEN_EXPIRED is not made again.
   *
   * May be left out by a backend that acts for many users over one connection: then every call brings its own.
   */
  readonly token?: string | (() => string | Promise<string>) | undefined;
}

/** Options of one call of an approver. */
export interface ApproverCallOptions extends CallOptions {
  /** Token of the user for whom this one call is made, in place of the client's. */
  readonly token?: string | undefined;
}

/** The message that `fromPartial` of a generated type takes. */
type PartialMessage<M extends { fromPartial(object: never): unknown }> = Parameters<M["fromPartial"]>[0];

/** The calls of an approver. Each rejects with a QrLoginError, or with the reason of its signal. All are retried while UNAVAILABLE. */
export interface ApproverClient {
  /** Marks a ticket as scanned and answers who is asking, for the user to judge. */
  markScanned(
    request: PartialMessage<typeof MarkScannedRequest>,
    options?: ApproverCallOptions,
  ): Promise<MarkScannedResponse>;
  /** Agrees to the sign-in. */
  authorize(
    request: PartialMessage<typeof AuthorizeRequest>,
    options?: ApproverCallOptions,
  ): Promise<AuthorizeResponse>;
  /** Declines the sign-in. */
  cancel(
    request: PartialMessage<typeof CancelRequest>,
    options?: ApproverCallOptions,
  ): Promise<CancelResponse>;
  /** Ends all calls that run, with a QrLoginError (CANCELLED), and closes the connection. */
  close(): void;
}

/**
 * Creates a client for an approver: the mobile app, or its backend, that acts for a signed-in user.
 *
 * Plain text is the default to the loopback only, TLS to any other address; see {@link ClientOptions.tls}. Calls have
 * a deadline of 10 seconds unless told otherwise.
 *
 * A call that has a token neither from the client nor of its own rejects with a TypeError.
 *
 * @throws TypeError, RangeError when an option makes no sense.
 *
 * @example
 * ```ts
 * const client = createApproverClient({ address: "127.0.0.1:50051", token: () => session.freshToken() });
 * const scanned = await client.markScanned({ scanned: { $case: "qrContent", value: textInTheQrCode } });
 * const { ticketId } = scanned;
 * if (await userAgrees(scanned)) await client.authorize({ ticketId });
 * else await client.cancel({ ticketId });
 * client.close();
 * ```
 */
export function createApproverClient(options: ApproverClientOptions): ApproverClient {
  return createApproverClientWithTiming(options, systemTiming);
}

/** {@link createApproverClient} with time to be held by tests. Not for users. */
export function createApproverClientWithTiming(
  options: ApproverClientOptions,
  timing: Timing,
): ApproverClient {
  const { token } = options;
  const ownAuthorization =
    typeof token === "string"
      ? formatBearerToken(token)
      : token && (async () => formatBearerToken(await token()));
  const { call, close } = createRpcClient(options, timing);
  const authorizationOf = (callOptions: ApproverCallOptions): Authorization => {
    if (callOptions.token !== undefined) return formatBearerToken(callOptions.token);
    if (ownAuthorization === undefined)
      throw new TypeError("The client has no token of its own: give the call one");
    return ownAuthorization;
  };

  return {
    markScanned: async (request, callOptions = {}) =>
      call(
        (client) => client.markScanned,
        MarkScannedRequest.fromPartial(request),
        authorizationOf(callOptions),
        callOptions,
      ),
    authorize: async (request, callOptions = {}) =>
      call(
        (client) => client.authorize,
        AuthorizeRequest.fromPartial(request),
        authorizationOf(callOptions),
        callOptions,
      ),
    cancel: async (request, callOptions = {}) =>
      call(
        (client) => client.cancel,
        CancelRequest.fromPartial(request),
        authorizationOf(callOptions),
        callOptions,
      ),
    close,
  };
}

/** The user's credential by RFC 6750. Checked here, since grpc-js would quote a malformed one in its error. */
function formatBearerToken(token: string): string {
  if (!/^[A-Za-z0-9\-._~+/]+=*$/.test(token)) {
    throw new TypeError(
      "The user token is empty or holds a character that a bearer token must not have (RFC 6750)",
    );
  }
  return `Bearer ${token}`;
}
