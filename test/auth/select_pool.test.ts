import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import {
  activeWith,
  clock,
  createIntrospectingAuthenticator,
  introspectionPool,
  opaque,
  server,
  setUpIntrospectionIssuer,
} from "./introspection_fixture.js";
import {
  bearer,
  claimsWith,
  createTestAuthenticator,
  expectTicketError,
  newKey,
  poolWith,
  sign,
} from "./support.js";

setUpIntrospectionIssuer();

const key = await newKey("ES256", "ES256");
const other = "https://other.example.com/";
const tokenWith = (changes: Record<string, unknown>) =>
  sign(key, claimsWith(changes), { alg: "ES256", kid: "ES256" });
const asked = () => server.asked("/introspect");

/** Authenticator of a pool with an introspection endpoint and of another issuer's pool with keys. */
function createMixedAuthenticator(keyIssuer = other) {
  const keys = { jwks: { keys: [key.jwk] } };
  const staff = poolWith({ id: "staff", issuer: keyIssuer, audience: ["staff-app"], keys });
  return createTestAuthenticator([staff, introspectionPool()], clock).users;
}

describe("the pool of a token", () => {
  it.each([
    ["a JWT of the pool", claimsWith()],
    ["a JWT without an audience of the pool", claimsWith({ aud: "elsewhere" })],
    ["a JWT without an issuer", claimsWith({ iss: undefined })],
  ])("is the one with the introspection endpoint, which is asked about %s", async (_, claims) => {
    server.answerJson("/introspect", activeWith({ sub: "user-2" }));
    const token = await sign(key, claims, { alg: "ES256" });
    const { approver } = await createIntrospectingAuthenticator().authenticate(bearer(token));
    expect(approver.subject).toBe("user-2");
    expect(asked()).toBe(1);
  });

  it.each(["not.a.jwt", "a.b.c.d.e", "a", "eyJhbGciOiJub25lIn0..", "==", "~"])(
    "is asked about any other token at the endpoint, if its syntax is that of RFC 6750: %s",
    async (token) => {
      server.answerJson("/introspect", activeWith());
      const user = createIntrospectingAuthenticator().authenticate(bearer(token));
      if (token === "==") await expectTicketError(user, "USER_UNAUTHENTICATED");
      else expect((await user).approver.subject).toBe("user-1");
      expect(asked()).toBe(token === "==" ? 0 : 1);
    },
  );

  it("is none for a JWT that states another issuer, and the endpoint does not receive it", async () => {
    server.answerJson("/introspect", activeWith());
    const token = await tokenWith({ iss: other });
    const user = createIntrospectingAuthenticator().authenticate(bearer(token));
    await expectTicketError(user, "USER_UNAUTHENTICATED", token);
    expect(asked()).toBe(0);
  });

  it.each([
    ["valid", {}],
    ["expired", { exp: 1 }],
    ["for another audience", { aud: "elsewhere" }],
  ])(
    "with keys never sends a token to the endpoint of another issuer: a token that is %s",
    async (name, changes) => {
      server.answerJson("/introspect", activeWith());
      const users = createMixedAuthenticator();
      const token = await tokenWith({ iss: other, aud: "staff-app", ...changes });
      const result = await users.authenticate(bearer(token)).then(
        ({ approver }) => approver.userPoolId,
        ({ reason }) => reason,
      );
      expect(result).toBe({ valid: "staff", expired: "USER_TOKEN_EXPIRED" }[name] ?? "USER_UNAUTHENTICATED");
      expect(asked()).toBe(0);
    },
  );

  it("is the one with keys if issuer and audience are its own, although another pool of the issuer asks", async () => {
    server.answerJson("/introspect", activeWith());
    const users = createMixedAuthenticator("https://id.example.com/");
    const token = await tokenWith({ aud: "staff-app" });
    expect((await users.authenticate(bearer(token))).approver.userPoolId).toBe("staff");
    expect(asked()).toBe(0);
    expect((await users.authenticate(bearer(opaque))).approver.userPoolId).toBe("customers");
    expect(asked()).toBe(1);
  });

  it("is none for a token that is no JWT if every pool has keys, and the cause says so", async () => {
    const { users } = createTestAuthenticator([poolWith({ keys: { jwks: { keys: [key.jwk] } } })], clock);
    const error = await expectTicketError(users.authenticate(bearer(opaque)), "USER_UNAUTHENTICATED", opaque);
    expect(inspect(error, { depth: 5 })).toContain("no user pool has an introspection endpoint");
  });

  it("receives no token of more than 16 KiB", async () => {
    server.answerJson("/introspect", activeWith());
    const users = createIntrospectingAuthenticator();
    const longest = "t".repeat(16 * 1024 - "Bearer ".length);
    expect((await users.authenticate(bearer(longest))).approver.subject).toBe("user-1");
    await expectTicketError(users.authenticate(bearer(`${longest}t`)), "USER_UNAUTHENTICATED");
    expect(asked()).toBe(1);
  });
});
