/** Names of the gateway's own limits. Those that a response can name have the same name there. */
export const gatewayLimitNames = [
  "requester_address",
  "requester_network",
  "calls_per_address",
  "qr_images",
  "streams",
  "streams_per_address",
  "connections",
  "connections_per_address",
  "pipelined_requests",
] as const;

export type GatewayLimitName = (typeof gatewayLimitNames)[number];

/** Reports of limits. */
export interface LimitObserver {
  /** Reports that a limit has rejected a request, or closed a stream or a connection. */
  limitExceeded(limit: GatewayLimitName): void;
}

export const silentLimitObserver: LimitObserver = { limitExceeded: () => {} };
