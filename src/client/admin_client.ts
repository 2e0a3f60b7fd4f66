import {
  DisableSignInsRequest,
  type DisableSignInsResponse,
  EnableSignInsRequest,
  type EnableSignInsResponse,
  ListDisabledSignInsRequest,
  type ListDisabledSignInsResponse,
  QrLoginAdminServiceClient,
} from "../../gen/qrlogin/v1/qr_login_admin_service.js";
import { formatBasicCredentials } from "../base/basic_credentials.js";
import { type CallOptions, type ClientOptions, createRpcClient } from "./rpc_client.js";
import { systemTiming } from "./timing.js";

/** Options of {@link createAdminClient}. */
export interface AdminClientOptions extends ClientOptions {
  /** Id of the administrator. */
  readonly adminId: string;
  /** Secret of the administrator. */
  readonly adminSecret: string;
}

/** Argument of `fromPartial` of a generated message. */
type PartialMessage<M extends { fromPartial(object: never): unknown }> = Parameters<M["fromPartial"]>[0];

/**
 * The calls of an administrator. Each rejects with a QrLoginError, or with the reason of its signal. All are retried
 * while UNAVAILABLE and after a broken connection.
 */
export interface AdminClient {
  /** Disables sign-ins of an app or of a user pool. */
  disableSignIns(
    request: PartialMessage<typeof DisableSignInsRequest>,
    options?: CallOptions,
  ): Promise<DisableSignInsResponse>;
  /** Enables sign-ins again. */
  enableSignIns(
    request: PartialMessage<typeof EnableSignInsRequest>,
    options?: CallOptions,
  ): Promise<EnableSignInsResponse>;
  /** Returns what is disabled. */
  listDisabledSignIns(options?: CallOptions): Promise<ListDisabledSignInsResponse>;
  /** Ends all running calls with a QrLoginError (CANCELLED), and closes the connection. */
  close(): void;
}

/**
 * Creates a client for an administrator.
 *
 * The default is plain text to loopback addresses and TLS to all others; see {@link ClientOptions.tls}. Calls have a
 * deadline of 10 seconds by default.
 *
 * @throws TypeError, RangeError when an option is invalid.
 *
 * @example
 * ```ts
 * const client = createAdminClient({ address: "qr.example.com:443", adminId: "ops", adminSecret });
 * await client.disableSignIns({ target: { $case: "appId", value: "shop" }, note: "codes in mails" });
 * client.close();
 * ```
 */
export function createAdminClient(options: AdminClientOptions): AdminClient {
  const { adminId, adminSecret } = options;
  if (adminId === "" || adminId.includes(":"))
    throw new TypeError("adminId must not be empty or hold a colon");
  if (adminSecret === "") throw new TypeError("adminSecret must not be empty");
  const authorization = formatBasicCredentials(adminId, adminSecret);
  const { call, close } = createRpcClient(QrLoginAdminServiceClient, options, systemTiming);
  return {
    disableSignIns: async (request, callOptions = {}) =>
      call(
        (client) => client.disableSignIns,
        DisableSignInsRequest.fromPartial(request),
        authorization,
        callOptions,
      ),
    enableSignIns: async (request, callOptions = {}) =>
      call(
        (client) => client.enableSignIns,
        EnableSignInsRequest.fromPartial(request),
        authorization,
        callOptions,
      ),
    listDisabledSignIns: async (callOptions = {}) =>
      call(
        (client) => client.listDisabledSignIns,
        ListDisabledSignInsRequest.create(),
        authorization,
        callOptions,
      ),
    close,
  };
}
