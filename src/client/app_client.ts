import {
  CreateTicketRequest,
  type CreateTicketResponse,
  ExchangeUserInfoRequest,
  type ExchangeUserInfoResponse,
  GetSigningKeysRequest,
  type GetSigningKeysResponse,
  GetStatusRequest,
  type GetStatusResponse,
  WatchStatusRequest,
  WithdrawRequest,
  type WithdrawResponse,
} from "../../gen/qrlogin/v1/qr_login_service.js";
import type { TicketStatus } from "../../gen/qrlogin/v1/ticket.js";
import { formatBasicCredentials } from "../base/basic_credentials.js";
import { type CallOptions, type ClientOptions, createRpcClient } from "./rpc_client.js";
import { systemTiming, type Timing } from "./timing.js";
import { type WatchOptions, watch } from "./watch.js";

/** What an app proves itself by. */
export interface AppCredentials {
  /** Id of the app. */
  readonly appId: string;
  /** Secret of the app. */
  readonly appSecret: string;
}

/** Options of {@link createAppClient}. */
export interface AppClientOptions extends ClientOptions, AppCredentials {}

/** Options of one call of an app. */
export interface AppCallOptions extends CallOptions {
  /** The app for which this one call is made, in place of the client's: several can share a connection. */
  readonly credentials?: AppCredentials | undefined;
}

/** Options of a watch of an app. */
export interface AppWatchOptions extends WatchOptions {
  /** The app for which this one watch is made, in place of the client's. */
  readonly credentials?: AppCredentials | undefined;
}

/** The message that `fromPartial` of a generated type takes. */
type PartialMessage<M extends { fromPartial(object: never): unknown }> = Parameters<M["fromPartial"]>[0];

/** The calls of an app. Each rejects with a QrLoginError, or with the reason of its signal. */
export interface AppClient {
  /** Creates a ticket. Not retried: a repeat would make a second one. */
  createTicket(
    request: PartialMessage<typeof CreateTicketRequest>,
    options?: AppCallOptions,
  ): Promise<CreateTicketResponse>;
  /** Gets the status once. Where it can be had, {@link AppClient.watchStatus} is quicker and cheaper. Retried while UNAVAILABLE. */
  getStatus(
    request: PartialMessage<typeof GetStatusRequest>,
    options?: AppCallOptions,
  ): Promise<GetStatusResponse>;
  /**
   * Follows the status of a ticket: the present one at once, then each that differs in more than the remaining duration.
   * Ends after a terminal one. Nothing is called before the iteration begins; each iteration is a watch of its own.
   *
   * Reconnects by itself when the service is UNAVAILABLE, when the connection is cut, and when the stream ends before a
   * terminal state, with pauses that grow and vary, and never sooner than the service asks. There is no limit of
   * time or attempts: give a signal where one is wanted. Whatever else the service answers is thrown, such as
   * TICKET_NOT_FOUND, APP_UNAUTHENTICATED and WATCH_SUPERSEDED (a newer watch of the ticket has taken over).
   *
   * A slow reader is given the newest status, and may miss those in between, never the last. Leaving the loop, or
   * aborting the signal, ends the call at the server and changes nothing about the ticket.
   */
  watchStatus(
    request: PartialMessage<typeof WatchStatusRequest>,
    options?: AppWatchOptions,
  ): AsyncIterable<TicketStatus>;
  /** Gives a ticket up. Retried while UNAVAILABLE. */
  withdraw(
    request: PartialMessage<typeof WithdrawRequest>,
    options?: AppCallOptions,
  ): Promise<WithdrawResponse>;
  /**
   * Spends the exchange ticket for the user information. At most once, and never retried: after UNAVAILABLE (also with the
   * reason OUTCOME_UNKNOWN), DEADLINE_EXCEEDED or an abort the login may be lost, and the user has to scan again.
   */
  exchangeUserInfo(
    request: PartialMessage<typeof ExchangeUserInfoRequest>,
    options?: AppCallOptions,
  ): Promise<ExchangeUserInfoResponse>;
  /**
   * Gets the public keys that verify the tokens of exchangeUserInfo, for any app: an empty issuer and no keys where the
   * service signs none. Retried while UNAVAILABLE.
   */
  getSigningKeys(
    request?: PartialMessage<typeof GetSigningKeysRequest>,
    options?: AppCallOptions,
  ): Promise<GetSigningKeysResponse>;
  /** Ends all calls and watches that run, with a QrLoginError (CANCELLED), and closes the connections. */
  close(): void;
}

/**
 * Creates a client for an app: a website's backend that asks for sign-ins. Make one and share it; it connects when
 * it is first used.
 *
 * Plain text is the default to the loopback only, TLS to any other address; see {@link ClientOptions.tls}. Calls have
 * a deadline of 10 seconds unless told otherwise, watches have none and run on connections of their own.
 *
 * @throws TypeError, RangeError when an option makes no sense.
 *
 * @example
 * ```ts
 * const client = createAppClient({ address: "127.0.0.1:50051", appId: "demo-app", appSecret: "demo-secret" });
 * const verifier = createCodeVerifier();
 * const { ticketId, ticketSecret, qrContent } = await client.createTicket({ codeChallenge: codeChallengeOf(verifier) });
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

/** {@link createAppClient} with time and chance to be held by tests. Not for users. */
export function createAppClientWithTiming(options: AppClientOptions, timing: Timing): AppClient {
  const ownAuthorization = toAuthorization(options);
  const connection = createRpcClient(options, timing);
  const { call, inFlight } = connection;
  const authorizationOf = ({ credentials }: AppCallOptions) =>
    credentials ? toAuthorization(credentials) : ownAuthorization;

  return {
    createTicket: async (request, callOptions = {}) =>
      call(
        (client) => client.createTicket,
        CreateTicketRequest.fromPartial(request),
        authorizationOf(callOptions),
        callOptions,
      ),
    getStatus: async (request, callOptions = {}) =>
      call(
        (client) => client.getStatus,
        GetStatusRequest.fromPartial(request),
        authorizationOf(callOptions),
        callOptions,
      ),
    watchStatus(request, watchOptions = {}) {
      const message = WatchStatusRequest.fromPartial(request);
      const open = () => connection.watch(message, authorizationOf(watchOptions));
      return watch({ open, inFlight, timing }, watchOptions);
    },
    withdraw: async (request, callOptions = {}) =>
      call(
        (client) => client.withdraw,
        WithdrawRequest.fromPartial(request),
        authorizationOf(callOptions),
        callOptions,
      ),
    exchangeUserInfo: async (request, callOptions = {}) =>
      call(
        (client) => client.exchangeUserInfo,
        ExchangeUserInfoRequest.fromPartial(request),
        authorizationOf(callOptions),
        callOptions,
      ),
    getSigningKeys: async (request = {}, callOptions = {}) =>
      call(
        (client) => client.getSigningKeys,
        GetSigningKeysRequest.fromPartial(request),
        authorizationOf(callOptions),
        callOptions,
      ),
    close: connection.close,
  };
}

function toAuthorization({ appId, appSecret }: AppCredentials): string {
  if (appId === "" || appId.includes(":")) throw new TypeError("appId must not be empty or hold a colon");
  if (appSecret === "") throw new TypeError("appSecret must not be empty");
  return formatBasicCredentials(appId, appSecret);
}
