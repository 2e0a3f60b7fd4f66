import { describe, expect, it } from "vitest";
import { type Claims, profileOf } from "../../src/auth/claims/claims.js";
import { mergeClaims, pickClaims } from "../../src/auth/claims/merge_claims.js";
import { poolWith } from "./support.js";

const own = { userId: "sub", nickname: "nick", name: "cn", photo: "img" };
/** Pools that name the pair of an address and its flag in different ways. */
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
    ["UserInfo tells another address", { [a]: "1", [f]: true }, { [a]: "2" }, "2", false],
    ["UserInfo tells the same address", { [a]: "1", [f]: true }, { [a]: "1" }, "1", false],
    ["UserInfo tells both", { [a]: "1", [f]: false }, { [a]: "2", [f]: true }, "2", true],
    ["UserInfo tells both, the flag as text", { [a]: "1" }, { [a]: "2", [f]: "true" }, "2", true],
    [
      "UserInfo tells an address that is not verified",
      { [a]: "1", [f]: true },
      { [a]: "2", [f]: false },
      "2",
      false,
    ],
    ["UserInfo tells the flag alone", { [a]: "1" }, { [f]: true }, "1", false],
    [
      "UserInfo tells the flag alone, the token the other",
      { [a]: "1", [f]: false },
      { [f]: true },
      "1",
      false,
    ],
    ["UserInfo withdraws the flag", { [a]: "1", [f]: true }, { [f]: false }, "1", false],
    ["UserInfo tells neither", { [a]: "1", [f]: true }, {}, "1", true],
    ["the token tells the flag alone", { [f]: true }, { [a]: "2" }, "2", false],
    ["nobody tells an address", { [f]: true }, { [f]: true }, "", false],
    ["UserInfo takes the address away", { [a]: "1", [f]: true }, { [a]: null }, "", false],
    [
      "UserInfo tells an address that is too long",
      { [a]: "1", [f]: true },
      { [a]: "x".repeat(1025) },
      "",
      false,
    ],
  ])("come from one source where %s", (_, token, userInfo, expected, isVerified) => {
    expect(profileFrom(pool, token, userInfo)).toMatchObject({ [address]: expected, [flag]: isVerified });
  });
});

describe("the further claims of a profile", () => {
  const additionalClaims = ["work_email", "work_email_verified", "backupVerified", "level_verified", "tier"];
  const pool = poolWith({ additionalClaims });
  const passed = (token: Claims, userInfo: Claims) => profileFrom(pool, token, userInfo)?.claims;

  it("hold no flag of the token beside an address of UserInfo", () => {
    const token = { work_email: "1", work_email_verified: true, backup: "1", backupVerified: true };
    expect(passed(token, { work_email: "2", backup: "2" })).toEqual({ work_email: "2" });
    expect(passed(token, { work_email: "2", work_email_verified: false })).toEqual({
      work_email: "2",
      work_email_verified: false,
      backupVerified: true,
    });
  });

  it("hold no flag of UserInfo beside an address of the token, whether that is passed on or not", () => {
    const token = { work_email: "1", work_email_verified: false, backup: "1" };
    expect(passed(token, { work_email_verified: true, backupVerified: true })).toEqual({
      work_email: "1",
      work_email_verified: false,
    });
  });

  it("hold a flag that speaks of no other claim as any claim, UserInfo first", () => {
    expect(passed({ level_verified: 1, tier: "a" }, { level_verified: 2 })).toEqual({
      level_verified: 2,
      tier: "a",
    });
  });

  it("hold the pool's own pair as the profile does", () => {
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
  ])("is the token's though UserInfo tells %s", (_, userInfo) => {
    const pool = poolWith({ claims: { ...poolWith({}).claims, userId: "uid" }, additionalClaims: ["uid"] });
    expect(profileFrom(pool, { uid: "me" }, userInfo)).toMatchObject({ userId: "me", claims: { uid: "me" } });
  });

  it("that is an address keeps the address and its flag with the token", () => {
    const pool = poolWith({ claims: { ...poolWith({}).claims, userId: "email" } });
    const profile = profileFrom(
      pool,
      { email: "1", email_verified: false },
      { email: "2", email_verified: true },
    );
    expect(profile).toMatchObject({ userId: "1", email: "1", emailVerified: false });
  });
});

it("Claims about the token itself are the token's, whatever UserInfo tells", () => {
  const pool = poolWith({ additionalClaims: ["acr", "azp", "aud", "sid"] });
  const profile = profileFrom(pool, { acr: "1", azp: "phone" }, { acr: "3", azp: "x", aud: "y", sid: "z" });
  expect(profile?.claims).toEqual({ acr: "1", azp: "phone" });
});
