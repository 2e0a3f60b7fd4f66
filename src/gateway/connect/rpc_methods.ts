/** Methods of the service that the gateway can serve over Connect and gRPC-Web. A test compares them with the proto. */
export const rpcMethods = [
  "CreateTicket",
  "GetStatus",
  "WatchStatus",
  "MarkScanned",
  "Authorize",
  "Cancel",
  "Withdraw",
  "ExchangeUserInfo",
  "GetSigningKeys",
] as const;

export type RpcMethod = (typeof rpcMethods)[number];

/** The methods of a phone, which are served by default. */
export const defaultRpcMethods: readonly RpcMethod[] = ["MarkScanned", "Authorize", "Cancel"];
