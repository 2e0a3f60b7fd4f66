import {
  DescribeTicketRequest,
  type DescribeTicketResponse,
  DisableSignInsRequest,
  type DisableSignInsResponse,
  EnableSignInsRequest,
  type EnableSignInsResponse,
  ListDisabledSignInsRequest,
  type ListDisabledSignInsResponse,
  QrLoginAdminServiceClient,
} from "../../gen/qrlogin/v1/qr_login_admin_service.js";
import { formatBasicCredentials } from "../base/basic_credentials.js";
import { checkOptions, type PartialMessage } from "./arguments/check_arguments.js";
import type { Field } from "./arguments/field.js";
import { createMethodFactory } from "./methods.js";
import {
  type CallOptions,
  type ClientOptions,
  callOptionFields,
  clientOptionFields,
  createRpcClient,
} from "./rpc_client.js";
import { systemTiming } from "./timing.js";

/** Options of {@link createAdminClient}. */
export interface AdminClientOptions extends ClientOptions {
  /** Id of the administrator. */
  readonly adminId: string;
  /** Secret of the administrator. */
  readonly adminSecret: string;
}

const adminClientOptionFields = {
  ...clientOptionFields,
  adminId: { type: "string", isRequired: true },
  adminSecret: { type: "string", isRequired: true },
} as const satisfies Record<keyof AdminClientOptions, Field>;

/**
 * The calls of an administrator. Each rejects with a QrLoginError, the reason of its signal, or a TypeError if an
 * argument has a wrong type. All are retried while UNAVAILABLE and after a broken connection.
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
  /** Describes a ticket, by its id or by the hash that stands for it in the log. */
  describeTicket(
    request: PartialMessage<typeof DescribeTicketRequest>,
    options?: CallOptions,
  ): Promise<DescribeTicketResponse>;
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
  checkOptions("createAdminClient", options, adminClientOptionFields);
  const { adminId, adminSecret } = options;
  if (adminId === "" || adminId.includes(":"))
    throw new TypeError("adminId must not be empty or hold a colon");
  if (adminSecret === "") throw new TypeError("adminSecret must not be empty");
  const authorization = formatBasicCredentials(adminId, adminSecret);
  const rpcClient = createRpcClient(QrLoginAdminServiceClient, options, systemTiming);
  const createMethod = createMethodFactory<QrLoginAdminServiceClient, CallOptions>({
    rpcClient,
    optionFields: callOptionFields,
    authorizationOf: () => authorization,
  });
  const listDisabledSignIns = createMethod(
    ListDisabledSignInsRequest,
    (client) => client.listDisabledSignIns,
  );
  return {
    disableSignIns: createMethod(DisableSignInsRequest, (client) => client.disableSignIns),
    enableSignIns: createMethod(EnableSignInsRequest, (client) => client.enableSignIns),
    describeTicket: createMethod(DescribeTicketRequest, (client) => client.describeTicket),
    listDisabledSignIns: (callOptions) => listDisabledSignIns({}, callOptions),
    close: rpcClient.close,
  };
}
