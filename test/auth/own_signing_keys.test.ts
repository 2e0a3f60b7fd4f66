import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { importPKCS8 } from "jose";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createTokenSigner, type TokenSigner } from "../../src/auth/signing/token_signer.js";
import { createUserAuthenticator } from "../../src/auth/user_authenticator.js";
import type { KeysConfig, UserPoolConfig } from "../../src/config/config.js";
import { alice } from "../support/tickets.js";
import {
  bearer,
  claimsWith,
  createTestClock,
  defaultUserTokens,
  expectTicketError,
  type IssuerServer,
  newKey,
  poolWith,
  type SigningKey,
  sign,
  startIssuerServer,
} from "./support.js";

const clock = createTestClock();
const idp = await newKey("ES256", "idp");
const ourIssuer = "https://login.example.com/";

let server: IssuerServer;
let folder: string;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: new Date("2026-01-02T03:04:05Z") });
  server = await startIssuerServer();
  folder = mkdtempSync(join(tmpdir(), "qrlogin-own-"));
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
  vi.useRealTimers();
});

/** Creates a token issuer and a stolen copy of its key. */
async function ours(alg: "ES256" | "RS256"): Promise<{ signer: TokenSigner; key: SigningKey }> {
  const pair =
    alg === "ES256"
      ? generateKeyPairSync("ec", { namedCurve: "P-256" })
      : generateKeyPairSync("rsa", { modulusLength: 2_048 });
  const pem = String(pair.privateKey.export({ type: "pkcs8", format: "pem" }));
  const file = join(folder, "key.pem");
  writeFileSync(file, pem);
  const config = {
    issuer: ourIssuer,
    keys: [{ generated: true as const }, { file }],
    tokenTtl: 60_000,
    profileInAccessToken: false,
  };
  const signer = await createTokenSigner(config, clock);
  return { signer, key: { privateKey: await importPKCS8(pem, alg), jwk: JSON.parse(signer.jwks).keys[1] } };
}

const usersOf = (pool: UserPoolConfig, tokenIssuer: TokenSigner) =>
  createUserAuthenticator({ pools: [pool], userTokens: defaultUserTokens, tokenIssuer, clock });
const poolOf = (keys: KeysConfig) => poolWith({ keys, algorithms: ["ES256", "RS256"] });

describe.each(["ES256", "RS256"] as const)("our own %s key", (alg) => {
  const spellings: readonly [string, (jwk: SigningKey["jwk"]) => object][] = [
    ["as we publish it", (jwk) => jwk],
    ["under another name", (jwk) => ({ ...jwk, kid: "innocent" })],
    ["written otherwise", ({ x, n, ...jwk }) => ({ ...jwk, ...(x ? { x: `${x}=` } : { n: `${n}==` }) })],
  ];

  it.each(spellings)(
    "our key %s in an endpoint's key set prevents all approvals, even with the pool's other key",
    async (_, spelled) => {
      const { signer, key } = await ours(alg);
      server.answerJson("/jwks", { keys: [idp.jwk, spelled(key.jwk)] });
      const users = usersOf(poolOf({ jwksUri: `${server.origin}/jwks` }), signer);
      const tokens = [
        await sign(key, claimsWith(), { alg }),
        await sign(key, claimsWith(), { alg, kid: key.jwk.kid }),
        await sign(idp, claimsWith(), { alg: "ES256", kid: "idp" }),
      ];
      for (const token of tokens) {
        const ticketError = await expectTicketError(
          users.authenticate(bearer(token)),
          "ISSUER_UNAVAILABLE",
          token,
        );
        expect(ticketError.cause).toMatchObject({ message: "user pool customers", cause: expect.any(Error) });
      }
    },
  );

  it("adding our key to an endpoint's key set invalidates the tokens accepted before", async () => {
    const { signer, key } = await ours(alg);
    server.answerJson("/jwks", { keys: [idp.jwk] });
    const users = usersOf(poolOf({ jwksUri: `${server.origin}/jwks` }), signer);
    const token = await sign(idp, claimsWith({ exp: Date.now() / 1_000 + 3_600 }), {
      alg: "ES256",
      kid: "idp",
    });
    expect((await users.authenticate(bearer(token))).approver.subject).toBe("user-1");
    server.answerJson("/jwks", { keys: [idp.jwk, key.jwk] });
    clock.advance(300_000);
    await expectTicketError(users.authenticate(bearer(token)), "ISSUER_UNAVAILABLE", token);
  });

  it("our key in a pool's file fails the start-up, and makes the issuer unavailable later", async () => {
    const { signer, key } = await ours(alg);
    const jwksFile = join(folder, "jwks.json");
    const publish = (...keys: SigningKey[]) =>
      writeFileSync(jwksFile, JSON.stringify({ keys: keys.map(({ jwk }) => jwk) }));
    publish(idp, key);
    expect(() => usersOf(poolOf({ jwksFile }), signer)).toThrow("jwks.json");
    publish(idp);
    const users = usersOf(poolOf({ jwksFile }), signer);
    publish(idp, key);
    clock.advance(300_000);
    const token = await sign(key, claimsWith(), { alg });
    await expectTicketError(users.authenticate(bearer(token)), "ISSUER_UNAVAILABLE", token);
  });

  it("an inline copy of our key in a pool fails the start-up", async () => {
    const { signer, key } = await ours(alg);
    expect(() => usersOf(poolOf({ jwks: { keys: [key.jwk] } }), signer)).toThrow("sign tokens for apps");
  });
});

describe("our own issuer", () => {
  it("our issuer as that of a pool fails the start-up", async () => {
    const { signer } = await ours("ES256");
    const pool = { ...poolOf({ jwks: { keys: [idp.jwk] } }), issuer: ourIssuer };
    expect(() => usersOf(pool, signer)).toThrow("customers");
  });

  it("our tokens are not user tokens, even if the app's id equals a pool's audience", async () => {
    const { signer } = await ours("ES256");
    const users = usersOf(poolOf({ jwks: { keys: [idp.jwk] } }), signer);
    const approval = { profile: alice.profile, signIn: alice.signIn };
    const tokens = await signer.sign({ appId: "mobile-app", userPoolId: "customers", approval });
    for (const token of [tokens.idToken, tokens.accessToken]) {
      await expectTicketError(users.authenticate(bearer(token)), "USER_UNAUTHENTICATED", token);
    }
  });
});
