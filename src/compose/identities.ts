import { type AppAuthenticator, createAppAuthenticator } from "../auth/app_authenticator.js";
import { type BasicAuthenticator, createAdminAuthenticator } from "../auth/basic_authenticator.js";
import { createOutgoingRequests, type OutgoingRequests } from "../auth/outgoing/outgoing_requests.js";
import { createTokenSigner, type TokenSigner } from "../auth/signing/token_signer.js";
import {
  createUserAuthenticator,
  type UserAuthenticator,
  type UserAuthenticatorOptions,
} from "../auth/user_authenticator.js";
import type { Clock } from "../base/clock.js";
import type { AdminConfig, AppConfig, Config } from "../config/config.js";
import type { Reloadable } from "./reload/reloadable.js";

/** Everybody whom the service knows, and the keys with which it signs. Each member follows a reload. */
export interface Identities extends Reloadable {
  readonly apps: AppAuthenticator<AppConfig>;
  readonly admins: BasicAuthenticator<AdminConfig>;
  readonly users: Pick<UserAuthenticator, "authenticate">;
  /** Returns the signer of tokens for apps; undefined if there is none. */
  signer(): TokenSigner | undefined;
  findApp(id: string): AppConfig | undefined;
  hasUserPool(id: string): boolean;
}

/** Identities of one configuration. */
interface Snapshot {
  readonly config: Config;
  readonly apps: AppAuthenticator<AppConfig>;
  readonly appsById: ReadonlyMap<string, AppConfig>;
  readonly admins: BasicAuthenticator<AdminConfig>;
  readonly users: UserAuthenticator;
  readonly signer: TokenSigner | undefined;
  readonly outgoing: OutgoingRequests;
}

/**
 * Creates the identities of a configuration. A reload replaces all of them at once. Nothing of a removed credential
 * stays in a cache: authenticators of apps and administrators are created anew, and that of users keeps only what
 * belongs to pools that have not changed.
 *
 * @throws Error when a signing key or a JWKS file cannot be used.
 */
export async function createIdentities(
  config: Config,
  clock: Clock,
  userOptions: Pick<UserAuthenticatorOptions, "onDroppedClaim" | "observer">,
): Promise<Identities> {
  const currentRequests: OutgoingRequests = {
    fetch: (uri, init) => current.outgoing.fetch(uri, init),
    close: () => current.outgoing.close(),
  };

  async function snapshotOf(next: Config, previous: Snapshot | undefined): Promise<Snapshot> {
    const signer = await signerOf(next, previous);
    const outgoing = await createOutgoingRequests(next.outgoing);
    const pools = { pools: next.userPools, tokenIssuer: signer };
    return {
      config: next,
      apps: createAppAuthenticator(next.apps, clock),
      appsById: new Map(next.apps.map((app) => [app.id, app])),
      admins: createAdminAuthenticator(next.admins),
      users:
        previous?.users.renew(pools) ??
        createUserAuthenticator({
          ...{ ...pools, userTokens: next.userTokens, outgoing: currentRequests, clock, ...userOptions },
        }),
      signer,
      outgoing,
    };
  }

  /** Returns the previous signer if the next one is the same: what was checked against it stays checked. */
  async function signerOf({ tokenIssuer }: Config, previous: Snapshot | undefined) {
    const signer = tokenIssuer && (await createTokenSigner(tokenIssuer, clock));
    const isSame =
      previous?.signer?.jwks === signer?.jwks &&
      JSON.stringify(previous?.config.tokenIssuer) === JSON.stringify(tokenIssuer);
    return isSame && previous ? previous.signer : signer;
  }

  let current = await snapshotOf(config, undefined);
  return {
    apps: {
      authenticate: (authorization, certificate) => current.apps.authenticate(authorization, certificate),
    },
    admins: { authenticate: (authorization) => current.admins.authenticate(authorization) },
    users: { authenticate: (authorization, signal) => current.users.authenticate(authorization, signal) },
    signer: () => current.signer,
    findApp: (id) => current.appsById.get(id),
    hasUserPool: (id) => current.config.userPools.some((pool) => pool.id === id),
    async prepareReload(next) {
      const snapshot = await snapshotOf(next, current);
      return () => {
        // Ends when the requests in progress do.
        void current.outgoing.close();
        current = snapshot;
      };
    },
  };
}
