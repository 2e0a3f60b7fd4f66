import { expect, it } from "vitest";
import { explainUnmatchedToken } from "../../src/auth/tokens/explain_unmatched_token.js";

const pool = (id: string, issuer: string, ...audience: string[]) => ({ id, issuer, audience }) as never;
const pools = [
  pool("customers", "https://id.example.com/", "mobile-app"),
  pool("staff", "https://sso.example.com", "staff-app"),
];

it("names the token's issuer and audience, marked as unverified", () => {
  expect(explainUnmatchedToken({ iss: "https://other.example", aud: "web" }, pools)).toBe(
    'No user pool has this issuer; the token states, unverified: issuer "https://other.example", audience "web"',
  );
  expect(explainUnmatchedToken({}, pools)).toContain("issuer none, audience none");
  const odd = { iss: 7, aud: [{}, "a", ["b"], "c", "d"] } as never;
  expect(explainUnmatchedToken(odd, pools)).toContain(
    'issuer of the type number, audience of the type object, "a", of the type array and 2 more',
  );
});

it("names a pool that has the issuer if only the audience differs", () => {
  expect(explainUnmatchedToken({ iss: "https://id.example.com/", aud: "web" }, pools)).toMatch(
    /^The token has no audience of the user pool customers, which has this issuer; .*audience "web"$/,
  );
});

it.each([
  ["https://id.example.com", "customers"],
  ["https://ID.example.com:443/", "customers"],
  ["https://sso.example.com/", "staff"],
])("names a pool whose issuer differs from %s only in spelling", (iss, id) => {
  const explanation = explainUnmatchedToken({ iss, aud: "mobile-app" }, pools);
  expect(explanation).toContain(
    `the issuer of the user pool ${id} differs only in spelling and must be equal`,
  );
});

it("does not treat another path or scheme as another spelling", () => {
  for (const iss of ["https://id.example.com/x", "http://id.example.com/", "id.example.com"]) {
    expect(explainUnmatchedToken({ iss, aud: "mobile-app" }, pools)).not.toContain("only in spelling");
  }
});

it("compares an issuer of more than 2,048 characters with no pool", () => {
  const spelt = (slashes: number) =>
    explainUnmatchedToken({ iss: `https://id.example.com${"/".repeat(slashes)}`, aud: "mobile-app" }, pools);
  expect(spelt(2_026)).toContain("only in spelling");
  expect(spelt(2_027)).not.toContain("only in spelling");
});

it("truncates the claims and removes control characters, passwords and queries from them", () => {
  const iss = `https://user:password@id.example\n\u202e\u0000.com/${"x".repeat(1_000)}?token=secret`;
  const explanation = explainUnmatchedToken({ iss, aud: "y".repeat(1_000) }, pools);
  expect(explanation.length).toBeLessThan(400);
  expect(explanation).not.toMatch(/password|secret|\p{Cc}|\u202e/u);
});
