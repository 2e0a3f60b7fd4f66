import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TicketError } from "../../src/domain/ticket_error.js";
import {
  activeWith,
  opaque,
  secondsFromStart,
  server,
  setUpIntrospectionIssuer,
  signIn,
} from "./introspection_fixture.js";
import { expectTicketError } from "./support.js";

setUpIntrospectionIssuer();

describe("the response of an introspection endpoint", () => {
  it("names the user, the client and the sign-in", async () => {
    const { approver } = await signIn(
      activeWith({
        nickname: "Al",
        picture: "https://example.com/al.png",
        amr: ["pwd"],
        auth_time: 1_700_000_000,
      }),
    );
    expect(approver).toMatchObject({
      ...{ userPoolId: "customers", issuer: "https://id.example.com/", subject: "user-1" },
      profile: { userId: "user-1", nickname: "Al", photo: "https://example.com/al.png" },
      signIn: { clientId: "the-phone", authTime: 1_700_000_000_000, methods: ["pwd"] },
    });
  });

  it.each([
    ["the audience is one of a list", { aud: ["other", "mobile-app"] }],
    ["the client is an audience of the pool", { aud: "https://api.example.com", client_id: "mobile-app" }],
    ["there is no audience, and the client is one of the pool", { aud: undefined, client_id: "mobile-app" }],
    ["there is no issuer, since the endpoint is the pool's", { iss: undefined }],
    ["there is no expiry, since the endpoint calls the token active", { exp: undefined }],
    ["optional members are null", { iss: null, exp: null, nbf: null, cnf: null }],
    ["the token expired within the tolerance of clocks", { exp: secondsFromStart(-29) }],
    ["the token becomes valid within the tolerance of clocks", { nbf: secondsFromStart(29) }],
    ["the type is that of an access token", { token_type: undefined, token_use: "access_token" }],
  ])("is accepted when %s", async (_, changes) => {
    expect((await signIn(activeWith(changes))).approver.subject).toBe("user-1");
  });

  it.each([
    ["the token is not active", { active: false }],
    ["the issuer is another", { iss: "https://other.example.com/" }],
    ["the issuer differs in spelling", { iss: "https://id.example.com" }],
    ["neither audience nor client is the pool's", { aud: ["other"] }],
    ["there is neither an audience nor a client", { aud: undefined, client_id: undefined }],
    ["there is no subject", { sub: undefined }],
    ["the subject is empty", { sub: "" }],
    ["the subject is no text", { sub: 7 }],
    ["the subject is longer than 255 characters", { sub: "u".repeat(256) }],
    ["the token is not valid yet", { nbf: secondsFromStart(31) }],
    ["the token is a refresh token", { token_type: "refresh_token" }],
    ["the claim typ names a refresh token", { typ: "Refresh" }],
    ["the type is not stated", { token_type: undefined }],
    ["the token is bound to a key", { cnf: { jkt: "x" } }],
    ["the type demands a proof", { token_type: "DPoP" }],
    ["another party acts for the user", { act: { sub: "admin" } }],
    ["the token was issued to an application", { sub: "the-phone" }],
  ])("is USER_UNAUTHENTICATED when %s", async (_, changes) => {
    await expectTicketError(signIn(activeWith(changes)), "USER_UNAUTHENTICATED", opaque);
  });

  it("is USER_TOKEN_EXPIRED when the token is active and has expired", async () => {
    await expectTicketError(signIn(activeWith({ exp: secondsFromStart(-30) })), "USER_TOKEN_EXPIRED", opaque);
  });

  it("may omit the type of the token if the pool allows that", async () => {
    const changes = { token_type: undefined };
    expect((await signIn(activeWith(changes), { requireTokenType: false })).approver.subject).toBe("user-1");
    const refresh = activeWith({ token_type: "refresh_token" });
    await expectTicketError(signIn(refresh, { requireTokenType: false }), "USER_UNAUTHENTICATED", opaque);
  });

  it.each([
    ["all of them", "openid qrlogin profile", true],
    ["only one of them", "openid profile", false],
    ["one that contains the name of another", "openid qrlogin.read", false],
    ["none", undefined, false],
    ["a list, which RFC 7662 does not allow", ["openid", "qrlogin"], false],
  ])("needs the required scopes: it has %s", async (_, scope, accepted) => {
    const user = signIn(activeWith({ scope }), { requiredScopes: ["openid", "qrlogin"] });
    if (accepted) expect((await user).approver.subject).toBe("user-1");
    else await expectTicketError(user, "USER_UNAUTHENTICATED", opaque);
  });

  it.each([
    ["there is no member active", { active: undefined }],
    ["active is a text", { active: "true" }],
    ["active is a number", { active: 1 }],
    ["active is null", { active: null }],
    ["the expiry is a text", { exp: "soon" }],
    ["the start is a text", { nbf: "soon" }],
  ])("is ISSUER_UNAVAILABLE when %s", async (_, changes) => {
    await expectTicketError(signIn(activeWith(changes)), "ISSUER_UNAVAILABLE", opaque);
  });

  it("is accepted or gets one of three errors, whatever a member is", async () => {
    const names = [
      ...Object.keys(activeWith()),
      "nbf",
      "scope",
      "typ",
      "cnf",
      "nickname",
      "amr",
      "auth_time",
    ];
    const reasons = ["USER_UNAUTHENTICATED", "USER_TOKEN_EXPIRED", "ISSUER_UNAVAILABLE"];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...names), fc.jsonValue(), async (name, value) => {
        const outcome: unknown = await signIn(activeWith({ [name]: value })).catch((error: unknown) => error);
        if (outcome instanceof TicketError) expect(reasons).toContain(outcome.reason);
        else expect(outcome).toMatchObject({ approver: { userPoolId: "customers" } });
      }),
      { numRuns: 200 },
    );
  });

  it("is completed by UserInfo, with the same rules as a JWT", async () => {
    let authorization: string | undefined;
    server.answer("/userinfo", (request, response) => {
      authorization = request.headers.authorization;
      const claims = { sub: "user-1", nickname: "Al", email: "new@example.com" };
      response.writeHead(200).end(JSON.stringify(claims));
    });
    const members = activeWith({ name: "Al Example", email: "old@example.com", email_verified: true });
    const user = await signIn(members, {}, { userInfoUri: `${server.origin}/userinfo` });
    expect(await user.fetchProfile()).toMatchObject({
      ...{ nickname: "Al", name: "Al Example", email: "new@example.com", emailVerified: false },
    });
    expect(authorization).toBe(`Bearer ${opaque}`);
  });

  it("is no key for a signed UserInfo response, which is ISSUER_UNAVAILABLE", async () => {
    server.answer("/userinfo", (_, response) => void response.writeHead(200).end("aaaa.bbbb.cccc"));
    const user = await signIn(activeWith(), {}, { userInfoUri: `${server.origin}/userinfo` });
    await expectTicketError(user.fetchProfile(), "ISSUER_UNAVAILABLE", opaque);
  });
});
