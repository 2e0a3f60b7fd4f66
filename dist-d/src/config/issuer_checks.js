import { nearIssuer } from "../domain/near_issuer.js";
import { developmentIssuer } from "./development_key.js";
/**
 * Mistakes between the issuers of user pools: one that is another one but for its spelling, and one shared secret under two
 * issuers, with which each could sign for the users of the other.
 */
export function issuerMistakes({ userPools = [], tokenIssuer }) {
    return [...nearMistakes(userPools, tokenIssuer?.issuer), ...sharedSecretMistakes(userPools)];
}
function nearMistakes(pools, tokenIssuer) {
    return pools.flatMap((pool, index) => {
        const issuer = pool?.issuer;
        if (issuer === undefined)
            return [];
        const others = [
            ...pools.slice(0, index).map((other, at) => [`userPools[${at}].issuer`, other?.issuer]),
            ["tokenIssuer.issuer", tokenIssuer],
            ["the issuer of the development identities", developmentIssuer],
        ];
        const near = others.find(([, other]) => other !== undefined && nearIssuer(issuer, other));
        if (!near)
            return [];
        const message = `is ${near[0]} but for its spelling (final slash, capitals or default port): tokens must name an issuer exactly, ` +
            "so that one of the two is wrong";
        return [{ path: ["userPools", index, "issuer"], message }];
    });
}
function sharedSecretMistakes(pools) {
    const secretOf = (pool) => {
        const keys = pool?.keys ?? {};
        return keys.hs256Secret;
    };
    return pools.flatMap((pool, index) => {
        const secret = secretOf(pool);
        if (secret === undefined || pool?.issuer === undefined)
            return [];
        const isShared = (other) => secretOf(other) === secret && other?.issuer !== undefined && other.issuer !== pool.issuer;
        const first = pools.slice(0, index).findIndex(isShared);
        if (first < 0)
            return [];
        const message = `is the secret of userPools[${first}] too, whose issuer is another one: each could sign for the other's users`;
        return [{ path: ["userPools", index, "keys", "hs256Secret"], message }];
    });
}
