import { createLocalJWKSet, type JWTPayload, jwtVerify } from "jose";
import { describe, expect, it } from "vitest";
import type { GetSigningKeysResponse } from "../../gen/qrlogin/v1/qr_login_service.js";
import { TicketState } from "../../gen/qrlogin/v1/ticket.js";
import { authorized, callersOf, orThrow } from "../support/callers.js";
import { expectRefusal } from "../support/expect_refusal.js";
import { tokenIssuer } from "../support/server.js";
import { alice, clock, restart, server, setStage, shop } from "../support/stage.js";

setStage();

/** What ExchangeUserInfo gives the app shop about alice. */
async function exchanged() {
  return orThrow(await shop.exchangeUserInfo(await authorized(shop, alice)));
}

/** The claims of a token, verified as the app would. */
async function verified(token: string, { issuer, jwks }: GetSigningKeysResponse): Promise<JWTPayload> {
  const keys = createLocalJWKSet(JSON.parse(jwks));
  const options = { issuer, audience: "shop", currentDate: new Date(clock.now()) };
  return (await jwtVerify(token, keys, options)).payload;
}

describe("the token set", () => {
  it("is verified by the keys of GetSigningKeys and speaks of the user who has signed in", async () => {
    const { tokenSet, user } = await exchanged();
    const keys = orThrow(await shop.getSigningKeys());
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

  it("says when it runs out, and how much of that is left", async () => {
    const { tokenSet } = await exchanged();
    const expiresAt = Math.floor(clock.now() / 1_000) * 1_000 + 3_600_000;
    const left = expiresAt - clock.now();
    expect(tokenSet?.expireTime).toEqual(new Date(expiresAt));
    expect(tokenSet?.remainingDuration).toEqual({
      seconds: Math.floor(left / 1_000),
      nanos: (left % 1_000) * 1_000_000,
    });
  });

  it("is given to every app for itself alone", async () => {
    const { app } = callersOf(server.client);
    const blog = app("blog");
    const { tokenSet } = orThrow(await blog.exchangeUserInfo(await authorized(blog, alice)));
    const keys = orThrow(await blog.getSigningKeys());
    expect(keys).toEqual(orThrow(await app("intranet").getSigningKeys()));
    for (const token of [tokenSet?.idToken, tokenSet?.accessToken]) {
      await expect(verified(token ?? "", keys)).rejects.toMatchObject({ claim: "aud" });
    }
  });

  it("is absent where no token issuer is configured, and there are no keys", async () => {
    await restart({ tokenIssuer: false });
    expect((await exchanged()).tokenSet).toBeUndefined();
    expect(orThrow(await shop.getSigningKeys())).toEqual({ issuer: "", jwks: '{"keys":[]}' });
  });

  it("where it cannot be signed leaves the exchange ticket unspent", async () => {
    await restart({ tokenIssuer: { ...tokenIssuer, lifetime: Number.NaN } });
    const held = await authorized(shop, alice);
    const before = orThrow(await shop.getStatus(held));
    expectRefusal(await shop.exchangeUserInfo(held), "INTERNAL", "INTERNAL");
    expect(before.status).toMatchObject({
      state: TicketState.AUTHORIZED,
      exchangeTicket: held.exchangeTicket,
    });
    expect(orThrow(await shop.getStatus(held))).toEqual(before);
  });
});
