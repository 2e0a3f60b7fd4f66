import type { Durability } from "./monitor/durability.js";

/** What a store in Redis tells whoever runs it. Texts are for people and hold no secret. */
export interface StoreEvents {
  /** Whether any primary can be reached; `reason` is why one of them cannot, and undefined when all can. */
  onAvailability(isAvailable: boolean, reason: string | undefined): void;
  /** At the start and whenever it has changed. */
  onDurability(durability: Durability, servers: string): void;
  /** How much this machine's clock is ahead of Redis's, in milliseconds: at the start and every minute. */
  onClockSkew(skew: number): void;
}
