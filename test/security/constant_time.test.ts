import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const src = new URL("../../src/", import.meta.url);
/** Source files, except those that compare settings with each other before anybody can call. */
const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter(
  (file) => /\.[jt]s$/.test(file) && !file.startsWith("config/"),
);
const textOf = (file: string) => readFileSync(new URL(file, src), "utf8");

const secretName = String.raw`[\w.?]*(?:[sS]ecret|[dD]igest|[vV]erifier|[cC]hallenge|[pP]roof|[cC]heckCode|[eE]xchangeTicket)(?:\.digits)?`;
/** A comparison with a text, a number or nothing tells whether a value is there, and not what it is. */
const literal = String.raw`(?:undefined|null|""|"string"|\d)`;
const comparison = new RegExp(
  String.raw`\b${secretName}\)? *[!=]== *(?!${literal})[\w.(]+|[\w.)]+ *[!=]== *\(?${secretName}\b`,
  "g",
);

/** Comparisons of a value with itself in another form, and of a file with what it was. No caller chooses either. */
const allowed = [
  "auth/basic_authenticator.ts: formDecoded.secret === secret",
  "compose/reload/file_watcher.ts: other !== digest",
];

function comparisonsIn(text: string): string[] {
  return [...text.matchAll(comparison)]
    .map(([found]) => found)
    .filter((found) => !new RegExp(`^${literal} `).test(found));
}

describe("T13 Timing oracle", () => {
  it("secrets and digests are compared only by the function for that", () => {
    const found = files.flatMap((file) => comparisonsIn(textOf(file)).map((one) => `${file}: ${one}`));
    expect(found).toEqual(allowed);
  });

  it("that function compares in constant time", () => {
    const calls = files.filter((file) => textOf(file).includes("timingSafeEqual("));
    expect(calls).toEqual(["domain/secrets.ts"]);
    const body = /function isSameDigest[^{]*\{(?<body>[^}]*)\}/.exec(textOf("domain/secrets.ts"))?.groups
      ?.body;
    expect(body?.trim()).toMatch(/^return a\.length === b\.length && timingSafeEqual\([^;]*\);$/);
  });

  it.each([
    ["sha256(presented) === ticket.exchangeDigest", true],
    ["ticket.exchangeDigest !== sha256(presented)", true],
    ["command.checkCode === checkCode.digits", true],
    ["if (codeVerifier === stored.verifier)", true],
    ['status.exchangeTicket !== ""', false],
    ["checkCode === undefined", false],
    ["ticket.checkCodeDigits === 0", false],
  ])("the search tells whether a comparison is one of secrets: %s", (text, isFound) => {
    expect(comparisonsIn(text).length > 0).toBe(isFound);
  });
});
