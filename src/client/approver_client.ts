import {
  AuthorizeRequest,
  type AuthorizeResponse,
  CancelRequest,
  type CancelResponse,
  MarkScannedRequest,
  type MarkScannedResponse,
  QrLoginServiceClient,
} from "../../gen/qrlogin/v1/qr_login_service.js";
import { type Authorization, type CallOptions, type ClientOptions, createRpcClient } from "./rpc_client.js";
import { systemTiming, type Timing } from "./timing.js";

/** Options of {@link createApproverClient}. */
export interface ApproverClientOptions extends ClientOptions {
  /**
   * The user's token, or a function that returns it. The function is called once per call, within the deadline of the
   * call, which rejects with any error of the function. Refreshing the token is up to the function: a call that fails
   * with USER_TOKEN_EXPIRED is not retried.
   *
   * May be omitted by a back end that acts for many users over one connection. Every call then passes a token.
   */
  readonly token?: string | (() => string | Promise<string>) | undefined;
}

/** Options of one call of an approver. */
export interface ApproverCallOptions extends CallOptions {
  /** Token of the user of this call, in place of the client's own. */
  readonly token?: string | undefined;
}

/** Argument of `fromPartial` of a generated message. */
type PartialMessage<M extends { fromPartial(object: never): unknown }> = Parameters<M["fromPartial"]>[0];

/**
 * The calls of an approver. Each rejects with a QrLoginError or the reason of its signal. All are retried while
 * UNAVAILABLE and after a broken connection.
 */
export interface ApproverClient {
  /** Marks a ticket as scanned. Resolves with who is asking, for the user to judge. */
  markScanned(
    request: PartialMessage<typeof MarkScannedRequest>,
    options?: ApproverCallOptions,
  ): Promise<MarkScannedResponse>;
  /** Approves the sign-in. Resolves with the check code to show if the website waits for one. */
  authorize(
    request: PartialMessage<typeof AuthorizeRequest>,
    options?: ApproverCallOptions,
  ): Promise<AuthorizeResponse>;
  /** Declines the sign-in. */
  cancel(
    request: PartialMessage<typeof CancelRequest>,
    options?: ApproverCallOptions,
  ): Promise<CancelResponse>;
  /** Ends all running calls with a QrLoginError (CANCELLED), and closes the connection. */
  close(): void;
}

/**
 * Creates a client for an approver: the mobile app, or its back end, acting for a signed-in user.
 *
 * The default is plain text to loopback addresses and TLS to all others; see {@link ClientOptions.tls}. Calls have a
 * deadline of 10 seconds by default.
 *
 * A call without a token, from the client or from its own options, rejects with a TypeError.
 *
 * @throws TypeError, RangeError when an option is invalid.
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

/** Creates an approver client with the time of a test. Not part of the public API. */
export function createApproverClientWithTiming(
  options: ApproverClientOptions,
  timing: Timing,
): ApproverClient {
  const { token } = options;
  const ownAuthorization =
    typeof token === "string"
      ? formatBearerToken(token)
      : token && (async () => formatBearerToken(await token()));
  const { call, close } = createRpcClient(QrLoginServiceClient, options, timing);
  const authorizationOf = (callOptions: ApproverCallOptions): Authorization => {
    if (callOptions.token !== undefined) return formatBearerToken(callOptions.token);
    if (ownAuthorization === undefined)
      throw new TypeError("The client was created without a token: pass one with the call");
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

/** Returns the user's credential (RFC 6750). Checks it here, since grpc-js would quote a malformed one in its error. */
function formatBearerToken(token: string): string {
  if (!/^[A-Za-z0-9\-._~+/]+=*$/.test(token)) {
    throw new TypeError(
      "The user token is empty or contains a character that a bearer token must not have (RFC 6750)",
    );
  }
  return `Bearer ${token}`;
}
