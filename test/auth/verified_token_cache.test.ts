import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createVerifiedTokenCache } from "../../src/auth/tokens/verified_token_cache.js";
import type { UserTokensConfig } from "../../src/config/config.js";
import {
  bearer,
  claimsWith,
  createTestAuthenticator,
  createTestClock,
  expectTicketError,
  type IssuerServer,
  newKey,
  poolWith,
  seconds,
  sign,
  startIssuerServer,
} from "./support.js";

const first = await newKey("ES256", "first");
const second = await newKey("ES256", "second");
const clock = createTestClock();
let server: IssuerServer;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: new Date("2026-01-02T03:04:05Z") });
  server = await startIssuerServer();
  serve(first);
});
afterEach(async () => {
  await server.close();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const serve = (key: typeof first) => server.answerJson("/jwks", { keys: [key.jwk] });
const remote = (tokens: Partial<UserTokensConfig> = {}) =>
  createTestAuthenticator([poolWith({ keys: { jwksUri: `${server.origin}/jwks` } })], clock, tokens).users;
const signed = (changes: Record<string, unknown> = {}, key = first) =>
  sign(key, claimsWith({ exp: seconds(3600), ...changes }), { alg: "ES256", kid: key.jwk.kid });
/** Spies on signature checks, which a cached token saves. */
const spyOnChecks = () => vi.spyOn(crypto.subtle, "verify");

describe("the cache of verified tokens", () => {
  it("verifies a token once while it is cached", async () => {
    const users = remote();
    const token = await signed();
    const checks = spyOnChecks();
    const one = await users.authenticate(bearer(token));
    const two = await users.authenticate(bearer(token));
    expect(two.approver).toBe(one.approver);
    expect(checks).toHaveBeenCalledTimes(1);
    expect(server.asked("/jwks")).toBe(1);
  });

  it("verifies a token again when its entry is too old", async () => {
    const fixed = poolWith({ keys: { jwks: { keys: [first.jwk] } } });
    const { users } = createTestAuthenticator([fixed], clock, { cacheMaxAge: 60_000 });
    const token = await signed();
    const checks = spyOnChecks();
    await users.authenticate(bearer(token));
    clock.advance(59_999);
    await users.authenticate(bearer(token));
    expect(checks).toHaveBeenCalledTimes(1);
    clock.advance(1);
    await users.authenticate(bearer(token));
    expect(checks).toHaveBeenCalledTimes(2);
  });

  it("rejects a cached token that has expired since", async () => {
    const users = remote();
    const token = await signed({ exp: seconds(60) });
    await users.authenticate(bearer(token));
    clock.advance(89_000);
    await users.authenticate(bearer(token));
    clock.advance(1_000);
    await expectTicketError(users.authenticate(bearer(token)), "USER_TOKEN_EXPIRED", token);
  });

  it("drops the oldest token when the cache is full", async () => {
    const users = remote({ cacheSize: 2 });
    const a = await signed({ sub: "a" });
    const b = await signed({ sub: "b" });
    const c = await signed({ sub: "c" });
    const checks = spyOnChecks();
    for (const token of [a, b, c, c, b]) await users.authenticate(bearer(token));
    expect(checks).toHaveBeenCalledTimes(3);
    await users.authenticate(bearer(a));
    expect(checks).toHaveBeenCalledTimes(4);
  });

  it("caches nothing when it is disabled", async () => {
    const users = remote({ cacheSize: 0 });
    const token = await signed();
    const checks = spyOnChecks();
    await users.authenticate(bearer(token));
    await users.authenticate(bearer(token));
    expect(checks).toHaveBeenCalledTimes(2);
  });

  it("does not accept a token that differs from a cached one only in its signature", async () => {
    const users = remote();
    const token = await signed();
    await users.authenticate(bearer(token));
    const forged = `${token.slice(0, -8)}AAAAAAAA`;
    await expectTicketError(users.authenticate(bearer(forged)), "USER_UNAUTHENTICATED", forged);
  });

  it("does not cache a token if the keys changed during its verification", async () => {
    const users = remote();
    const old = await signed();
    const replacing = await signed({}, second);
    await users.authenticate(bearer(await signed({ sub: "gets the keys" })));
    serve(second);
    clock.advance(31_000);
    const verify = crypto.subtle.verify.bind(crypto.subtle);
    // Between the selection of the key and the end of the verification, another caller makes the keys be
    // fetched.
    const checks = spyOnChecks().mockImplementationOnce(async (...args: Parameters<typeof verify>) => {
      await users.authenticate(bearer(replacing));
      return verify(...args);
    });
    await users.authenticate(bearer(old));
    expect(checks).toHaveBeenCalledTimes(2);
    await expectTicketError(users.authenticate(bearer(old)), "USER_UNAUTHENTICATED", old);
  });

  it("rejects a cached token as soon as the wall clock is past its expiry", async () => {
    const fixed = poolWith({ keys: { jwks: { keys: [first.jwk] } } });
    const { users } = createTestAuthenticator([fixed], clock);
    const token = await signed({ exp: seconds(200) });
    await users.authenticate(bearer(token));
    clock.adjust(300_000);
    await expectTicketError(users.authenticate(bearer(token)), "USER_TOKEN_EXPIRED", token);
  });

  it("verifies a token again after five minutes, although the wall clock was set back", async () => {
    const fixed = poolWith({ keys: { jwks: { keys: [first.jwk] } } });
    const { users } = createTestAuthenticator([fixed], clock);
    const token = await signed();
    const checks = spyOnChecks();
    await users.authenticate(bearer(token));
    clock.adjust(-3_600_000);
    clock.advance(300_000);
    await users.authenticate(bearer(token));
    expect(checks).toHaveBeenCalledTimes(2);
  });

  it("caches the digest of a token and never the token", async () => {
    const token = await signed();
    const set = vi.spyOn(Map.prototype, "set");
    const tokens = createVerifiedTokenCache<string>(2, clock);
    const validity = { expiresAt: Date.now() + 1, staleAt: clock.now() + 1, isCurrent: () => true };
    tokens.set(token, { value: "alice", validity });
    expect(tokens.get(token)).toBe("alice");
    expect(set).toHaveBeenCalledTimes(1);
    expect(JSON.stringify(set.mock.calls)).not.toContain(token);
  });
});
