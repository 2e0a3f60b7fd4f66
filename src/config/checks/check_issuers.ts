import type { Problem } from "../config_error.js";
import { developmentIssuer } from "../development_key.js";
import { differOnlyInSpelling } from "../issuer_spelling.js";
import type { PartialConfig } from "../schema/config_schema.js";

type Pools = NonNullable<PartialConfig["userPools"]>;

/**
 * Mistakes between the issuers of user pools: one that is another one but for its spelling, and one shared secret under two
 * issuers, with which each could sign for the users of the other.
 */
export function checkIssuers({ userPools = [], tokenIssuer }: PartialConfig): Problem[] {
  return [...checkIssuerVariants(userPools, tokenIssuer?.issuer), ...checkSharedSecrets(userPools)];
}

function checkIssuerVariants(pools: Pools, tokenIssuer: string | undefined): Problem[] {
  return pools.flatMap((pool, index) => {
    const issuer = pool?.issuer;
    if (issuer === undefined) return [];
    const others = [
      ...pools.slice(0, index).map((other, at) => [`userPools[${at}].issuer`, other?.issuer] as const),
      ["tokenIssuer.issuer", tokenIssuer] as const,
      ["the issuer of the development identities", developmentIssuer] as const,
    ];
    const variant = others.find(([, other]) => other !== undefined && differOnlyInSpelling(issuer, other));
    if (!variant) return [];
    const message =
      `is ${variant[0]} but for its spelling (final slash, capitals or default port): tokens must name an issuer exactly, ` +
      "so that one of the two is wrong";
    return [{ path: ["userPools", index, "issuer"], message }];
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
    const message = `is the secret of userPools[${first}] too, whose issuer is another one: each could sign for the other's users`;
    return [{ path: ["userPools", index, "keys", "hs256Secret"], message }];
  });
}
