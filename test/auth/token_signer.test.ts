import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { calculateJwkThumbprint, createLocalJWKSet, type JWK, jwtVerify } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTokenSigner, type TokenParameters } from "../../src/auth/signing/token_signer.js";
import type { SigningKeyConfig } from "../../src/config/config.js";
import type { SignInContext, UserProfile } from "../../src/domain/user.js";
import { createManualClock } from "../support/clock.js";
import { alice } from "../support/tickets.js";

const issuer = "https://login.example.com/";
const clock = createManualClock(1_800_000_000_900);
const signerOf = (keys: readonly SigningKeyConfig[], tokenTtl = 3_600_000, profileInAccessToken = false) =>
  createTokenSigner({ issuer, keys, tokenTtl, profileInAccessToken }, clock);
const generated: SigningKeyConfig = { generated: true };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "qrlogin-signer-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function fileWith(name: string, text: string): SigningKeyConfig & { readonly file: string } {
  const file = join(folder, name);
  writeFileSync(file, text);
  return { file };
}

const pkcs8 = { privateKeyEncoding: { type: "pkcs8", format: "pem" } } as const;
const publicKeyEncoding = { type: "spki", format: "pem" } as const;
const ecKey = (namedCurve = "P-256") =>
  generateKeyPairSync("ec", { namedCurve, publicKeyEncoding, ...pkcs8 }).privateKey;
const rsaKey = (modulusLength = 2_048) =>
  generateKeyPairSync("rsa", { modulusLength, publicKeyEncoding, ...pkcs8 }).privateKey;

/** Returns parameters for alice at the app shop, with changes. */
function signedIn(profile: Partial<UserProfile> = {}, signIn: Partial<SignInContext> = {}): TokenParameters {
  const approval = {
    profile: { ...alice.profile, ...profile },
    signIn: { ...alice.signIn, authTime: 1_700_000_000_999, acr: "loa-2", ...signIn },
  };
  return { appId: "shop", userPoolId: "customers", approval };
}

const setOf = (jwks: string) => JSON.parse(jwks) as { keys: (JWK & { kid: string })[] };

/** Resolves with header and claims of a token after verifying it with the published keys. */
async function verified(token: string, jwks: string) {
  const options = { issuer, audience: "shop", currentDate: new Date(clock.now()) };
  const { protectedHeader, payload } = await jwtVerify(token, createLocalJWKSet(setOf(jwks)), options);
  return { header: protectedHeader, claims: payload };
}

describe("an ID token", () => {
  it("an ID token states user, app and sign-in, and expires after the configured lifetime", async () => {
    const signer = await signerOf([generated], 60_000);
    const { idToken, expiresAt } = await signer.sign(signedIn());
    const { header, claims } = await verified(idToken, signer.jwks);
    expect(header).toEqual({ alg: "ES256", typ: "JWT", kid: setOf(signer.jwks).keys[0]?.kid });
    expect(claims).toEqual({
      iss: issuer,
      sub: "id-of-alice",
      aud: "shop",
      iat: 1_800_000_000,
      exp: 1_800_000_060,
      auth_time: 1_700_000_000,
      amr: ["pwd"],
      acr: "loa-2",
      nickname: "alice",
      name: "alice Example",
      picture: "https://photos.example.com/alice.png",
      email: "alice@example.com",
      email_verified: true,
      phone_number: "+49 341 000000",
      phone_number_verified: false,
      department: "sales",
      user_pool_id: "customers",
    });
    expect(expiresAt).toBe(1_800_000_060_000);
  });

  it("an ID token omits claims that the approval does not contain", async () => {
    const signer = await signerOf([generated]);
    const nothing = { nickname: "", name: "", photo: "", email: "", phone: "", claims: {} };
    const { idToken } = await signer.sign(
      signedIn(nothing, { authTime: undefined, methods: [], acr: "", clientId: "" }),
    );
    const { claims } = await verified(idToken, signer.jwks);
    expect(Object.keys(claims).sort()).toEqual(["aud", "exp", "iat", "iss", "sub", "user_pool_id"]);
  });

  it("an ID token omits additional claims with a reserved name", async () => {
    const signer = await signerOf([generated]);
    const evil = [
      ...["iss", "sub", "aud", "exp", "nbf", "iat", "jti", "cnf", "scope", "client_id", "user_pool_id"],
      ...["auth_time", "nonce", "acr", "amr", "azp", "at_hash", "c_hash", "s_hash", "sid", "events", "act"],
      ...["nickname", "name", "picture", "email", "email_verified", "phone_number", "phone_number_verified"],
    ];
    const claims = Object.fromEntries([...evil, "__proto__", "team"].map((name) => [name, "evil"]));
    const nothing = { nickname: "", name: "", photo: "", email: "", phone: "" };
    const { idToken } = await signer.sign(
      signedIn({ ...nothing, claims }, { authTime: undefined, methods: [], acr: "" }),
    );
    const actualClaims = (await verified(idToken, signer.jwks)).claims;
    expect(
      Object.entries(actualClaims)
        .filter(([, value]) => value === "evil")
        .map(([name]) => name),
    ).toEqual(["__proto__", "team"]);
  });
});

describe("an access token", () => {
  it("an access token follows RFC 9068, is issued to the app, and has a unique id", async () => {
    const signer = await signerOf([generated]);
    const tokens = await Promise.all([signer.sign(signedIn()), signer.sign(signedIn())]);
    const [one, two] = await Promise.all(tokens.map((both) => verified(both.accessToken, signer.jwks)));
    expect(one?.header).toMatchObject({ alg: "ES256", typ: "at+jwt", kid: expect.any(String) });
    expect(one?.claims).toEqual({
      ...{ iss: issuer, sub: "id-of-alice", aud: "shop", client_id: "shop", user_pool_id: "customers" },
      ...{ iat: 1_800_000_000, exp: 1_800_003_600, jti: expect.stringMatching(/^[\w-]{20,}$/) },
    });
    expect(one?.claims.jti).not.toBe(two?.claims.jti);
  });

  it("an access token has the claims of the ID token with profileInAccessToken, and still its own type", async () => {
    const signer = await signerOf([generated], undefined, true);
    const { idToken, accessToken } = await signer.sign(signedIn());
    const [id, access] = [await verified(idToken, signer.jwks), await verified(accessToken, signer.jwks)];
    expect(access.header.typ).toBe("at+jwt");
    expect(access.claims).toEqual({ ...id.claims, client_id: "shop", jti: expect.any(String) });
    expect(access.claims).toMatchObject({ nickname: "alice", department: "sales" });
  });
});

describe("the signing keys", () => {
  it("publishes all keys and signs with the first", async () => {
    const keys = [fileWith("rsa.pem", rsaKey()), fileWith("ec.pem", ecKey()), generated];
    const [forward, backward] = [await signerOf(keys), await signerOf(keys.toReversed())];
    expect(setOf(forward.jwks).keys.map(({ alg }) => alg)).toEqual(["RS256", "ES256", "ES256"]);
    for (const signer of [forward, backward]) {
      const [first] = setOf(signer.jwks).keys;
      const { idToken, accessToken } = await signer.sign(signedIn());
      for (const token of [idToken, accessToken]) {
        const { alg, kid } = (await verified(token, signer.jwks)).header;
        expect({ alg, kid }).toEqual({ alg: first?.alg, kid: first?.kid });
      }
    }
    const kids = (jwks: string) => setOf(jwks).keys.map(({ kid }) => kid);
    expect(kids(backward.jwks).slice(1)).toEqual(kids(forward.jwks).slice(0, 2).toReversed());
  });

  it("publishes the keys by their thumbprints, for signatures, without private members", async () => {
    const { jwks } = await signerOf([fileWith("a.pem", rsaKey()), fileWith("b.pem", ecKey()), generated]);
    const [rsa, ...others] = setOf(jwks).keys;
    expect(Object.keys(rsa ?? {}).sort()).toEqual(["alg", "e", "kid", "kty", "n", "use"]);
    for (const ec of others) {
      expect(Object.keys(ec).sort()).toEqual(["alg", "crv", "kid", "kty", "use", "x", "y"]);
    }
    for (const jwk of setOf(jwks).keys) {
      expect(jwk).toMatchObject({ use: "sig", kid: await calculateJwkThumbprint(jwk) });
    }
  });

  it("generates other keys at each start-up", async () => {
    expect((await signerOf([generated])).jwks).not.toBe((await signerOf([generated])).jwks);
  });

  it.each([
    ["a curve that ES256 does not have", () => ecKey("P-384")],
    ["too short an RSA key", () => rsaKey(1_024)],
    [
      "a key of another kind",
      () => generateKeyPairSync("ed25519", { publicKeyEncoding, ...pkcs8 }).privateKey,
    ],
    [
      "a public key",
      () => generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export(publicKeyEncoding),
    ],
    ["a damaged key", () => ecKey().replace(/\n.{10}/, "\n")],
    ["no key", () => "hello"],
  ])(
    "start-up fails with %s as signing key, and the error names the file without quoting it",
    async (_, text) => {
      const key = fileWith("wrong.pem", String(text()));
      const error = await signerOf([generated, key]).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(Error);
      const { message } = error as Error;
      expect(message).toContain(key.file);
      for (const line of String(text()).split("\n")) if (line !== "") expect(message).not.toContain(line);
    },
  );

  it("rejects a missing file, a key listed twice, and an empty list of keys", async () => {
    await expect(signerOf([{ file: join(folder, "gone.pem") }])).rejects.toThrow("gone.pem");
    const key = fileWith("twice.pem", ecKey());
    await expect(signerOf([key, generated, key])).rejects.toThrow("twice");
    await expect(signerOf([])).rejects.toThrow("no signing key");
  });
});
