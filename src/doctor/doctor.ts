import type { TokenSigner } from "../auth/signing/token_signer.js";
import type { Config } from "../config/config.js";
import { certificateCheck } from "./checks/certificates.js";
import { discoveryCheck } from "./checks/discovery.js";
import { gatewaySignInCheck } from "./checks/gateway_sign_in.js";
import { gatewayToServiceCheck } from "./checks/gateway_to_service.js";
import { issuerEndpointChecks } from "./checks/issuer_endpoints.js";
import { keyCheck } from "./checks/keys.js";
import { nameCheck } from "./checks/names.js";
import { gatewayPortCheck, grpcPortCheck } from "./checks/ports.js";
import { descriptorCheck, nodeVersionCheck } from "./checks/process.js";
import { redisCheck } from "./checks/redis.js";
import { type SignInParties, signInCheck } from "./checks/sign_in.js";
import type { Check } from "./finding.js";
import type { ServiceConnection } from "./service_connection.js";

/** Dependencies of the checks of a configuration. */
export interface ConfigCheckDependencies {
  /** Version of Node.js. */
  readonly nodeVersion: string;
  /** Signer of our own tokens, whose keys no user pool may have. */
  readonly signer: Pick<TokenSigner, "owns"> | undefined;
}

/** Returns the checks of a configuration against reality that need no running service. */
export function configChecks(config: Config, { nodeVersion, signer }: ConfigCheckDependencies): Check[] {
  const { gateway, userPools, userTokens } = config;
  const runsService = userPools.length > 0;
  return [
    nodeVersionCheck(nodeVersion),
    descriptorCheck(config),
    ...(runsService ? [grpcPortCheck(config)] : []),
    ...(gateway ? [gatewayPortCheck(gateway)] : []),
    certificateCheck(config),
    nameCheck(config),
    ...(runsService ? [redisCheck(config)] : []),
    ...userPools.flatMap((pool) => [
      keyCheck(pool, userTokens, signer),
      discoveryCheck(pool),
      ...issuerEndpointChecks(pool),
    ]),
  ];
}

/** Dependencies of the checks of a running service. */
export interface ServiceCheckDependencies {
  /** TLS options of the gateway's connection to the service. */
  readonly gatewayTls: ServiceConnection["tls"];
  /** Parties of a whole sign-in, or why there is none. */
  readonly signIn: SignInParties | { readonly missing: string };
  /** Sign-in through the gateway, if the configuration has one that can be reached. */
  readonly gatewaySignIn: Parameters<typeof gatewaySignInCheck>[0] | undefined;
}

/** Returns the checks that call a running service. */
export function serviceChecks(
  { gateway }: Pick<Config, "gateway">,
  { gatewayTls, signIn, gatewaySignIn }: ServiceCheckDependencies,
): Check[] {
  return [
    ...(gateway ? [gatewayToServiceCheck(gateway, gatewayTls)] : []),
    signInCheck(signIn),
    ...(gatewaySignIn ? [gatewaySignInCheck(gatewaySignIn)] : []),
  ];
}
