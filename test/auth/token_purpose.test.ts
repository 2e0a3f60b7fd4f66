import { describe, expect, it } from "vitest";
import {
  bearer,
  claimsWith,
  createTestAuthenticator,
  createTestClock,
  expectTicketError,
  newKey,
  poolWith,
  sign,
} from "./support.js";

const key = await newKey("ES256", "ES256");
const { users } = createTestAuthenticator(
  [poolWith({ keys: { jwks: { keys: [key.jwk] } } })],
  createTestClock(),
);

/**
 * Differences from a JWT without a stated purpose. All have the pool's issuer and audience and a valid
 * signature.
 */
interface Jwt {
  readonly header?: { readonly typ?: unknown; readonly cty?: unknown };
  readonly claims?: Record<string, unknown>;
}

const jwtWith = ({ header, claims }: Jwt) =>
  sign(key, claimsWith(claims), { alg: "ES256", kid: "ES256", ...header });

const logoutEvent = { "http://schemas.openid.net/event/backchannel-logout": {} };

describe("a JWT of the pool's issuer", () => {
  it.each<[string, Jwt]>([
    ["states no purpose", {}],
    ["has the type JWT", { header: { typ: "JWT" } }],
    ["has the type JWT in small letters", { header: { typ: "jwt" } }],
    ["has the type JWT as a media type", { header: { typ: "application/JWT" } }],
    ["has the type of access tokens", { header: { typ: "at+jwt" } }],
    ["has the type of access tokens as a media type", { header: { typ: "application/AT+JWT" } }],
    ["has contents of the type JSON", { header: { cty: "application/json" } }],
    ["is an access token of Keycloak", { claims: { typ: "Bearer", azp: "phone", sid: "s" } }],
    ["is an ID token of Keycloak", { claims: { typ: "ID", nonce: "n", at_hash: "h" } }],
    ["is an access token of Cognito", { claims: { token_use: "access", client_id: "phone" } }],
    ["is an ID token of Cognito", { claims: { token_use: "id" } }],
    ["is an access token of Entra ID for a person", { claims: { ver: "2.0", idtyp: "user", azp: "phone" } }],
    [
      "is an access token of Auth0 for a person",
      { claims: { azp: "phone", gty: "password", scope: "openid" } },
    ],
    ["has an object as client_id", { claims: { client_id: { toString: false } } }],
    ["has a list as azp", { claims: { azp: ["shop"], preferred_username: "service-account-shop" } }],
    ["describes a user by a claim type", { claims: { type: "customer" } }],
    ["names who may act for the user, which nobody does", { claims: { may_act: { sub: "assistant" } } }],
  ])("is accepted as a sign-in token if it %s", async (_, jwt) => {
    expect((await users.authenticate(bearer(await jwtWith(jwt)))).approver.subject).toBe("user-1");
  });

  it.each<[string, Jwt]>([
    ["has the type of logout tokens", { header: { typ: "logout+jwt" } }],
    ["has the type of logout tokens as a media type", { header: { typ: "Application/Logout+JWT" } }],
    ["has the type of security events", { header: { typ: "secevent+jwt" } }],
    ["has the type of proofs of possession", { header: { typ: "dpop+jwt" } }],
    ["has the type of introspection answers", { header: { typ: "token-introspection+jwt" } }],
    ["has the type of authorization requests", { header: { typ: "oauth-authz-req+jwt" } }],
    ["has an unknown type", { header: { typ: "x" } }],
    ["has an empty type", { header: { typ: "" } }],
    ["has a type that is not a string", { header: { typ: ["JWT"] } }],
    ["holds another JWT", { header: { cty: "JWT" } }],
    ["is a logout token without a type", { claims: { events: logoutEvent } }],
    [
      "is a logout token of the type JWT",
      { header: { typ: "JWT" }, claims: { sid: "s", events: logoutEvent } },
    ],
    ["reports no events", { claims: { events: {} } }],
    ["is a logout token of Keycloak", { claims: { typ: "Logout" } }],
    ["is a refresh token of Keycloak", { claims: { typ: "Refresh" } }],
    ["is an offline token of Keycloak", { claims: { typ: "Offline" } }],
    ["is a bound access token of Keycloak", { claims: { typ: "DPoP" } }],
    ["is an action token of Keycloak", { claims: { typ: "verify-email" } }],
    ["has a claim typ that is not a string", { claims: { typ: 1 } }],
    ["has another purpose in token_use", { claims: { token_use: "refresh" } }],
    ["has another type in token_type", { claims: { token_type: "refresh" } }],
    ["is a refresh token by its claim type", { claims: { type: "refresh" } }],
    ["is bound to a key", { claims: { cnf: { jkt: "abc" } } }],
    ["is bound to a certificate", { claims: { cnf: { "x5t#S256": "abc" } } }],
    ["is bound to nothing known", { claims: { cnf: {} } }],
    ["lets another party act", { claims: { act: { sub: "support" } } }],
    ["names a client by client_id alone", { claims: { client_id: "user-1" } }],
    ["names a client by azp alone", { claims: { azp: "user-1" } }],
    ["is a machine's token of Auth0", { claims: { gty: "client-credentials" } }],
    ["is an application's token of Entra ID", { claims: { idtyp: "app" } }],
    [
      "is a service account's token of Keycloak",
      { claims: { typ: "Bearer", azp: "shop", preferred_username: "service-account-shop" } },
    ],
    [
      "is a service account's token whose client has a number",
      { claims: { client_id: 7, preferred_username: "service-account-7" } },
    ],
  ])("is rejected as a sign-in token if it %s", async (_, jwt) => {
    const token = await jwtWith(jwt);
    await expectTicketError(users.authenticate(bearer(token)), "USER_UNAUTHENTICATED", token);
    // The second call checks that the rejected token was not cached.
    await expectTicketError(users.authenticate(bearer(token)), "USER_UNAUTHENTICATED", token);
  });

  it.each([
    ["an extension that is not known", { crit: ["exp"], exp: 1 }],
    ["a payload that is not encoded", { crit: ["b64"], b64: false }],
  ])("is rejected as a sign-in token if it requires %s", async (_, extension) => {
    const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const input = `${encoded({ alg: "ES256", kid: "ES256", ...extension })}.${encoded(claimsWith())}`;
    const algorithm = { name: "ECDSA", hash: "SHA-256" };
    const signature = await crypto.subtle.sign(algorithm, key.privateKey, Buffer.from(input));
    const token = `${input}.${Buffer.from(signature).toString("base64url")}`;
    await expectTicketError(users.authenticate(bearer(token)), "USER_UNAUTHENTICATED", token);
  });
});
