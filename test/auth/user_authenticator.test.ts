import { exportSPKI, importJWK } from "jose";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { UserPoolConfig } from "../../src/config/config.js";
import {
  bearer,
  claimsWith,
  createTestAuthenticator,
  createTestClock,
  expectTicketError,
  issuer,
  newKey,
  poolWith,
  type SigningKey,
  seconds,
  sign,
} from "./support.js";

const keys = {
  ES256: await newKey("ES256", "ES256"),
  RS256: await newKey("RS256", "RS256"),
  PS256: await newKey("PS256", "PS256"),
  EdDSA: await newKey("EdDSA", "EdDSA"),
};
const algorithms = ["ES256", "RS256", "PS256", "EdDSA"] as const;
const es256 = keys.ES256;
const unknownKey = await newKey("ES256", "ES256");
const secretText = "a shared secret of more than 64 bytes, so that HS512 could use it as well";
const secret = new TextEncoder().encode(secretText);
const jwks = (...used: SigningKey[]) => ({ jwks: { keys: used.map(({ jwk }) => jwk) } });
const pool = poolWith({ keys: jwks(es256) });

const clock = createTestClock();
const usersOf = (...pools: UserPoolConfig[]) => createTestAuthenticator(pools, clock).users;
const accept = async (token: string, users = usersOf(pool)) =>
  (await users.authenticate(bearer(token))).approver;
const expectRejected = (token: string, users = usersOf(pool)) =>
  expectTicketError(users.authenticate(bearer(token)), "USER_UNAUTHENTICATED", token);
const signed = (changes: Record<string, unknown> = {}, key: SigningKey = es256) =>
  sign(key, claimsWith(changes), { alg: "ES256", kid: "ES256" });

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: new Date("2026-01-02T03:04:05.678Z") });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("user tokens", () => {
  it.each([
    ["EdDSA", "Ed25519"],
    ["Ed25519", "EdDSA"],
  ] as const)(
    "a key with the algorithm %s verifies a token with its other name, %s",
    async (named, stated) => {
      const key = { ...keys.EdDSA, jwk: { ...keys.EdDSA.jwk, alg: named } };
      const token = await sign(key, claimsWith(), { alg: stated, kid: "EdDSA" });
      const users = usersOf(poolWith({ keys: jwks(key), algorithms: ["EdDSA", "Ed25519"] }));
      expect(await accept(token, users)).toMatchObject({ subject: "user-1" });
    },
  );

  it("a key with the algorithm EdDSA verifies no token that states another kind of algorithm", async () => {
    const token = await sign(es256, claimsWith(), { alg: "ES256", kid: "EdDSA" });
    await expectRejected(
      token,
      usersOf(poolWith({ keys: jwks(keys.EdDSA), algorithms: ["EdDSA", "ES256"] })),
    );
  });

  it.each(algorithms)(
    "a token signed with %s authenticates its user if the pool allows that algorithm",
    async (alg) => {
      const token = await sign(keys[alg], claimsWith(), { alg, kid: alg });
      const allowing = usersOf(poolWith({ keys: jwks(keys[alg]), algorithms: [alg] }));
      expect(await accept(token, allowing)).toMatchObject({
        userPoolId: "customers",
        issuer,
        subject: "user-1",
        profile: { userId: "user-1" },
      });
    },
  );

  it.each(algorithms)(
    "a token signed with %s is rejected if the pool does not allow that algorithm",
    async (alg) => {
      const token = await sign(keys[alg], claimsWith(), { alg, kid: alg });
      const others = algorithms.filter((other) => other !== alg);
      await expectRejected(token, usersOf(poolWith({ keys: jwks(keys[alg]), algorithms: others })));
    },
  );

  it("a token signed with the shared secret authenticates its user", async () => {
    const users = usersOf(poolWith({ keys: { hs256Secret: secretText }, algorithms: ["HS256"] }));
    expect((await accept(await sign(secret, claimsWith(), { alg: "HS256" }), users)).subject).toBe("user-1");
    const other = new TextEncoder().encode("another secret of more than 32 bytes");
    await expectRejected(await sign(other, claimsWith(), { alg: "HS256" }), users);
  });

  it("a token signed with the shared secret and another algorithm is rejected", async () => {
    const allowed = ["HS256", "HS512", "RS256"];
    const users = usersOf(poolWith({ keys: { hs256Secret: secretText }, algorithms: allowed }));
    await expectRejected(await sign(secret, claimsWith(), { alg: "HS512" }), users);
    await expectRejected(await sign(keys.RS256, claimsWith(), { alg: "RS256" }), users);
  });

  it("a token signed with the public RSA key as a shared secret is rejected, even if HS256 is allowed", async () => {
    const publicKey = await importJWK(keys.RS256.jwk, "RS256", { extractable: true });
    if (publicKey instanceof Uint8Array) throw new Error("An RSA key is expected.");
    const pem = new TextEncoder().encode(await exportSPKI(publicKey));
    const token = await sign(pem, claimsWith(), { alg: "HS256", kid: "RS256" });
    for (const allowed of [["RS256"], ["RS256", "HS256"]]) {
      await expectRejected(token, usersOf(poolWith({ keys: jwks(keys.RS256), algorithms: allowed })));
    }
  });

  it("a token without a signature is rejected", async () => {
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const body = `${encode({ alg: "none" })}.${encode(claimsWith())}`;
    for (const token of [`${body}.`, body, `${body}.AAAA`]) await expectRejected(token);
  });

  it("a token signed with another key of the same id is rejected", async () => {
    await expectRejected(await signed({}, unknownKey));
  });

  it("a token whose claims were changed after signing is rejected", async () => {
    const [header, , signature] = (await signed()).split(".");
    const claims = Buffer.from(JSON.stringify(claimsWith({ sub: "admin" }))).toString("base64url");
    await expectRejected(`${header}.${claims}.${signature}`);
  });

  it("a token without a key id is verified with every matching key of the issuer", async () => {
    const one = await newKey("ES256");
    const two = await newKey("ES256", "two");
    const users = usersOf(poolWith({ keys: jwks(one, two, keys.RS256) }));
    for (const key of [one, two]) {
      const token = await sign(key, claimsWith(), { alg: "ES256" });
      expect((await accept(token, users)).subject).toBe("user-1");
    }
    await expectRejected(await sign(unknownKey, claimsWith(), { alg: "ES256" }), users);
    const expired = await sign(two, claimsWith({ exp: seconds(-60) }), { alg: "ES256" });
    await expectTicketError(users.authenticate(bearer(expired)), "USER_TOKEN_EXPIRED", expired);
  });

  it.each(["exp", "sub", "iss", "aud"])("a token without the claim %s is rejected", async (claim) => {
    await expectRejected(await signed({ [claim]: undefined }));
  });

  it.each([
    ["another issuer", { iss: "https://evil.example.com/" }],
    ["an issuer without its trailing slash", { iss: "https://id.example.com" }],
    ["an issuer that is a list", { iss: [issuer] }],
    ["another audience", { aud: "web-app" }],
    ["an empty audience", { aud: [] }],
    ["an empty subject", { sub: "" }],
    ["a subject that is a number", { sub: 7 }],
    ["a subject of 256 characters", { sub: "x".repeat(256) }],
    ["an expiry that is text", { exp: "4102444800" }],
    ["a beginning far in the future", { nbf: 4_102_444_800 }],
  ])("a token with %s is rejected", async (_, changes) => {
    await expectRejected(await signed(changes));
  });

  it.each(["a\0b", "a\ud800"])(
    "a token with the subject %j, which other readers could confuse with another, is rejected whatever its user id is",
    async (sub) => {
      const users = usersOf({ ...pool, claims: { ...pool.claims, userId: "uid" } });
      expect((await accept(await signed({ sub: "a", uid: 7 }), users)).profile.userId).toBe("7");
      await expectRejected(await signed({ sub, uid: 7 }), users);
    },
  );

  it("a token whose validity begins within the tolerance is accepted", async () => {
    expect((await accept(await signed({ nbf: seconds(30) }))).subject).toBe("user-1");
    await expectRejected(await signed({ nbf: seconds(31) }));
  });

  it("an expired token is accepted within the tolerance, and rejected as expired beyond it", async () => {
    expect((await accept(await signed({ exp: seconds(-29) }))).subject).toBe("user-1");
    const beyond = await signed({ exp: seconds(-30) });
    await expectTicketError(usersOf(pool).authenticate(bearer(beyond)), "USER_TOKEN_EXPIRED", beyond);
  });

  it("the service's clock decides whether a token has expired, not the machine's", async () => {
    const late = { ...clock, wallNow: () => Date.now() + 3_600_000 };
    const token = await signed();
    const { users } = createTestAuthenticator([pool], late);
    await expectTicketError(users.authenticate(bearer(token)), "USER_TOKEN_EXPIRED", token);
  });

  it("an expired token with a wrong signature is not reported as expired", async () => {
    await expectRejected(await signed({ exp: seconds(-600) }, unknownKey));
  });

  it("a token may have the audience in a list with others", async () => {
    expect((await accept(await signed({ aud: ["something-else", "mobile-app"] }))).subject).toBe("user-1");
  });

  it("issuer and audience together select the pool of a token", async () => {
    const staff = poolWith({ id: "staff", audience: ["staff-app", "admin-app"], keys: jwks(es256) });
    const users = usersOf(pool, staff);
    expect((await accept(await signed({ aud: "mobile-app" }), users)).userPoolId).toBe("customers");
    expect((await accept(await signed({ aud: "admin-app" }), users)).userPoolId).toBe("staff");
    await expectRejected(await signed({ aud: ["mobile-app", "staff-app"] }), users);
  });

  it("a token signed by one pool's issuer in the name of another's is rejected", async () => {
    const other = poolWith({ id: "other", issuer: "https://other.example.com/", keys: jwks(unknownKey) });
    await expectRejected(await signed({}, unknownKey), usersOf(pool, other));
  });
});

describe("the authorization of a user", () => {
  it.each(["bearer", "BEARER"])("accepts the scheme spelt as %s", async (scheme) => {
    const { approver } = await usersOf(pool).authenticate([`${scheme} ${await signed()}`]);
    expect(approver.subject).toBe("user-1");
  });

  it("rejects a missing or repeated authorization, another scheme, and a value that is not a JWT", async () => {
    const token = await signed();
    const right = `Bearer ${token}`;
    for (const values of [
      [],
      [right, right],
      [token],
      [`Basic ${token}`],
      [`${right} `],
      [`${right},${right}`],
      ["Bearer"],
      ["Bearer "],
      ["Bearer a.b.c"],
      [`${right}.${token}`],
    ]) {
      await expectTicketError(usersOf(pool).authenticate(values), "USER_UNAUTHENTICATED", token);
    }
  });

  it("rejects a valid authorization longer than 16 KiB", async () => {
    const large = await signed({ filler: "x".repeat(11_000) });
    expect((await accept(large)).subject).toBe("user-1");
    await expectRejected(await signed({ filler: "x".repeat(13_000) }));
  });

  it("returns one fixed message for every invalid token", async () => {
    const wrong = [await signed({ aud: "web-app" }), await signed({}, unknownKey), "a.b.c"];
    const ticketErrors = await Promise.all(wrong.map((token) => expectRejected(token)));
    expect(new Set(ticketErrors.map(({ message }) => message)).size).toBe(1);
  });
});
