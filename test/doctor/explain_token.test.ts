import { describe, expect, it } from "vitest";
import { explainToken } from "../../src/doctor/token/explain_token.js";
import { claimsWith, defaultUserTokens, newKey, poolWith, seconds, sign } from "../auth/support.js";
import { temporaryFile } from "../support/config_files.js";
import { context, issuerForTest, toLine } from "./support.js";

const key = await newKey("ES256", "current");
const otherKey = await newKey("ES256", "current");
const pools = () => [
  poolWith({ keys: { jwksFile: temporaryFile("jwks.json", JSON.stringify({ keys: [key.jwk] })) } }),
  poolWith({ id: "staff", issuer: "https://staff.example.com", audience: ["staff-app"] }),
];

/** Explains a token and checks that neither it nor its user is shown. */
async function explain(token: string, changes: Partial<Parameters<typeof explainToken>[1]> = {}) {
  const rules = { userPools: pools(), userTokens: defaultUserTokens, pool: undefined, signer: undefined };
  const lines = (await explainToken(token, { ...rules, ...changes }, context)).map(toLine);
  const text = lines.join("\n");
  for (const part of token.split(".")) if (part.length > 8) expect(text).not.toContain(part);
  expect(text).not.toContain("user-1");
  return lines;
}

const signed = (
  claims: Record<string, unknown> = {},
  header: { kid?: string; typ?: string } = {},
  signingKey = key,
) => sign(signingKey, claimsWith(claims), { alg: "ES256", kid: "current", ...header });

const failuresOf = (lines: readonly string[]) => lines.filter((line) => line.startsWith("failed "));

describe("the explanation of a token", () => {
  it("says for each part why a good token is accepted", async () => {
    expect(await explain(await signed())).toEqual([
      "ok form: a JWT with the claims iss, aud, sub, exp",
      "ok user pool: customers, by issuer and audience",
      'ok signature: valid: algorithm "ES256", key "current"',
      expect.stringMatching(/^ok times: valid for another (10 min|600 s|599 s)$/),
      "ok claims: sub name a user",
      "ok purpose: an ID token or an access token of a person",
      "ok verdict: accepted: the user can approve sign-ins",
    ]);
  });

  it.each([
    [
      "another audience",
      { aud: "web" },
      'failed user pool: no user pool accepts the token | The token has no audience of the user pool customers, which has this issuer; the token states, unverified: issuer "https://id.example.com/", audience "web"',
    ],
    [
      "an issuer without its slash",
      { iss: "https://id.example.com" },
      "the issuer of the user pool customers differs only in spelling and must be equal",
    ],
    [
      "an expiry in the past",
      { exp: seconds(-3_600) },
      "failed times: expired 60 min ago (exp); the clock tolerance is 30 s | get",
    ],
    [
      "a time that is still to come",
      { nbf: seconds(300) },
      "failed times: not valid for another 5 min (nbf); the clock tolerance",
    ],
    [
      "no user",
      { sub: undefined },
      "failed claims: sub is missing, empty, or not a text | let the issuer put the claim sub",
    ],
    ["no expiry", { exp: undefined }, "failed times: exp is missing, or is not a number"],
    [
      "another purpose",
      { token_use: "refresh" },
      "failed purpose: not a token by which a person signs in | The claim token_use is neither that of an ID token",
    ],
    [
      "an application in place of a user",
      { client_id: "user-1" },
      "failed purpose: not a token by which a person signs in | The token was issued to an application and names no person.",
    ],
  ])("names the part that is wrong in a token with %s", async (_, claims, expected) => {
    const lines = await explain(await signed(claims));
    const failures = failuresOf(lines);
    expect(failures[0]).toContain(expected);
    // The part that is wrong, and the verdict of the service's own code.
    expect(failures).toHaveLength(2);
    expect(failures[1]).toMatch(/^failed verdict: refused: (USER_UNAUTHENTICATED|USER_TOKEN_EXPIRED)/);
  });

  it("tells an unknown key, another algorithm and a wrong signature apart", async () => {
    const [unknown] = failuresOf(await explain(await signed({}, { kid: "previous" })));
    expect(unknown).toBe(
      'failed signature: cannot be verified: algorithm "ES256", key "previous" | the issuer\'s key set has no such key | ' +
        "add the issuer's current key to the file",
    );
    const [wrong] = failuresOf(await explain(await signed({}, {}, otherKey)));
    expect(wrong).toContain("| another key has signed it, or it was changed on the way |");
    const symmetric = await sign(new TextEncoder().encode("k".repeat(32)), claimsWith(), { alg: "HS256" });
    const [algorithm] = failuresOf(await explain(symmetric));
    expect(algorithm).toContain(
      'algorithm "HS256", key not named (no kid) | the pool customers accepts ES256 | add the algorithm',
    );
  });

  it("names the issuer as the cause if its keys are not available", async () => {
    const userPools = [poolWith({ keys: { jwksUri: `${(await issuerForTest()).origin}/missing` } })];
    const failures = failuresOf(await explain(await signed(), { userPools }));
    expect(failures).toEqual([
      expect.stringContaining(
        "| the keys of the issuer are not available: The JWKS endpoint responded with status 404. | check them",
      ),
      expect.stringContaining(
        "failed verdict: refused: ISSUER_UNAVAILABLE | user pool customers: The JWKS endpoint responded with status 404.",
      ),
    ]);
  });

  it("includes the UserInfo endpoint, which an approval asks", async () => {
    const issuer = await issuerForTest();
    issuer.answer("/me", (_, response) => void response.writeHead(401).end());
    const userPools = pools().map((pool) => ({ ...pool, userInfoUri: `${issuer.origin}/me` }));
    const lines = await explain(await signed(), { userPools });
    expect(lines.at(-1)).toContain(
      "failed verdict: accepted for a scan, but an approval fails: USER_UNAUTHENTICATED | The UserInfo endpoint " +
        "responded with status 401.",
    );
  });

  it.each([
    [
      "a line of a header",
      "Bearer abc",
      "failed form: it begins with the word Bearer | pass the token alone",
    ],
    [
      "two tokens",
      "abc def",
      "failed form: it contains characters that no bearer token has (RFC 6750) | pass one token",
    ],
    [
      "an encrypted token",
      "aaaa.bbbb.cccc.dddd.eeee",
      "warning form: an encrypted JWT (JWE) | only the issuer can read it",
    ],
    ["an opaque token", "abcdefgh", "warning form: not a JWT: only an introspection endpoint can judge it"],
  ])("names the form of %s", async (_, text, expected) => {
    const lines = await explain(text);
    expect(lines[0]).toContain(expected);
    expect(lines.at(-1)).toMatch(/^failed verdict: refused: USER_UNAUTHENTICATED/);
  });

  it("judges the token by one pool if that is asked for", async () => {
    const lines = await explain(await signed(), { pool: "staff" });
    expect(lines[1]).toMatch(
      /^failed user pool: no user pool accepts the token \| No user pool has this issuer/,
    );
    await expect(explain(await signed(), { pool: "nobody" })).rejects.toThrow(
      "no user pool has the id nobody",
    );
  });
});
