import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createAppSecretAuthenticator } from "../../src/auth/basic_authenticator.js";
import {
  developmentApp,
  developmentAudience,
  developmentIssuer,
  developmentPool,
  signDevelopmentToken,
} from "../../src/auth/development_identities.js";
import type { KeysConfig } from "../../src/config/config.js";
import { isDevelopmentKey } from "../../src/config/development_key.js";
import {
  bearer,
  createTestAuthenticator,
  createTestClock,
  expectTicketError,
  newKey,
  poolWith,
  startIssuerServer,
} from "./support.js";

const clock = createTestClock();
const { jwks } = developmentPool.keys as { jwks: { keys: [{ x: string }] } };
const [publicKey] = jwks.keys;
const disguised = { keys: [{ ...publicKey, kid: "innocent", x: `${publicKey.x}=` }] };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: new Date("2026-01-02T03:04:05Z") });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("the development identities", () => {
  it("alice and bob can approve sign-ins for the demo pool", async () => {
    const { users } = createTestAuthenticator([developmentPool], clock);
    const alice = await users.authenticate(bearer(await signDevelopmentToken("alice", Date.now())));
    expect(alice.approver).toMatchObject({
      userPoolId: "demo-pool",
      issuer: developmentIssuer,
      subject: "alice",
      profile: { userId: "alice", nickname: "Alice", email: "alice@example.com", emailVerified: true },
      signIn: { clientId: "demo-phone", methods: ["demo"], authTime: Date.now() },
    });
    expect(alice.approver.profile.photo).toMatch(/^data:image\/svg\+xml,/);
    expect(await alice.fetchProfile()).toEqual(alice.approver.profile);
    const bob = await users.authenticate(bearer(await signDevelopmentToken("bob", Date.now())));
    expect(bob.approver.profile).toMatchObject({ userId: "bob", phoneVerified: false });
  });

  it("a development token is valid for 12 hours", async () => {
    const { users } = createTestAuthenticator([developmentPool], clock, { clockTolerance: 0 });
    const token = await signDevelopmentToken("alice", Date.now());
    clock.advance(12 * 3_600_000 - 1_000);
    expect((await users.authenticate(bearer(token))).approver.subject).toBe("alice");
    clock.advance(1_000);
    await expectTicketError(users.authenticate(bearer(token)), "USER_TOKEN_EXPIRED", token);
  });

  it("there is one app, with the secret demo-secret", () => {
    const authorization = [`Basic ${Buffer.from("demo-app:demo-secret").toString("base64")}`];
    expect(createAppSecretAuthenticator([developmentApp]).authenticate(authorization)).toBe(developmentApp);
    expect(developmentApp.userPool).toBe(developmentPool.id);
  });

  it("the pool does not contain the private half of the development key", () => {
    expect(jwks.keys.some((key) => "d" in key)).toBe(false);
  });

  it("recognizes the development key under any key id", async () => {
    expect(isDevelopmentKey(publicKey)).toBe(true);
    expect(isDevelopmentKey(disguised.keys[0])).toBe(true);
    expect(isDevelopmentKey((await newKey("ES256", "qrlogin-development")).jwk)).toBe(false);
    expect(isDevelopmentKey((await newKey("RS256", "rsa")).jwk)).toBe(false);
    expect(isDevelopmentKey(undefined)).toBe(false);
    expect(isDevelopmentKey("x")).toBe(false);
  });

  it("a development token is rejected if the development pool is not configured", async () => {
    const key = await newKey("ES256", "ES256");
    const { users } = createTestAuthenticator([poolWith({ keys: { jwks: { keys: [key.jwk] } } })], clock);
    const token = await signDevelopmentToken("alice", Date.now());
    await expectTicketError(users.authenticate(bearer(token)), "USER_UNAUTHENTICATED", token);
  });
});

describe("the public development key", () => {
  const impostor = (keys: KeysConfig) =>
    poolWith({ issuer: developmentIssuer, audience: [developmentAudience], keys });

  it("start-up fails if any pool's JWKS file contains the development key", () => {
    const folder = mkdtempSync(join(tmpdir(), "qrlogin-development-"));
    try {
      const file = join(folder, "jwks.json");
      for (const set of [jwks, disguised]) {
        writeFileSync(file, JSON.stringify(set));
        expect(() => createTestAuthenticator([impostor({ jwksFile: file })], clock)).toThrow(file);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("start-up fails if a pool of another issuer has the development key inline", () => {
    expect(() => createTestAuthenticator([poolWith({ keys: { jwks } })], clock)).toThrow(
      "public development key",
    );
  });

  it("the issuer is unavailable while its JWKS endpoint serves the development key", async () => {
    const server = await startIssuerServer();
    try {
      server.answerJson("/jwks", jwks);
      const { users } = createTestAuthenticator([impostor({ jwksUri: `${server.origin}/jwks` })], clock);
      const token = await signDevelopmentToken("alice", Date.now());
      const ticketError = await expectTicketError(
        users.authenticate(bearer(token)),
        "ISSUER_UNAVAILABLE",
        token,
      );
      expect(String((ticketError.cause as Error).cause)).toContain("public development key");
    } finally {
      await server.close();
    }
  });
});
