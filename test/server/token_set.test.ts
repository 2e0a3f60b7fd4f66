import { createLocalJWKSet, type JWTPayload, jwtVerify } from "jose";
import { describe, expect, it } from "vitest";
import type { GetSigningKeysResponse } from "../../gen/qrlogin/v1/qr_login_service.js";
import { TicketState } from "../../gen/qrlogin/v1/ticket.js";
import { callersOf, createAuthorizedTicket, responseOrThrow } from "../support/callers.js";
import { expectError } from "../support/expect_error.js";
import { tokenIssuer } from "../support/server.js";
import { alice, clock, restartServer, server, shop, useTestServer } from "../support/test_server.js";

useTestServer();

/** Returns the ExchangeUserInfo response to the app shop about alice. */
async function exchangeTokens() {
  return responseOrThrow(await shop.exchangeUserInfo(await createAuthorizedTicket(shop, alice)));
}

/** Returns the claims of a token, verified as an app would verify it. */
async function verified(token: string, { issuer, jwks }: GetSigningKeysResponse): Promise<JWTPayload> {
  const keys = createLocalJWKSet(JSON.parse(jwks));
  const options = { issuer, audience: "shop", currentDate: new Date(clock.now()) };
  return (await jwtVerify(token, keys, options)).payload;
}

describe("the token set", () => {
  it("the token set verifies with the keys of GetSigningKeys and identifies the user who has signed in", async () => {
    const { tokenSet, user } = await exchangeTokens();
    const keys = responseOrThrow(await shop.getSigningKeys());
    expect(keys.issuer).toBe(tokenIssuer.issuer);
    const about = { sub: user?.userId, aud: "shop", user_pool_id: "customers" };
    const seconds = Math.floor(clock.now() / 1_000);
    const { idToken = "", accessToken = "" } = tokenSet ?? {};
    expect(await verified(idToken, keys)).toMatchObject({
      ...about,
      ...{ iat: seconds, exp: seconds + 3_600, auth_time: 1_700_000_000, amr: ["pwd", "otp"], acr: "loa-2" },
      ...{ nickname: "alice-nick", email: "alice@mail.example.com", email_verified: true },
      ...{ department: { name: "department-of-alice", floors: [1, 2] } },
    });
    expect(await verified(accessToken, keys)).toMatchObject({ ...about, client_id: "shop" });
  });

  it("the token set has an expire time and a remaining duration", async () => {
    const { tokenSet } = await exchangeTokens();
    const expiresAt = Math.floor(clock.now() / 1_000) * 1_000 + 3_600_000;
    const left = expiresAt - clock.now();
    expect(tokenSet?.expireTime).toEqual(new Date(expiresAt));
    expect(tokenSet?.remainingDuration).toEqual({
      seconds: Math.floor(left / 1_000),
      nanos: (left % 1_000) * 1_000_000,
    });
  });

  it("the token set has the requesting app as its only audience", async () => {
    const { app } = callersOf(server.client);
    const blog = app("blog");
    const { tokenSet } = responseOrThrow(
      await blog.exchangeUserInfo(await createAuthorizedTicket(blog, alice)),
    );
    const keys = responseOrThrow(await blog.getSigningKeys());
    expect(keys).toEqual(responseOrThrow(await app("intranet").getSigningKeys()));
    for (const token of [tokenSet?.idToken, tokenSet?.accessToken]) {
      await expect(verified(token ?? "", keys)).rejects.toMatchObject({ claim: "aud" });
    }
  });

  it("the token set is absent without a token issuer, and GetSigningKeys has no keys", async () => {
    await restartServer({ tokenIssuer: false });
    expect((await exchangeTokens()).tokenSet).toBeUndefined();
    expect(responseOrThrow(await shop.getSigningKeys())).toEqual({ issuer: "", jwks: '{"keys":[]}' });
  });

  it("the token set that cannot be signed does not use up the exchange ticket", async () => {
    await restartServer({ tokenIssuer: { ...tokenIssuer, tokenTtl: Number.NaN } });
    const held = await createAuthorizedTicket(shop, alice);
    const before = responseOrThrow(await shop.getStatus(held));
    expectError(await shop.exchangeUserInfo(held), "INTERNAL", "INTERNAL");
    expect(before.status).toMatchObject({
      state: TicketState.AUTHORIZED,
      exchangeTicket: held.exchangeTicket,
    });
    expect(responseOrThrow(await shop.getStatus(held))).toEqual(before);
  });
});
