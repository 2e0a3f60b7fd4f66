import type { TokenSigner } from "../../auth/signing/token_signer.js";
import type { UserPoolConfig, UserTokensConfig } from "../../config/config.js";

/** Configuration by which a token is judged. */
export interface TokenRules {
  readonly userPools: readonly UserPoolConfig[];
  readonly userTokens: UserTokensConfig;
  /** Id of the pool that the token should belong to. By default, the token itself decides. */
  readonly pool: string | undefined;
  readonly signer: TokenSigner | undefined;
}
