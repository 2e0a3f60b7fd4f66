import type { Problem } from "../config_error.js";
import { developmentIssuer } from "../development_key.js";
import type { PartialConfig } from "../schema/config_schema.js";
import { differOnlyInSpelling } from "./issuer_spelling.js";

type Pools = NonNullable<PartialConfig["userPools"]>;

/**
 * Checks the issuers of user pools. Reports an issuer that differs from another only in spelling, and a
 * shared secret under two issuers, with which each could sign for the other's users.
 */
export function checkIssuers({ userPools = [], tokenIssuer }: PartialConfig): Problem[] {
  return [...checkIssuerVariants(userPools, tokenIssuer?.issuer), ...checkSharedSecrets(userPools)];
}

function checkIssuerVariants(pools: Pools, tokenIssuer: string | undefined): Problem[] {
  return pools.flatMap((pool, index) => {
    const issuer = pool?.issuer;
    if (issuer === undefined) return [];
    const others = [
      ...pools
        .slice(0, index)
        .map((other, at) => [`userPools[${at}].issuer`, other?.issuer, ["userPools", at, "issuer"]] as const),
      ["tokenIssuer.issuer", tokenIssuer, ["tokenIssuer", "issuer"]] as const,
      ["the issuer of the development identities", developmentIssuer, undefined] as const,
    ];
    const variant = others.find(([, other]) => other !== undefined && differOnlyInSpelling(issuer, other));
    if (!variant) return [];
    const message =
      `is ${variant[0]} except for spelling (trailing slash, case or default port): ` +
      "tokens must name an issuer exactly, so one of the two is wrong";
    return [{ path: ["userPools", index, "issuer"], message, other: variant[2] }];
  });
}

function checkSharedSecrets(pools: Pools): Problem[] {
  const secretOf = (pool: Pools[number]) => {
    const keys: { jwksUri?: unknown; jwksFile?: unknown; hs256Secret?: string | undefined } =
      pool?.keys ?? {};
    return keys.hs256Secret;
  };
  return pools.flatMap((pool, index) => {
    const secret = secretOf(pool);
    if (secret === undefined || pool?.issuer === undefined) return [];
    const isShared = (other: Pools[number]) =>
      secretOf(other) === secret && other?.issuer !== undefined && other.issuer !== pool.issuer;
    const first = pools.slice(0, index).findIndex(isShared);
    if (first < 0) return [];
    const message =
      `is also the secret of userPools[${first}], which has a different issuer: ` +
      "each could sign for the other's users";
    const other = ["userPools", first, "keys", "hs256Secret"];
    return [{ path: ["userPools", index, "keys", "hs256Secret"], message, other }];
  });
}
