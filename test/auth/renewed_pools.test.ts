import { writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { UserPoolConfig } from "../../src/config/config.js";
import { temporaryFile } from "../support/config_files.js";
import {
  bearer,
  claimsWith,
  createTestAuthenticator,
  createTestClock,
  expectTicketError,
  type IssuerServer,
  newKey,
  poolWith,
  sign,
  startIssuerServer,
} from "./support.js";

const clock = createTestClock();
const key = await newKey("ES256", "one");
const otherKey = await newKey("ES256", "two");

let server: IssuerServer;
beforeEach(async () => {
  server = await startIssuerServer();
});
afterEach(() => server.close());

const renew = (
  users: ReturnType<typeof createTestAuthenticator>["users"],
  pools: readonly UserPoolConfig[],
) => users.renew({ pools, tokenIssuer: undefined });

const secretOf = (text: string) => new TextEncoder().encode(text);

describe("after a reload of the user pools", () => {
  it("a token that was verified with a removed shared secret is refused, although it was cached", async () => {
    const [before, after] = ["a shared secret before the reload", "a shared secret after the reload!"];
    const pool = poolWith({ keys: { hs256Secret: before }, algorithms: ["HS256"] });
    const { users } = createTestAuthenticator([pool], clock);
    const token = await sign(secretOf(before), claimsWith(), { alg: "HS256" });
    await users.authenticate(bearer(token));
    const renewed = renew(users, [{ ...pool, keys: { hs256Secret: after } }]);
    await expectTicketError(renewed.authenticate(bearer(token)), "USER_UNAUTHENTICATED", token);
    const newToken = await sign(secretOf(after), claimsWith(), { alg: "HS256" });
    await expect(renewed.authenticate(bearer(newToken))).resolves.toBeDefined();
  });

  it("a cached token of a removed pool, and of an audience that is no longer accepted, is refused", async () => {
    const file = temporaryFile("jwks.json", JSON.stringify({ keys: [key.jwk] }));
    const pool = poolWith({ keys: { jwksFile: file } });
    const other = poolWith({ id: "staff", issuer: "https://staff.example.com" });
    const { users } = createTestAuthenticator([pool], clock);
    const token = await sign(key, claimsWith(), { alg: "ES256", kid: "one" });
    await users.authenticate(bearer(token));
    for (const pools of [[other], [{ ...pool, audience: ["another-app"] }]])
      await expectTicketError(renew(users, pools).authenticate(bearer(token)), "USER_UNAUTHENTICATED", token);
  });

  it("a cached token of a key that its file no longer has is refused at once", async () => {
    const file = temporaryFile("jwks.json", JSON.stringify({ keys: [key.jwk, otherKey.jwk] }));
    const pool = poolWith({ keys: { jwksFile: file } });
    const { users } = createTestAuthenticator([pool], clock);
    const token = await sign(key, claimsWith(), { alg: "ES256", kid: "one" });
    await users.authenticate(bearer(token));
    writeFileSync(file, JSON.stringify({ keys: [otherKey.jwk] }));
    await expectTicketError(renew(users, [pool]).authenticate(bearer(token)), "USER_UNAUTHENTICATED", token);
  });

  it("a file without usable keys is an error, and the authenticator before goes on", async () => {
    const file = temporaryFile("jwks.json", JSON.stringify({ keys: [key.jwk] }));
    const pool = poolWith({ keys: { jwksFile: file } });
    const { users } = createTestAuthenticator([pool], clock);
    writeFileSync(file, "{");
    expect(() => renew(users, [pool])).toThrow("has no usable keys");
    writeFileSync(file, JSON.stringify({ keys: [key.jwk] }));
    const token = await sign(key, claimsWith(), { alg: "ES256", kid: "one" });
    await expect(users.authenticate(bearer(token))).resolves.toBeDefined();
  });

  it("a pool that has not changed keeps the keys that were fetched, although its policy has changed", async () => {
    server.answerJson("/jwks", { keys: [key.jwk] });
    const pool = poolWith({ keys: { jwksUri: `${server.origin}/jwks` } });
    const { users } = createTestAuthenticator([pool], clock);
    const token = await sign(key, claimsWith(), { alg: "ES256", kid: "one" });
    await users.authenticate(bearer(token));
    const policy = { ...pool.policy, checkCode: { mode: "always" as const, digits: undefined } };
    const renewed = renew(users, [{ ...pool, policy }]);
    await expect(renewed.authenticate(bearer(token))).resolves.toBeDefined();
    const another = await sign(key, claimsWith({ sub: "user-2" }), { alg: "ES256", kid: "one" });
    await expect(renewed.authenticate(bearer(another))).resolves.toBeDefined();
    expect(server.asked("/jwks")).toBe(1);
  });
});
