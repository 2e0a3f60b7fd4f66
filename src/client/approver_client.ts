import {
  AuthorizeRequest,
  type AuthorizeResponse,
  CancelRequest,
  type CancelResponse,
  MarkScannedRequest,
  type MarkScannedResponse,
  QrLoginServiceClient,
} from "../../gen/qrlogin/v1/qr_login_service.js";
import { checkOptions, type PartialMessage } from "./arguments/check_arguments.js";
import type { Field } from "./arguments/field.js";
import { createMethodFactory } from "./methods.js";
import {
  type Authorization,
  type CallOptions,
  type ClientOptions,
  callOptionFields,
  clientOptionFields,
  createRpcClient,
} from "./rpc_client.js";
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

const approverClientOptionFields = {
  ...clientOptionFields,
  token: { type: ["string", "function"] },
} as const satisfies Record<keyof ApproverClientOptions, Field>;

const approverCallOptionFields = {
  ...callOptionFields,
  token: { type: "string" },
} as const satisfies Record<keyof ApproverCallOptions, Field>;

/**
 * The calls of an approver. Each rejects with a QrLoginError, the reason of its signal, or a TypeError if an argument
 * has a wrong type. All are retried while UNAVAILABLE and after a broken connection.
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
  checkOptions("createApproverClient", options, approverClientOptionFields);
  const { token } = options;
  const ownAuthorization =
    typeof token === "string"
      ? formatBearerToken(token)
      : token && (async () => formatBearerToken(await token()));
  const rpcClient = createRpcClient(QrLoginServiceClient, options, timing);
  const authorizationOf = (callOptions: ApproverCallOptions): Authorization => {
    if (callOptions.token !== undefined) return formatBearerToken(callOptions.token);
    if (ownAuthorization === undefined)
      throw new TypeError("The client was created without a token: pass one with the call");
    return ownAuthorization;
  };

  const createMethod = createMethodFactory<QrLoginServiceClient, ApproverCallOptions>({
    rpcClient,
    optionFields: approverCallOptionFields,
    authorizationOf,
  });
  return {
    markScanned: createMethod(MarkScannedRequest, (client) => client.markScanned),
    authorize: createMethod(AuthorizeRequest, (client) => client.authorize),
    cancel: createMethod(CancelRequest, (client) => client.cancel),
    close: rpcClient.close,
  };
}

/** Returns the user's credential (RFC 6750). Checks it here, since grpc-js would quote a malformed one in its error. */
function formatBearerToken(token: string): string {
  if (typeof token !== "string" || !/^[A-Za-z0-9\-._~+/]+=*$/.test(token)) {
    throw new TypeError(
      "The user token is no string, is empty, or contains a character that a bearer token must not have (RFC 6750)",
    );
  }
  return `Bearer ${token}`;
}
