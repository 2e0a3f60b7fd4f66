/** Full name of the service, as in the proto. */
export const serviceName = "qrlogin.v1.QrLoginService";

/** Names of the service's RPCs, in the order of the proto. A test compares them with it. */
export const rpcMethods = [
  "CreateTicket",
  "GetStatus",
  "WatchStatus",
  "MarkScanned",
  "Authorize",
  "Cancel",
  "SubmitCheckCode",
  "Withdraw",
  "ExchangeUserInfo",
  "GetSigningKeys",
] as const;

export type RpcMethod = (typeof rpcMethods)[number];

/** The RPCs that a phone calls. The gateway serves them by default. */
export const phoneRpcMethods: readonly RpcMethod[] = ["MarkScanned", "Authorize", "Cancel"];
