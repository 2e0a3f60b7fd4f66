import {
  CreateTicketRequest,
  type CreateTicketResponse,
  ExchangeUserInfoRequest,
  type ExchangeUserInfoResponse,
  GetSigningKeysRequest,
  type GetSigningKeysResponse,
  GetStatusRequest,
  type GetStatusResponse,
  QrLoginServiceClient,
  SubmitCheckCodeRequest,
  type SubmitCheckCodeResponse,
  WatchStatusRequest,
  WithdrawRequest,
  type WithdrawResponse,
} from "../../gen/qrlogin/v1/qr_login_service.js";
import type { TicketStatus } from "../../gen/qrlogin/v1/ticket.js";
import { formatBasicCredentials } from "../base/basic_credentials.js";
import { checkOptions, type PartialMessage, toMessage } from "./arguments/check_arguments.js";
import type { Field } from "./arguments/field.js";
import { createMethodFactory } from "./methods.js";
import {
  type CallOptions,
  type ClientOptions,
  callOptionFields,
  clientOptionFields,
  createRpcClient,
} from "./rpc_client.js";
import { systemTiming, type Timing } from "./timing.js";
import { type WatchOptions, watch, watchOptionFields } from "./watch.js";

/** Credentials of an app. */
export interface AppCredentials {
  /** Id of the app. */
  readonly appId: string;
  /** Secret of the app. An app that authenticates with a client certificate alone has none; see `tls`. */
  readonly appSecret?: string | undefined;
}

/** Options of {@link createAppClient}. */
export interface AppClientOptions extends ClientOptions, AppCredentials {}

/** Options of one call of an app. */
export interface AppCallOptions extends CallOptions {
  /** App of this call, in place of the client's own. Several apps can share a connection. */
  readonly credentials?: AppCredentials | undefined;
}

/** Options of a watch of an app. */
export interface AppWatchOptions extends WatchOptions {
  /** App of this watch, in place of the client's own. */
  readonly credentials?: AppCredentials | undefined;
}

const credentialFields = {
  appId: { type: "string", isRequired: true },
  appSecret: { type: "string" },
} as const satisfies Record<keyof AppCredentials, Field>;

const appClientOptionFields = {
  ...clientOptionFields,
  ...credentialFields,
} as const satisfies Record<keyof AppClientOptions, Field>;

const credentials = { type: "object", fields: credentialFields } as const;

const appCallOptionFields = {
  ...callOptionFields,
  credentials,
} as const satisfies Record<keyof AppCallOptions, Field>;

const appWatchOptionFields = {
  ...watchOptionFields,
  credentials,
} as const satisfies Record<keyof AppWatchOptions, Field>;

/**
 * The calls of an app. Each rejects with a QrLoginError, with the reason of its signal, or with a TypeError if an
 * argument has a wrong type. A field that the request does not have is ignored, unless it looks misspelt; an unknown
 * option is an error.
 */
export interface AppClient {
  /** Creates a ticket. Not retried, because a retry would create a second one. */
  createTicket(
    request: PartialMessage<typeof CreateTicketRequest>,
    options?: AppCallOptions,
  ): Promise<CreateTicketResponse>;
  /**
   * Returns the status once. {@link AppClient.watchStatus} is faster and cheaper where possible. Retried while
   * UNAVAILABLE and after a broken connection.
   */
  getStatus(
    request: PartialMessage<typeof GetStatusRequest>,
    options?: AppCallOptions,
  ): Promise<GetStatusResponse>;
  /**
   * Watches the status of a ticket. Yields the current status at once, then each one that differs in more than
   * the remaining durations, and ends after a terminal one. No call is made before the iteration begins; each
   * iteration is a separate watch.
   *
   * Reconnects when the service is UNAVAILABLE, when the connection breaks, and when the stream ends before a
   * terminal state. The pauses grow, vary at random, and are never shorter than the service asks. There is no
   * limit on time or attempts; pass a signal to set one. Throws any other error of the service, such as
   * TICKET_NOT_FOUND, APP_UNAUTHENTICATED or WATCH_SUPERSEDED (a newer watch of the ticket has replaced this
   * one).
   *
   * If the code of the ticket changes, a status with each step is yielded: draw `qrCodeStep.qrContent`.
   *
   * A slow reader gets the newest status. It may miss earlier ones but never the last. Leaving the loop or aborting
   * the signal ends the call at the server and does not change the ticket.
   */
  watchStatus(
    request: PartialMessage<typeof WatchStatusRequest>,
    options?: AppWatchOptions,
  ): AsyncIterable<TicketStatus>;
  /**
   * Submits the check code that the user has typed. Never retried, because a wrong code would count twice. Repeat the
   * call after a lost response: a right code that is submitted again changes nothing.
   */
  submitCheckCode(
    request: PartialMessage<typeof SubmitCheckCodeRequest>,
    options?: AppCallOptions,
  ): Promise<SubmitCheckCodeResponse>;
  /** Withdraws a ticket. Retried while UNAVAILABLE and after a broken connection. */
  withdraw(
    request: PartialMessage<typeof WithdrawRequest>,
    options?: AppCallOptions,
  ): Promise<WithdrawResponse>;
  /**
   * Exchanges the exchange ticket for the user information, at most once. Never retried: after UNAVAILABLE
   * (also with the reason OUTCOME_UNKNOWN), DEADLINE_EXCEEDED or an abort, the login may be lost, and the user
   * has to scan again.
   */
  exchangeUserInfo(
    request: PartialMessage<typeof ExchangeUserInfoRequest>,
    options?: AppCallOptions,
  ): Promise<ExchangeUserInfoResponse>;
  /**
   * Returns the public keys that verify the tokens of `exchangeUserInfo`, for any app. The issuer is empty and
   * there are no keys if the service signs no tokens. Retried while UNAVAILABLE and after a broken connection.
   */
  getSigningKeys(
    request?: PartialMessage<typeof GetSigningKeysRequest>,
    options?: AppCallOptions,
  ): Promise<GetSigningKeysResponse>;
  /** Ends all running calls and watches with a QrLoginError (CANCELLED), and closes the connections. */
  close(): void;
}

/**
 * Creates a client for an app: the back end of a website that asks for sign-ins. Create one and share it; it connects
 * on first use.
 *
 * The default is plain text to loopback addresses and TLS to all others; see {@link ClientOptions.tls}. Calls have a
 * deadline of 10 seconds by default. Watches have none and use separate connections.
 *
 * @throws TypeError, RangeError when an option is invalid.
 *
 * @example
 * ```ts
 * const client = createAppClient({ address: "127.0.0.1:50051", appId: "demo-app", appSecret: "demo-secret" });
 * const verifier = createCodeVerifier();
 * const codeChallenge = codeChallengeOf(verifier);
 * const { ticketId, ticketSecret, qrContent } = await client.createTicket({ codeChallenge });
 * draw(qrContent);
 * for await (const status of client.watchStatus({ ticketId, ticketSecret })) {
 *   if (status.state !== TicketState.AUTHORIZED) continue;
 *   const { user } = await client.exchangeUserInfo({ exchangeTicket: status.exchangeTicket, codeVerifier: verifier });
 *   signIn(user);
 *   break;
 * }
 * ```
 */
export function createAppClient(options: AppClientOptions): AppClient {
  return createAppClientWithTiming(options, systemTiming);
}

/** Creates an app client that a test or the gateway needs. Not part of the public API. */
export function createAppClientWithTiming(
  options: AppClientOptions,
  timing: Timing,
  isForwarding = false,
): AppClient {
  checkOptions("createAppClient", options, appClientOptionFields);
  const needsSecret = !mayHaveCertificate(options);
  const ownAuthorization = toAuthorization(options, needsSecret);
  const rpcClient = createRpcClient(QrLoginServiceClient, options, timing, isForwarding);
  const { address, inFlight } = rpcClient;
  const authorizationOf = ({ credentials }: AppCallOptions) =>
    credentials ? toAuthorization(credentials, needsSecret) : ownAuthorization;
  const createMethod = createMethodFactory<QrLoginServiceClient, AppCallOptions>({
    rpcClient,
    optionFields: appCallOptionFields,
    authorizationOf,
  });
  const getSigningKeys = createMethod(GetSigningKeysRequest, (client) => client.getSigningKeys);

  return {
    createTicket: createMethod(CreateTicketRequest, (client) => client.createTicket),
    getStatus: createMethod(GetStatusRequest, (client) => client.getStatus),
    watchStatus(request, watchOptions = {}) {
      checkOptions("watchStatus", watchOptions, appWatchOptionFields);
      const message = toMessage(WatchStatusRequest, request);
      // Reads the credentials for each connection: a watch lasts longer than a secret that is being replaced.
      const open = () =>
        rpcClient.openStream(
          (client, metadata) => client.watchStatus(message, metadata),
          authorizationOf(watchOptions),
          watchOptions.requestId,
        );
      return watch({ open, address, inFlight, timing }, watchOptions);
    },
    submitCheckCode: createMethod(SubmitCheckCodeRequest, (client) => client.submitCheckCode),
    withdraw: createMethod(WithdrawRequest, (client) => client.withdraw),
    exchangeUserInfo: createMethod(ExchangeUserInfoRequest, (client) => client.exchangeUserInfo),
    getSigningKeys: (request = {}, callOptions) => getSigningKeys(request, callOptions),
    close: rpcClient.close,
  };
}

/** Returns whether the client may present a certificate, which some apps have in place of a secret. */
function mayHaveCertificate({ tls }: AppClientOptions): boolean {
  return typeof tls === "function" || (typeof tls === "object" && tls.certChain !== undefined);
}

/** Returns the value of `authorization`. Without a secret it only names the app. */
function toAuthorization({ appId, appSecret }: AppCredentials, needsSecret: boolean): string {
  if (appId === "" || appId.includes(":")) throw new TypeError("appId must not be empty or hold a colon");
  if (appSecret === undefined && needsSecret) {
    throw new TypeError(
      "appSecret is missing: without it, the option tls must have certChain and privateKey",
    );
  }
  if (appSecret === "") throw new TypeError("appSecret must not be empty");
  return formatBasicCredentials(appId, appSecret ?? "");
}
