import type { Durability } from "./monitor/durability.js";

/** Events of a store in Redis, for its operator. Texts are for people and contain no secret. */
export interface StoreEvents {
  /** Reports whether any primary is reachable, with the reason why one is not; `reason` is undefined if all are. */
  onAvailability(isAvailable: boolean, reason: string | undefined): void;
  /**
   * Reports why a primary still cannot be reached: once for each reason in a row, since an outage may begin with a
   * closed connection and go on for another reason.
   */
  onReconnectFailure(reason: string): void;
  /** Reports the durability at the start and after every change. */
  onDurability(durability: Durability, servers: string): void;
  /** Reports how far this machine's clock is ahead of Redis's, in milliseconds, at the start and every minute. */
  onClockSkew(skew: number): void;
}
