import { createKeySet, type KeyPool, KeysUnavailableError } from "../../auth/keys/key_set.js";
import { parseJson } from "../../auth/response_body.js";
import type { TokenSigner } from "../../auth/signing/token_signer.js";
import type { UserPoolConfig, UserTokensConfig } from "../../config/config.js";
import { readTextFile } from "../../config/files/read_file.js";
import { type Check, type CheckContext, type Finding, findingsOf } from "../finding.js";
import { explainClockSkew } from "../probes/clock_skew.js";
import { explainConnectionFailure } from "../probes/describe_failure.js";
import { describeKeys } from "../probes/describe_keys.js";
import {
  describeBody,
  displayUrl,
  type EndpointResponse,
  requestEndpoint,
} from "../probes/request_endpoint.js";

/** Returns the check of the keys of a user pool: reachable, parseable, and usable for its algorithms. */
export function keyCheck(
  pool: UserPoolConfig,
  userTokens: UserTokensConfig,
  signer?: Pick<TokenSigner, "owns">,
): Check {
  const name = `keys of ${pool.id}`;
  const { ok, failed } = findingsOf(name);
  return {
    name,
    async run(context) {
      const { keys } = pool;
      if (!keys) return [findingsOf(name).skipped("its introspection endpoint verifies the tokens")];
      if ("hs256Secret" in keys) return [ok("a shared secret (HS256), in the configuration")];
      if ("jwks" in keys) return [ok("the public keys of development mode")];
      if ("jwksFile" in keys) {
        const text = readTextFile(keys.jwksFile);
        if ("failure" in text) return [failed(`${keys.jwksFile}: ${text.failure}`)];
        return judgeKeys(name, Buffer.from(text.content), { ...pool, keys }, userTokens, context, signer);
      }
      return checkEndpoint(name, keys.jwksUri, { ...pool, keys }, userTokens, context, signer);
    },
  };
}

async function checkEndpoint(
  name: string,
  uri: string,
  pool: KeyPool,
  userTokens: UserTokensConfig,
  context: CheckContext,
  signer: Pick<TokenSigner, "owns"> | undefined,
): Promise<readonly Finding[]> {
  const { failed } = findingsOf(name);
  const where = displayUrl(uri);
  let response: EndpointResponse;
  try {
    response = await requestEndpoint("JWKS", uri, context);
  } catch (error) {
    return [failed(`cannot fetch ${where}`, explainConnectionFailure(error))];
  }
  if (response.status !== 200) {
    return [failed(`${where} responds with status ${response.status}`, explainStatus(response.status))];
  }
  return [
    ...(await judgeKeys(name, response.body, pool, userTokens, context, signer, response)),
    ...judgeCaches(name, response, userTokens),
    ...explainClockSkew(`clock of the issuer of ${pool.id}`, response, userTokens.clockTolerance),
  ];
}

function explainStatus(status: number) {
  if (status >= 300 && status < 400) {
    return { cause: "redirects are not followed", remedy: "set keys.jwksUri to the address it leads to" };
  }
  if (status === 404) {
    return {
      cause: "the path is wrong, or belongs to another tenant or realm",
      remedy: "set keys.jwksUri to jwks_uri of the issuer's discovery document",
    };
  }
  return { remedy: "open the address from this machine (curl -i), and ask the operator of the issuer" };
}

/** Judges a key set as the service does, and describes its keys. */
async function judgeKeys(
  name: string,
  bytes: Buffer | undefined,
  pool: KeyPool,
  userTokens: UserTokensConfig,
  { clock, timeout, outgoing }: CheckContext,
  signer: Pick<TokenSigner, "owns"> | undefined,
  response?: EndpointResponse,
): Promise<readonly Finding[]> {
  const { ok, warning, failed } = findingsOf(name);
  const described = describeKeys(parseOrUndefined(bytes));
  if (!described) {
    const what = response ? describeBody(response) : "not a JSON object with the list keys";
    return [
      failed("there is no JSON Web Key Set", {
        cause: `it is ${what}`,
        remedy: "set the address or the file of the key set (RFC 7517), a JSON object with the list keys",
      }),
    ];
  }
  const isUsable = ({ algorithms, problem }: (typeof described)[number]) =>
    problem === undefined && algorithms.some((one) => pool.algorithms.includes(one));
  const usable = described.filter(isUsable);
  const accepted = pool.algorithms.join(", ");
  if (usable.length === 0) {
    return [
      failed(`none of its ${described.length} keys is usable for the algorithms ${accepted}`, {
        cause: described.map(({ text, problem }) => (problem ? `${text}: ${problem}` : text)).join("; "),
        remedy:
          "let the issuer sign with an accepted algorithm, or add its algorithm to algorithms of the pool",
      }),
    ];
  }
  try {
    await createKeySet(
      pool,
      { ...userTokens, issuerTimeout: timeout },
      { clock, outgoing, signer },
    ).refreshIfStale();
  } catch (error) {
    const reason = error instanceof KeysUnavailableError || error instanceof Error ? error.cause : error;
    return [
      failed("the service rejects the key set", {
        cause: reason instanceof Error ? reason.message : String(reason),
      }),
    ];
  }
  const weak = described.filter(({ problem }) => problem !== undefined);
  return [
    ok(`${usable.length} of ${described.length} usable: ${usable.map(({ text }) => text).join("; ")}`),
    ...weak.map(({ text, problem }) =>
      warning(`${text} is not usable: ${problem}`, { remedy: "let the issuer replace or remove it" }),
    ),
  ];
}

/** Returns a finding if a cache before the issuer delays new keys. */
function judgeCaches(
  name: string,
  { headers }: EndpointResponse,
  { cacheMaxAge }: UserTokensConfig,
): readonly Finding[] {
  const age = Number(headers.get("age") ?? 0);
  if (!(age * 1_000 > cacheMaxAge)) return [];
  return [
    findingsOf(name).warning(`a cache before the issuer responded with a copy that is ${age} s old`, {
      cause: "after a rotation, tokens with the new key are rejected until that copy expires",
      remedy: "shorten max-age of the key set, or publish a key for that long before it signs",
    }),
  ];
}

function parseOrUndefined(bytes: Buffer | undefined): unknown {
  try {
    return bytes && parseJson(bytes);
  } catch {
    // The caller reports what the body is instead.
    return undefined;
  }
}
