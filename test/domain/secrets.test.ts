import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  exchangeDigestOf,
  exchangeTicketOf,
  isCanonicalBase64url,
  isSameDigest,
  newSecret,
  newTicketId,
  newWriteId,
  sha256,
  sha256Hex,
  ticketIdOf,
  verifyCodeChallenge,
  verifyExchangeTicket,
  verifyTicketSecret,
} from "../../src/domain/secrets.js";

const id = "q83vEjRWeJCrze8SNFZ4kA";
const mac = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

describe("random values", () => {
  test.each([
    ["ticket id", newTicketId, 16, 22],
    ["ticket secret", newSecret, 32, 43],
    ["write id", newWriteId, 12, 16],
  ] as const)("a new %s is canonical base64url of its length", (_, make, bytes, characters) => {
    for (let i = 0; i < 1_000; i++) {
      const text = make();
      expect(text).toMatch(/^[A-Za-z0-9_-]+$/);
      expect(text).toHaveLength(characters);
      expect(isCanonicalBase64url(text, bytes)).toBe(true);
    }
  });

  test("100,000 ticket ids are all different when secrets and write ids are drawn in between", () => {
    const seen = new Set<string>();
    for (let i = 0; i < 100_000; i++) {
      seen.add(newTicketId());
      if (i % 3 === 0) newSecret();
      if (i % 7 === 0) newWriteId();
    }
    expect(seen.size).toBe(100_000);
  });

  test("no secret begins like an earlier one or with zeros", () => {
    const heads = new Set<string>();
    for (let i = 0; i < 10_000; i++) heads.add(newSecret().slice(0, 11));
    expect(heads.size).toBe(10_000);
    expect(heads.has("A".repeat(11))).toBe(false);
  });
});

describe("digests", () => {
  test("a digest is the SHA-256 of the text", () => {
    // FIPS 180-2, appendix B.1.
    expect(sha256Hex("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect(sha256("abc")).toBe(Buffer.from(sha256Hex("abc"), "hex").toString("base64url"));
  });

  test("digests are equal only if their whole text is", () => {
    expect(isSameDigest(sha256("a"), sha256("a"))).toBe(true);
    expect(isSameDigest(sha256("a"), sha256("b"))).toBe(false);
    expect(isSameDigest(sha256("a"), "")).toBe(false);
    expect(isSameDigest(sha256("a"), sha256("a").slice(1))).toBe(false);
  });
});

describe("the exchange ticket", () => {
  test("the exchange ticket and the stored digest are the labelled hashes that all releases share", () => {
    const secret = Buffer.alloc(32, 7).toString("base64url");
    const sha256 = (text: string) => createHash("sha256").update(text, "latin1").digest("base64url");
    const exchangeTicket = `${id}.${sha256(`qrlogin exchange ticket v2\0${id}\0${secret}`)}`;
    expect(exchangeTicketOf(id, secret)).toBe(exchangeTicket);
    expect(exchangeDigestOf(exchangeTicket)).toBe(sha256(`qrlogin stored digest v2\0${exchangeTicket}`));
  });

  test("the exchange ticket differs with the id and with the secret", () => {
    const secret = newSecret();
    expect(exchangeTicketOf(id, secret)).not.toBe(exchangeTicketOf(newTicketId(), secret));
    expect(exchangeTicketOf(id, secret)).not.toBe(exchangeTicketOf(id, newSecret()));
  });

  test("the exchange ticket holds the ticket id in its first half", () => {
    expect(ticketIdOf(exchangeTicketOf(id, newSecret()))).toBe(id);
    expect(ticketIdOf(`${id}.${mac}`)).toBe(id);
  });

  test.each([
    ["nothing", ""],
    ["the id alone", id],
    ["no id", `.${mac}`],
    ["no second half", `${id}.`],
    ["a third part", `${id}.${mac}.`],
    ["a short id", `${id.slice(1)}.${mac}`],
    ["a long id", `A${id}.${mac}`],
    ["a short second half", `${id}.${mac.slice(1)}`],
    ["padding", `${id}==.${mac}=`],
    ["the alphabet of plain base64", `${id}.${mac.replace("-", "+")}`],
    ["an id with its spare bits set", `${id.slice(0, -1)}B.${mac}`],
    ["a second half with its spare bits set", `${id}.${mac.slice(0, -1)}N`],
    ["a space before", ` ${id}.${mac}`],
    ["a line end", `${id}.${mac}\n`],
    ["a NUL", `${id}\0.${mac}`],
  ])("a text with %s is not an exchange ticket", (_, text) => {
    expect(ticketIdOf(text)).toBeUndefined();
  });
});

describe("proof of a ticket", () => {
  const secret = newSecret();
  const exchangeTicket = exchangeTicketOf(id, secret);
  const ticket = { id, exchangeDigest: exchangeDigestOf(exchangeTicket) };
  const exchangeProof = exchangeTicket.slice(id.length + 1);

  test("the ticket secret and the exchange ticket prove the ticket", () => {
    expect(verifyTicketSecret(secret, ticket)).toBe(true);
    expect(verifyExchangeTicket(exchangeTicket, ticket)).toBe(true);
  });

  test.each([
    ["the exchange ticket", exchangeTicket],
    ["the second half of the exchange ticket", exchangeProof],
    ["the stored digest", ticket.exchangeDigest],
    ["another secret", newSecret()],
  ])("%s does not pass as the ticket secret", (_, text) => {
    expect(verifyTicketSecret(text, ticket)).toBe(false);
  });

  test.each([
    ["the ticket secret", `${id}.${secret}`],
    ["the stored digest", `${id}.${ticket.exchangeDigest}`],
    ["that of another ticket", exchangeTicketOf(newTicketId(), secret)],
  ])("%s does not pass as the exchange ticket", (_, text) => {
    expect(verifyExchangeTicket(text, ticket)).toBe(false);
  });

  test("a ticket secret passes only in its canonical form, with no spare bits set", () => {
    for (const character of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") {
      const text = `${secret.slice(0, -1)}${character}`;
      const stored = { id, exchangeDigest: exchangeDigestOf(exchangeTicketOf(id, text)) };
      expect(verifyTicketSecret(text, stored), text).toBe(isCanonicalBase64url(text, 32));
    }
  });
});

describe("canonical base64url", () => {
  test("canonical base64url has one text for each value", () => {
    expect(isCanonicalBase64url("AA", 1)).toBe(true);
    for (const other of ["AB", "AA==", "AA\n", "A A", "A", "AAA", ""]) {
      expect(isCanonicalBase64url(other, 1)).toBe(false);
    }
  });
});

describe("the proof key", () => {
  test("the pair in RFC 7636, appendix B, matches", () => {
    expect(verifyCodeChallenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", mac)).toBe(true);
  });

  test.each(["", mac, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXK"])(
    "another verifier does not match: %j",
    (verifier) => {
      expect(verifyCodeChallenge(verifier, mac)).toBe(false);
    },
  );
});
