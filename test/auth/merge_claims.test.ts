import { describe, expect, it } from "vitest";
import { type Claims, profileOf } from "../../src/auth/claims/claims.js";
import { mergeClaims, pickClaims } from "../../src/auth/claims/merge_claims.js";
import { poolWith } from "./support.js";

const own = { userId: "sub", nickname: "nick", name: "cn", photo: "img" };
/** Pools that name the pair of an address and its flag differently. */
const pairs = [
  ["email", "emailVerified", "email", "email_verified", poolWith({})],
  ["phone", "phoneVerified", "phone_number", "phone_number_verified", poolWith({})],
  [
    ...(["email", "emailVerified", "mail", "mail_ok"] as const),
    poolWith({
      claims: { ...own, email: "mail", emailVerified: "mail_ok", phone: "tel", phoneVerified: "tel_ok" },
    }),
  ],
  [
    ...(["phone", "phoneVerified", "tel", "tel_ok"] as const),
    poolWith({
      claims: { ...own, email: "mail", emailVerified: "mail_ok", phone: "tel", phoneVerified: "tel_ok" },
    }),
  ],
] as const;

const profileFrom = (pool: (typeof pairs)[number][4], token: Claims, userInfo: Claims) =>
  profileOf(pool, mergeClaims(pool, pickClaims(pool, { sub: "s", ...token }), { sub: "s", ...userInfo }));

describe.each(pairs)("the %s and %s of a profile, from %s and %s", (address, flag, a, f, pool) => {
  it.each<[string, Claims, Claims, string, boolean]>([
    ["UserInfo has another address", { [a]: "1", [f]: true }, { [a]: "2" }, "2", false],
    ["UserInfo has the same address", { [a]: "1", [f]: true }, { [a]: "1" }, "1", false],
    ["UserInfo has both", { [a]: "1", [f]: false }, { [a]: "2", [f]: true }, "2", true],
    ["UserInfo has both, the flag as text", { [a]: "1" }, { [a]: "2", [f]: "true" }, "2", true],
    [
      "UserInfo has an address that is not verified",
      { [a]: "1", [f]: true },
      { [a]: "2", [f]: false },
      "2",
      false,
    ],
    ["UserInfo has the flag alone", { [a]: "1" }, { [f]: true }, "1", false],
    [
      "UserInfo has the flag alone, and the token the opposite flag",
      { [a]: "1", [f]: false },
      { [f]: true },
      "1",
      false,
    ],
    ["UserInfo withdraws the flag", { [a]: "1", [f]: true }, { [f]: false }, "1", false],
    ["UserInfo has neither", { [a]: "1", [f]: true }, {}, "1", true],
    ["the token has the flag alone", { [f]: true }, { [a]: "2" }, "2", false],
    ["neither has an address", { [f]: true }, { [f]: true }, "", false],
    ["UserInfo removes the address", { [a]: "1", [f]: true }, { [a]: null }, "", false],
    [
      "UserInfo has an address that is too long",
      { [a]: "1", [f]: true },
      { [a]: "x".repeat(1025) },
      "",
      false,
    ],
  ])("address and flag come from the same source if %s", (_, token, userInfo, expected, isVerified) => {
    expect(profileFrom(pool, token, userInfo)).toMatchObject({ [address]: expected, [flag]: isVerified });
  });
});

describe("the additional claims of a profile", () => {
  const additionalClaims = ["work_email", "work_email_verified", "backupVerified", "level_verified", "tier"];
  const pool = poolWith({ additionalClaims });
  const passed = (token: Claims, userInfo: Claims) => profileFrom(pool, token, userInfo)?.claims;

  it("drops a flag of the token beside an address from UserInfo", () => {
    const token = { work_email: "1", work_email_verified: true, backup: "1", backupVerified: true };
    expect(passed(token, { work_email: "2", backup: "2" })).toEqual({ work_email: "2" });
    expect(passed(token, { work_email: "2", work_email_verified: false })).toEqual({
      work_email: "2",
      work_email_verified: false,
      backupVerified: true,
    });
  });

  it("drops a flag of UserInfo beside an address from the token, whether or not that is passed on", () => {
    const token = { work_email: "1", work_email_verified: false, backup: "1" };
    expect(passed(token, { work_email_verified: true, backupVerified: true })).toEqual({
      work_email: "1",
      work_email_verified: false,
    });
  });

  it("treats a flag without a matching claim like any claim, with UserInfo first", () => {
    expect(passed({ level_verified: 1, tier: "a" }, { level_verified: 2 })).toEqual({
      level_verified: 2,
      tier: "a",
    });
  });

  it("treats the pool's own address and flag as the profile does", () => {
    const named = poolWith({ additionalClaims: ["email", "email_verified"] });
    const profile = profileFrom(named, { email: "1", email_verified: true }, { email: "2" });
    expect(profile?.claims).toEqual({ email: "2" });
  });
});

describe("a user id", () => {
  it.each<[string, Claims]>([
    ["another one", { uid: "admin" }],
    ["none", { uid: null }],
    ["a number", { uid: 8 }],
  ])("is the token's user id although UserInfo has %s", (_, userInfo) => {
    const pool = poolWith({ claims: { ...poolWith({}).claims, userId: "uid" }, additionalClaims: ["uid"] });
    expect(profileFrom(pool, { uid: "me" }, userInfo)).toMatchObject({ userId: "me", claims: { uid: "me" } });
  });

  it("keeps address and flag from the token if the address is the user id", () => {
    const pool = poolWith({ claims: { ...poolWith({}).claims, userId: "email" } });
    const profile = profileFrom(
      pool,
      { email: "1", email_verified: false },
      { email: "2", email_verified: true },
    );
    expect(profile).toMatchObject({ userId: "1", email: "1", emailVerified: false });
  });
});

it("keeps the token's claims about the token itself, whatever UserInfo contains", () => {
  const pool = poolWith({ additionalClaims: ["acr", "azp", "aud", "sid"] });
  const profile = profileFrom(pool, { acr: "1", azp: "phone" }, { acr: "3", azp: "x", aud: "y", sid: "z" });
  expect(profile?.claims).toEqual({ acr: "1", azp: "phone" });
});
