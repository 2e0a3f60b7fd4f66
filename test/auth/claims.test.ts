import { describe, expect, it } from "vitest";
import { type Claims, profileOf, signInContextOf } from "../../src/auth/claims/claims.js";
import { pickClaims } from "../../src/auth/claims/merge_claims.js";
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

describe("profileOf", () => {
  it("reads each field from the claim that the pool names", () => {
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
      additionalClaims: ["roles"],
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
    expect(profileOf(named, pickClaims(named, claims))).toEqual(profile);
    expect(Object.keys(pickClaims(named, claims))).not.toContain("other");
  });

  it("leaves fields empty whose claims are absent, mistyped or longer than 1024 characters (a photo: 4096)", () => {
    expect(profileOf(pool, { sub: "s" })).toEqual({ userId: "s", ...empty });
    const odd = { sub: "s", nickname: 7, name: null, picture: {}, email: [], phone_number: "1".repeat(1025) };
    expect(profileOf(pool, odd)).toEqual({ userId: "s", ...empty });
    expect(profileOf(pool, { sub: "s", name: "x".repeat(1024) })?.name).toHaveLength(1024);
    expect(profileOf(pool, { sub: "s", picture: "x".repeat(4096) })?.photo).toHaveLength(4096);
    expect(profileOf(pool, { sub: "s", picture: "x".repeat(4097) })?.photo).toBe("");
  });

  it('treats true and the text "true" of two large issuers as verified, but only with an address', () => {
    const verified = (claims: Claims) => profileOf(pool, { sub: "s", ...claims })?.emailVerified;
    for (const value of [true, "true"]) {
      expect(verified({ email: "a@b", email_verified: value })).toBe(true);
    }
    for (const value of [
      "True",
      "TRUE",
      " true",
      "1",
      "yes",
      "false",
      "",
      1,
      {},
      [],
      ["true"],
      null,
      false,
    ]) {
      expect(verified({ email: "a@b", email_verified: value })).toBe(false);
    }
    expect(verified({ email_verified: true })).toBe(false);
  });

  it("accepts an integer as user id while it is exact", () => {
    expect(profileOf(pool, { sub: 42 })?.userId).toBe("42");
    expect(profileOf(pool, { sub: Number.MAX_SAFE_INTEGER + 1 })).toBeUndefined();
    expect(profileOf(pool, { sub: 1.5 })).toBeUndefined();
  });

  it("returns no profile without a usable user id", () => {
    for (const sub of ["", true, null, {}, ["s"], "x".repeat(1025)]) {
      expect(profileOf(pool, { sub })).toBeUndefined();
    }
    expect(profileOf(pool, {})).toBeUndefined();
    const inherited = poolWith({ claims: { ...pool.claims, userId: "constructor" } });
    expect(profileOf(inherited, { sub: "s" })).toBeUndefined();
  });

  it("passes on only requested claims, and no inherited one or one that changes the prototype", () => {
    const further = poolWith({ additionalClaims: ["toString", "__proto__", "tier"] });
    const claims: Claims = JSON.parse(`{"sub":"s","tier":null,"__proto__":{"admin":true},"other":1}`);
    const passed = profileOf(further, pickClaims(further, claims))?.claims ?? {};
    expect(Object.keys(passed)).toEqual(["tier"]);
    expect("admin" in passed).toBe(false);
  });

  it("drops an additional claim of more than 4096 characters of JSON", () => {
    const further = poolWith({ additionalClaims: ["a", "b", "c"] });
    const claims: Claims = { sub: "s", a: "x".repeat(4094), b: "x".repeat(4095), c: Array(2048).fill(1) };
    expect(Object.keys(profileOf(further, claims)?.claims ?? {})).toEqual(["a"]);
  });

  const nested = (depth: number, leaf: unknown = 1): string =>
    depth === 0
      ? JSON.stringify(leaf)
      : depth % 2
        ? `[${nested(depth - 1, leaf)}]`
        : `{"a":${nested(depth - 1, leaf)}}`;
  it.each([
    ["is nested 17 deep", nested(17)],
    ["is nested 500 deep", nested(500)],
    ["is nested 30,000 deep", `${"[".repeat(30_000)}${"]".repeat(30_000)}`],
    ["holds a number that becomes infinite", `{"a":[1e999]}`],
    ["holds a whole number that is rounded", "9007199254740993"],
    ["holds half a surrogate pair", String.raw`["a\ud800"]`],
    ["has a name with half a surrogate pair", String.raw`{"\udc00":1}`],
    ["holds NUL", String.raw`{"a":"b\u0000c"}`],
    ["holds a member __proto__", `[{"__proto__":{"admin":true}}]`],
  ])("drops an additional claim that %s, and reports it without its value", (_, value) => {
    const further = poolWith({ additionalClaims: ["odd", "tier"] });
    const droppedClaims: string[][] = [];
    const claims: Claims = JSON.parse(`{"sub":"s","odd":${value},"tier":"gold"}`);
    const profile = profileOf(further, claims, (...dropped) => void droppedClaims.push(dropped));
    expect(profile?.claims).toEqual({ tier: "gold" });
    expect(droppedClaims).toEqual([["odd", expect.stringMatching(/^It (has|is|contains) /)]]);
  });

  it("passes on an additional claim nested 16 deep, with fractions, large exact numbers and any Unicode", () => {
    const further = poolWith({ additionalClaims: ["a", "b"] });
    const claims: Claims = JSON.parse(
      `{"sub":"s","a":${nested(16)},"b":[0.1,1e-7,9007199254740991,"😀",true,null]}`,
    );
    expect(profileOf(further, claims)?.claims).toEqual({ a: claims.a, b: claims.b });
  });

  it("passes on at most 16 KiB of additional claims as JSON, in the order of the pool's configuration", () => {
    const names = ["a", "b", "c", "d", "e", "f"];
    const claims = { sub: "s", ...Object.fromEntries(names.map((name) => [name, "x".repeat(4_000)])), f: 1 };
    const droppedClaims: string[] = [];
    const profile = profileOf(
      poolWith({ additionalClaims: names }),
      claims,
      (claim) => void droppedClaims.push(claim),
    );
    expect(Object.keys(profile?.claims ?? {})).toEqual(["a", "b", "c", "d", "f"]);
    expect(droppedClaims).toEqual(["e"]);
  });

  it("drops a text that UTF-8 cannot encode, and rejects an ambiguous user id", () => {
    for (const text of ["a\ud800", "a\0b"]) {
      expect(profileOf(pool, { sub: "s", nickname: text })?.nickname).toBe("");
      expect(profileOf(pool, { sub: text })).toBeUndefined();
    }
  });

  it("reports dropped claims, but not absent ones", () => {
    const droppedClaims: string[] = [];
    const claims = { sub: "s", nickname: "", name: null, picture: "x".repeat(90_000), email: 7 };
    profileOf(pool, claims, (claim) => void droppedClaims.push(claim));
    expect(droppedClaims.sort()).toEqual(["email", "picture"]);
  });
});

describe("signInContextOf", () => {
  it("reads azp, auth_time, amr and acr", () => {
    const claims = {
      azp: "app",
      client_id: "other",
      auth_time: 1_700_000_000,
      amr: ["pwd", "otp"],
      acr: "high",
    };
    const signIn = { clientId: "app", authTime: 1_700_000_000_000, methods: ["pwd", "otp"], acr: "high" };
    expect(signInContextOf(claims)).toEqual(signIn);
  });

  it("falls back to client_id if azp is absent", () => {
    expect(signInContextOf({ client_id: "app" }).clientId).toBe("app");
  });

  it("leaves fields empty whose claims are absent or invalid", () => {
    const nothing = { clientId: "", authTime: undefined, methods: [], acr: "" };
    expect(signInContextOf({})).toEqual(nothing);
    expect(signInContextOf({ azp: 7, auth_time: "1700000000", amr: "pwd", acr: 1 })).toEqual(nothing);
    expect(signInContextOf({ auth_time: -1, amr: ["pwd", 7] })).toEqual(nothing);
    expect(signInContextOf({ auth_time: 1e300 })).toEqual(nothing);
    expect(signInContextOf({ amr: ["x".repeat(129)] })).toEqual(nothing);
    expect(
      signInContextOf({ amr: Array(33).fill("pwd"), acr: "x".repeat(1025), azp: "x".repeat(1025) }),
    ).toEqual(nothing);
  });
});
