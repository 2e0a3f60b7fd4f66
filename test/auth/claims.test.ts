import { describe, expect, it } from "vitest";
import { type Claims, pickedClaims, profileOf, signInOf } from "../../src/auth/claims.js";
import { poolWith } from "./support.js";

const pool = poolWith({});
const empty = {
  nickname: "",
  name: "",
  photo: "",
  email: "",
  emailVerified: false,
  phone: "",
  phoneVerified: false,
  claims: {},
};

describe("a profile", () => {
  it("takes each field from the claim that the pool names for it", () => {
    const named = poolWith({
      claims: {
        userId: "uid",
        nickname: "n1",
        name: "n2",
        photo: "p1",
        email: "e1",
        emailVerified: "e2",
        phone: "t1",
        phoneVerified: "t2",
      },
      furtherClaims: ["roles"],
    });
    const claims: Claims = {
      sub: "s",
      uid: "u",
      n1: "nick",
      n2: "name",
      p1: "https://x/p",
      e1: "a@b",
      e2: true,
      t1: "+1",
      t2: true,
      roles: ["a", { b: null }],
      other: "x",
    };
    const profile = {
      userId: "u",
      nickname: "nick",
      name: "name",
      photo: "https://x/p",
      email: "a@b",
      emailVerified: true,
      phone: "+1",
      phoneVerified: true,
      claims: { roles: ["a", { b: null }] },
    };
    expect(profileOf(named, claims)).toEqual(profile);
    expect(profileOf(named, pickedClaims(named, claims))).toEqual(profile);
    expect(Object.keys(pickedClaims(named, claims))).not.toContain("other");
  });

  it("leaves empty what is absent, of another type or longer than 1024 characters", () => {
    expect(profileOf(pool, { sub: "s" })).toEqual({ userId: "s", ...empty });
    const odd = { sub: "s", nickname: 7, name: null, picture: {}, email: [], phone_number: "1".repeat(1025) };
    expect(profileOf(pool, odd)).toEqual({ userId: "s", ...empty });
    expect(profileOf(pool, { sub: "s", name: "x".repeat(1024) })?.name).toHaveLength(1024);
  });

  it("believes nothing but true to be verified, and nothing without an address", () => {
    const verified = (claims: Claims) => profileOf(pool, { sub: "s", ...claims })?.emailVerified;
    expect(verified({ email: "a@b", email_verified: true })).toBe(true);
    for (const value of ["true", 1, {}, [], null, false]) {
      expect(verified({ email: "a@b", email_verified: value })).toBe(false);
    }
    expect(verified({ email_verified: true })).toBe(false);
  });

  it("takes a whole number for a user id while it is exact", () => {
    expect(profileOf(pool, { sub: 42 })?.userId).toBe("42");
    expect(profileOf(pool, { sub: Number.MAX_SAFE_INTEGER + 1 })).toBeUndefined();
    expect(profileOf(pool, { sub: 1.5 })).toBeUndefined();
  });

  it("is none without a usable user id", () => {
    for (const sub of ["", true, null, {}, ["s"], "x".repeat(1025)]) {
      expect(profileOf(pool, { sub })).toBeUndefined();
    }
    expect(profileOf(pool, {})).toBeUndefined();
    const inherited = poolWith({ claims: { ...pool.claims, userId: "constructor" } });
    expect(profileOf(inherited, { sub: "s" })).toBeUndefined();
  });

  it("passes on no claim that was not asked for, and none that objects inherit", () => {
    const further = poolWith({ furtherClaims: ["toString", "__proto__", "tier"] });
    const claims: Claims = JSON.parse(`{"sub":"s","tier":null,"__proto__":{"admin":true},"other":1}`);
    const passed = profileOf(further, pickedClaims(further, claims))?.claims ?? {};
    expect(Object.keys(passed)).toEqual(["__proto__", "tier"]);
    expect("admin" in passed).toBe(false);
  });

  it("passes on no further claim of more than 4096 characters as JSON", () => {
    const further = poolWith({ furtherClaims: ["a", "b", "c"] });
    const claims: Claims = { sub: "s", a: "x".repeat(4094), b: "x".repeat(4095), c: Array(2048).fill(1) };
    expect(Object.keys(profileOf(further, claims)?.claims ?? {})).toEqual(["a"]);
  });
});

describe("the sign-in of an approver", () => {
  it("is read from azp, auth_time, amr and acr", () => {
    const claims = {
      azp: "app",
      client_id: "other",
      auth_time: 1_700_000_000,
      amr: ["pwd", "otp"],
      acr: "high",
    };
    const signIn = { clientId: "app", authTime: 1_700_000_000_000, methods: ["pwd", "otp"], acr: "high" };
    expect(signInOf(claims)).toEqual(signIn);
  });

  it("takes client_id where there is no azp", () => {
    expect(signInOf({ client_id: "app" }).clientId).toBe("app");
  });

  it("leaves empty what is absent or cannot be", () => {
    const nothing = { clientId: "", authTime: undefined, methods: [], acr: "" };
    expect(signInOf({})).toEqual(nothing);
    expect(signInOf({ azp: 7, auth_time: "1700000000", amr: "pwd", acr: 1 })).toEqual(nothing);
    expect(signInOf({ auth_time: -1, amr: ["pwd", 7] })).toEqual(nothing);
    expect(signInOf({ auth_time: 1e300 })).toEqual(nothing);
    expect(signInOf({ amr: Array(33).fill("pwd"), acr: "x".repeat(1025), azp: "x".repeat(1025) })).toEqual(
      nothing,
    );
  });
});
