import { parseJson } from "../../auth/response_body.js";
import { formatClaim } from "../../auth/tokens/explain_unmatched_token.js";
import { isLoopbackUrl } from "../../base/address.js";
import { isObject } from "../../base/is_object.js";
import type { UserPoolConfig } from "../../config/config.js";
import { type Check, type CheckContext, type Finding, findingsOf } from "../finding.js";
import { explainConnectionFailure } from "../probes/describe_failure.js";
import { displayUrl, requestEndpoint } from "../probes/request_endpoint.js";

type Metadata = Readonly<Record<string, unknown>>;

/**
 * Returns the check that compares a user pool with the metadata that its issuer publishes (OpenID Connect Discovery
 * 1.0, RFC 8414). Nothing requires an issuer to publish any.
 */
export function discoveryCheck(pool: UserPoolConfig): Check {
  const name = `discovery of ${pool.id}`;
  const { ok, skipped } = findingsOf(name);
  return {
    name,
    async run(context) {
      const documents = documentsOf(pool.issuer);
      if (documents.length === 0) return [skipped("the issuer is no URL that may be fetched")];
      for (const uri of documents) {
        const result = await fetchMetadata(uri, context);
        if ("error" in result) {
          const where = `cannot fetch ${displayUrl(uri)}`;
          // The keys and endpoints may be elsewhere, so this alone breaks no sign-in.
          return [findingsOf(name).warning(where, explainConnectionFailure(result.error))];
        }
        if (!result.metadata) continue;
        const differences = compare(name, pool, result.metadata);
        return differences.length > 0 ? differences : [ok(`${displayUrl(uri)} agrees with the pool`)];
      }
      return [skipped("the issuer publishes no discovery document")];
    },
  };
}

/** Returns the addresses of an issuer's metadata: of OpenID Connect first, then of OAuth 2.0. */
function documentsOf(issuer: string): readonly string[] {
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined;
  if (!url || (url.protocol !== "https:" && !isLoopbackUrl(url))) return [];
  const path = url.pathname.replace(/\/+$/, "");
  return [
    `${url.origin}${path}/.well-known/openid-configuration`,
    `${url.origin}/.well-known/oauth-authorization-server${path}`,
  ];
}

async function fetchMetadata(
  uri: string,
  context: CheckContext,
): Promise<{ readonly metadata: Metadata | undefined } | { readonly error: unknown }> {
  try {
    const { status, body } = await requestEndpoint("discovery", uri, context);
    return { metadata: status === 200 && body ? parseMetadata(body) : undefined };
  } catch (error) {
    return { error };
  }
}

function parseMetadata(body: Buffer): Metadata | undefined {
  try {
    const value = parseJson(body);
    return isObject(value) && typeof value.issuer === "string" ? value : undefined;
  } catch {
    // Many servers answer every path with a page.
    return undefined;
  }
}

function compare(name: string, pool: UserPoolConfig, metadata: Metadata): readonly Finding[] {
  const { warning, failed } = findingsOf(name);
  const findings: Finding[] = [];
  if (metadata.issuer !== pool.issuer) {
    findings.push(
      failed(
        `the issuer calls itself ${formatClaim(metadata.issuer)}, and the pool ${formatClaim(pool.issuer)}`,
        {
          cause: "tokens state the issuer's own spelling, and it is compared exactly",
          remedy: "set issuer of the pool to the value of the discovery document, including a trailing slash",
        },
      ),
    );
  }
  for (const { setting, member, configured } of endpointsOf(pool)) {
    const published = metadata[member];
    if (configured === undefined || typeof published !== "string" || published === configured) continue;
    findings.push(
      warning(`${setting} differs from ${member} of the issuer, ${formatClaim(published)}`, {
        remedy: `use the published address, unless ${displayUrl(configured)} is a proxy of your own`,
      }),
    );
  }
  const algorithms = metadata.id_token_signing_alg_values_supported;
  if (pool.keys && Array.isArray(algorithms) && !algorithms.some((one) => pool.algorithms.includes(one))) {
    findings.push(
      failed(`the issuer signs ID tokens with ${algorithms.map(formatClaim).join(", ")}`, {
        cause: `the pool accepts ${pool.algorithms.join(", ")}`,
        remedy:
          "add an algorithm of the issuer to algorithms of the pool, or let the issuer use one of the pool's",
      }),
    );
  }
  return findings;
}

function endpointsOf({ keys, userInfoUri, introspection }: UserPoolConfig) {
  const jwksUri = keys && "jwksUri" in keys ? keys.jwksUri : undefined;
  return [
    { setting: "keys.jwksUri", member: "jwks_uri", configured: jwksUri },
    { setting: "userInfoUri", member: "userinfo_endpoint", configured: userInfoUri },
    {
      setting: "introspection.uri",
      member: "introspection_endpoint",
      configured: introspection?.uri,
    },
  ];
}
