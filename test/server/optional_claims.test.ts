import { describe, expect, it } from "vitest";
import { ExchangeUserInfoResponse } from "../../gen/qrlogin/v1/qr_login_service.js";
import { type Claims, profileOf, signInContextOf } from "../../src/auth/claims/claims.js";
import { createTokenSigner } from "../../src/auth/signing/token_signer.js";
import type { Json } from "../../src/domain/user.js";
import { encodeResponse } from "../../src/server/messages/encode.js";
import { toExchangeUserInfoResponse } from "../../src/server/messages/responses.js";
import { poolWith } from "../auth/support.js";
import { type Calls, callersOf, createAuthorizedTicket, responseOrThrow } from "../support/callers.js";
import { tokenIssuer } from "../support/server.js";
import { clock, server, shop, useTestServer } from "../support/test_server.js";
import { ticketIn } from "../support/tickets.js";
import { customers, signToken } from "../support/tokens.js";

useTestServer({ pool: { additionalClaims: ["odd", "department"] } });

function nested(depth: number): Json {
  let value: Json = "the innermost";
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? { a: value } : [value];
  return value;
}

async function createUserWith(claims: Record<string, unknown>): Promise<Calls> {
  return callersOf(server.client).user(await signToken("carol", customers, { claims }));
}

describe("an optional claim", () => {
  it.each([
    ["nested 17 deep", nested(17)],
    ["nested 500 deep", nested(500)],
    ["of more than 4096 characters", Array(2_049).fill(1)],
  ])("a claim %s is dropped, and the sign-in is completed", async (_, odd) => {
    const carol = await createUserWith({ odd, picture: "x".repeat(5_000) });
    const { user } = responseOrThrow(await shop.exchangeUserInfo(await createAuthorizedTicket(shop, carol)));
    expect(user).toMatchObject({ userId: "subject-of-carol", photoUrl: "", nickname: "carol-nick" });
    expect(Object.keys(user?.claims ?? {})).toEqual(["department"]);
  });

  it("a claim nested 16 deep reaches the app unchanged", async () => {
    const carol = await createUserWith({ odd: nested(16) });
    const { user } = responseOrThrow(await shop.exchangeUserInfo(await createAuthorizedTicket(shop, carol)));
    expect(user?.claims).toMatchObject({ odd: nested(16) });
  });

  it("a claim that is dropped is logged once, without its value", async () => {
    for (const secret of ["one", "two"]) {
      const carol = await createUserWith({
        odd: [secret, nested(20)],
        picture: `${secret}-picture`.repeat(500),
      });
      await createAuthorizedTicket(shop, carol);
    }
    const warnings = server.lines.filter(({ claim }) => claim !== undefined);
    expect(warnings.map(({ level, userPoolId, claim }) => [level, userPoolId, claim]).sort()).toEqual([
      [40, "customers", "odd"],
      [40, "customers", "picture"],
    ]);
    expect(server.logText()).not.toMatch(/innermost|-picture/);
  });

  it("a claim cannot make the response to the app larger than 256 KiB", async () => {
    // These forms grow most: three bytes of UTF-8 or six of JSON for a character, and numbers in lists.
    for (const filler of ["\u20ac", "\u0001"]) {
      const text = filler.repeat(1_024);
      const additionalClaims = ["a", "b", "c", "d", "e"];
      const claims: Claims = {
        ...{
          sub: text,
          nickname: text,
          name: text,
          email: text,
          phone_number: text,
          picture: filler.repeat(4_096),
        },
        ...Object.fromEntries(additionalClaims.map((name) => [name, Array(2_047).fill(1)])),
        ...{ amr: Array(32).fill(filler.repeat(128)), acr: text, azp: text },
      };
      const profile = profileOf(poolWith({ additionalClaims }), claims);
      if (!profile) throw new Error("the claims make no profile");
      const ticket = ticketIn("AUTHORIZED");
      const approval = { approvedAt: clock.now(), profile, signIn: signInContextOf(claims) };
      const signer = await createTokenSigner(tokenIssuer, clock);
      const tokens = await signer.sign({ appId: "shop", userPoolId: "customers", approval });
      const message = toExchangeUserInfoResponse({ ...ticket, approval }, tokens, clock);
      const bytes = encodeResponse(ExchangeUserInfoResponse, message);
      expect(Object.keys(profile.claims)).toEqual(["a", "b", "c"]);
      expect(bytes.length).toBeLessThan(256 * 1024);
      expect(ExchangeUserInfoResponse.decode(bytes).user?.photoUrl).toHaveLength(4_096);
    }
  });
});
