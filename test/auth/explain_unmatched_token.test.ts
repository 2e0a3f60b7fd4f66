import { expect, it } from "vitest";
import { explainUnmatchedToken } from "../../src/auth/tokens/explain_unmatched_token.js";

const pool = (id: string, issuer: string, ...audience: string[]) => ({ id, issuer, audience }) as never;
const pools = [
  pool("customers", "https://id.example.com/", "mobile-app"),
  pool("staff", "https://sso.example.com", "staff-app"),
];

it("issuer and audience that came are named, as unverified", () => {
  expect(explainUnmatchedToken({ iss: "https://other.example", aud: "web" }, pools)).toBe(
    'No user pool has this issuer; the token says, unverified: issuer "https://other.example", audience "web"',
  );
  expect(explainUnmatchedToken({}, pools)).toContain("issuer none, audience none");
  const odd = { iss: 7, aud: [{}, "a", ["b"], "c", "d"] } as never;
  expect(explainUnmatchedToken(odd, pools)).toContain(
    'issuer of the type number, audience of the type object, "a", of the type array and 2 more',
  );
});

it("a pool with the right issuer is named where only the audience differs", () => {
  expect(explainUnmatchedToken({ iss: "https://id.example.com/", aud: "web" }, pools)).toMatch(
    /^No audience of the user pool customers, which has this issuer, is in the token; .*audience "web"$/,
  );
});

it.each([
  ["https://id.example.com", "customers"],
  ["https://ID.example.com:443/", "customers"],
  ["https://sso.example.com/", "staff"],
])("a pool whose issuer differs from %s in its spelling alone is named", (iss, id) => {
  const why = explainUnmatchedToken({ iss, aud: "mobile-app" }, pools);
  expect(why).toContain(`the issuer of the user pool ${id} is nearly the same and must be exactly the same`);
});

it("a path or a scheme of its own is no other spelling", () => {
  for (const iss of ["https://id.example.com/x", "http://id.example.com/", "id.example.com"]) {
    expect(explainUnmatchedToken({ iss, aud: "mobile-app" }, pools)).not.toContain("nearly");
  }
});

it("an issuer of more than 2,048 characters is compared with no pool, however it is spelt", () => {
  const spelt = (slashes: number) =>
    explainUnmatchedToken({ iss: `https://id.example.com${"/".repeat(slashes)}`, aud: "mobile-app" }, pools);
  expect(spelt(2_026)).toContain("nearly");
  expect(spelt(2_027)).not.toContain("nearly");
});

it("what a stranger writes into them is cut, and has no control characters, password or query", () => {
  const iss = `https://user:password@id.example\n\u202e\u0000.com/${"x".repeat(1_000)}?token=secret`;
  const why = explainUnmatchedToken({ iss, aud: "y".repeat(1_000) }, pools);
  expect(why.length).toBeLessThan(400);
  expect(why).not.toMatch(/password|secret|\p{Cc}|\u202e/u);
});
