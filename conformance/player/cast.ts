import { generateKeyPair } from "jose";
import { appSecrets } from "../../test/support/server.js";
import { customers, signToken, staff, unsignedToken } from "../../test/support/tokens.js";

/** Identity of a client: an app, or a user by a token. */
export type Identity = { readonly appId: string; readonly appSecret: string } | { readonly token: string };

/** The callers that every scenario has, by name. */
export type Cast = ReadonlyMap<string, Identity>;

const now = () => Math.floor(Date.now() / 1_000);
const otherKey = await generateKeyPair("ES256");

/**
 * Creates the callers: two apps and two users of the pool `customers`, an app and a user of the pool `staff`, and
 * credentials that are wrong in one way each.
 */
export async function createCast(): Promise<Cast> {
  const user = async (...parameters: Parameters<typeof signToken>) => ({
    token: await signToken(...parameters),
  });
  const app = (appId: keyof typeof appSecrets) => [appId, { appId, appSecret: appSecrets[appId] }] as const;
  return new Map<string, Identity>([
    app("shop"),
    app("blog"),
    app("intranet"),
    ["shop with a wrong secret", { appId: "shop", appSecret: "the-secret-of-nobody" }],
    ["an unknown app", { appId: "nobody", appSecret: appSecrets.shop }],
    ["alice", await user("alice")],
    ["bob", await user("bob")],
    // Her issuer has not verified her e-mail address and her phone number.
    [
      "carol of the staff",
      await user("carol", staff, { claims: { email_verified: false, phone_number_verified: false } }),
    ],
    ["alice with an expired token", await user("alice", customers, { claims: { exp: now() - 3_600 } })],
    [
      "alice with a token for another audience",
      await user("alice", customers, { claims: { aud: "other-app" } }),
    ],
    [
      "alice with a token of another issuer",
      await user("alice", customers, { claims: { iss: "https://evil.example/" } }),
    ],
    ["alice with a token that never expires", await user("alice", customers, { claims: { exp: undefined } })],
    [
      "alice with a token that is not valid yet",
      await user("alice", customers, { claims: { nbf: now() + 7_200 } }),
    ],
    ["alice with a refresh token", await user("alice", customers, { claims: { typ: "Refresh" } })],
    ["alice with a token of a foreign key", await user("alice", customers, { key: otherKey.privateKey })],
    ["alice with an unsigned token", { token: unsignedToken("alice") }],
    ["alice with a token that is no JWT", { token: "not-a-jwt" }],
  ]);
}
