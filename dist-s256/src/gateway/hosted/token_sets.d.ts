import { type ExchangeUserInfoResponse } from "../../client/index.js";
import type { GatewayParts } from "../parts.js";
import { HttpRefusal } from "../refusal.js";
/** The token sets of V3, which need a service that signs tokens. */
export interface TokenSets {
    /** Whether the service signs tokens, so that no exchange ticket is spent for nothing. Throws what the service fails with. */
    areSigned(): Promise<boolean>;
    /** Refuses with TOKENS_NOT_SIGNED where there are none. */
    of(response: ExchangeUserInfoResponse): Record<string, unknown>;
}
export declare function createTokenSets({ client, clock }: Pick<GatewayParts, "client" | "clock">): TokenSets;
export declare function tokensNotSigned(): HttpRefusal;
