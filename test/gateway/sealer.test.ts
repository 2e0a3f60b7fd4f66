import fc from "fast-check";
import { CompactEncrypt } from "jose";
import { describe, expect, it } from "vitest";
import { newSecret, sha256 } from "../../src/domain/secrets.js";
import type { SealedKind } from "../../src/gateway/tickets/sealed_kind.js";
import { createSealer } from "../../src/gateway/tickets/sealer.js";
import { createManualClock } from "../support/clock.js";

const clock = createManualClock();
const key = newSecret();
const sealer = createSealer([key], clock);
const content = { app: "shop", id: "a-ticket", secret: "a-secret" };
const soon = () => ({ expiresAt: clock.now() + 60_000 });
const kinds: readonly SealedKind[] = ["handle", "authing-handle", "authing-exchange-ticket", "image"];

describe("a sealed text", () => {
  it("a sealed text opens with its content, bound or not", async () => {
    const free = await sealer.seal("handle", content, soon());
    expect(await sealer.open("handle", free)).toEqual({ content, boundTo: undefined });
    const bound = await sealer.seal("handle", content, { ...soon(), boundTo: "a-browser" });
    expect(await sealer.open("handle", bound)).toEqual({ content, boundTo: "a-browser" });
  });

  it("a sealed text returns any JSON value unchanged, and reveals nothing of it", async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), fc.constantFrom(...kinds), async (value, kind) => {
        const text = await sealer.seal(kind, value, soon());
        expect((await sealer.open(kind, text))?.content).toEqual(JSON.parse(JSON.stringify(value)));
        expect(text).toMatch(/^[\w-]+\.\.[\w-]+\.[\w-]+\.[\w-]+$/);
      }),
      { numRuns: 50 },
    );
    const text = await sealer.seal("handle", content, soon());
    for (const part of text.split(".")) {
      expect(Buffer.from(part, "base64url").toString("latin1")).not.toContain("a-secret");
    }
  });

  it("the same content seals to a different text each time", async () => {
    const texts = await Promise.all(
      Array.from({ length: 50 }, () => sealer.seal("handle", content, { expiresAt: 1e15 })),
    );
    expect(new Set(texts).size).toBe(50);
  });

  it.each(kinds)("a sealed text of the kind %s opens as no other kind", async (kind) => {
    const text = await sealer.seal(kind, content, soon());
    for (const other of kinds) {
      expect((await sealer.open(other, text)) !== undefined, other).toBe(other === kind);
    }
  });

  it("a sealed text opens until it expires", async () => {
    const text = await sealer.seal("handle", content, { expiresAt: clock.now() + 5_000 });
    clock.advance(4_999);
    expect(await sealer.open("handle", text)).toBeDefined();
    clock.advance(1);
    expect(await sealer.open("handle", text)).toBeUndefined();
  });

  it("a sealed text does not open if any character is changed", async () => {
    const text = await sealer.seal("handle", content, { ...soon(), boundTo: sha256("browser") });
    for (let at = 0; at < text.length; at++) {
      const other = text[at] === "A" ? "B" : "A";
      const changed = `${text.slice(0, at)}${other}${text.slice(at + 1)}`;
      // The last character of a part can hold unused bits. A change in those does not change the decoded
      // bytes.
      const opened = await sealer.open("handle", changed);
      if (opened) expect(decoded(changed), `character ${at}`).toEqual(decoded(text));
    }
  });

  it("a sealed text does not open with a changed, shortened or extended header", async () => {
    const text = await sealer.seal("handle", content, { ...soon(), boundTo: "a-browser" });
    const [head = "", ...rest] = text.split(".");
    const header = JSON.parse(Buffer.from(head, "base64url").toString("utf8")) as Record<string, unknown>;
    const { bnd: _, ...unbound } = header;
    const changes = [
      unbound,
      { ...header, bnd: "another" },
      { ...header, exp: 1e12 },
      { ...header, typ: "image" },
    ];
    for (const changed of [...changes, { ...header, alg: "none" }, { ...header, more: 1 }]) {
      const forged = [Buffer.from(JSON.stringify(changed)).toString("base64url"), ...rest].join(".");
      expect(await sealer.open("handle", forged)).toBeUndefined();
      expect(await sealer.open("image", forged)).toBeUndefined();
    }
  });

  it("a sealed text without expiry, or with a binding that is not a string, does not open", async () => {
    const kid = sha256(key).slice(0, 8);
    const right = { alg: "dir", enc: "A256GCM", kid, typ: "handle", exp: Math.ceil(clock.now() / 1000) + 60 };
    const made = (header: object, plaintext = JSON.stringify(content)) =>
      new CompactEncrypt(Buffer.from(plaintext))
        .setProtectedHeader(header as typeof right)
        .encrypt(Buffer.from(key, "base64url"));
    expect(await sealer.open("handle", await made(right))).toBeDefined();
    const { exp: _, ...endless } = right;
    for (const header of [
      endless,
      { ...right, exp: "99999999999" },
      { ...right, bnd: 1 },
      { ...right, bnd: null },
    ]) {
      expect(await sealer.open("handle", await made(header))).toBeUndefined();
    }
    expect(await sealer.open("handle", await made(right, "no JSON"))).toBeUndefined();
  });

  it("a sealed text of more than 8192 characters is not opened", async () => {
    const large = await sealer.seal("image", "x".repeat(8_192), soon());
    expect(await sealer.open("image", large)).toBeUndefined();
    const fits = await sealer.seal("image", "x".repeat(5_000), soon());
    expect(await sealer.open("image", fits)).toBeDefined();
  });

  it("random text never opens", async () => {
    const part = fc.string({
      unit: fc.constantFrom(...'abcdefABCDEF0123456789-_{}"='.split("")),
      maxLength: 60,
    });
    const text = fc.oneof(
      fc.string({ unit: "binary", maxLength: 300 }),
      fc.array(part, { maxLength: 7 }).map((parts) => parts.join(".")),
      fc.tuple(fc.jsonValue(), part).map(([header, rest]) => {
        return `${Buffer.from(JSON.stringify(header)).toString("base64url")}..${rest}.${rest}.${rest}`;
      }),
    );
    await fc.assert(
      fc.asyncProperty(text, fc.constantFrom(...kinds), async (garbage, kind) => {
        expect(await sealer.open(kind, garbage)).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });
});

describe("the keys of a sealer", () => {
  it("the first key seals and all keys open, until one is removed", async () => {
    const [old, fresh] = [newSecret(), newSecret()];
    const text = await createSealer([old], clock).seal("handle", content, soon());
    const rotating = createSealer([fresh, old], clock);
    expect(await rotating.open("handle", text)).toBeDefined();
    const renewed = await rotating.seal("handle", content, soon());
    expect(await createSealer([old], clock).open("handle", renewed)).toBeUndefined();
    const after = createSealer([fresh], clock);
    expect(await after.open("handle", renewed)).toBeDefined();
    expect(await after.open("handle", text)).toBeUndefined();
  });

  it("a key of another gateway does not open a sealed text", async () => {
    const text = await sealer.seal("handle", content, soon());
    expect(await createSealer([newSecret()], clock).open("handle", text)).toBeUndefined();
  });

  it.each([
    ["no key", []],
    ["a short key", [Buffer.alloc(31).toString("base64url")]],
    ["a long key", [Buffer.alloc(33).toString("base64url")]],
    ["a padded key", [`${Buffer.alloc(32).toString("base64url")}=`]],
    ["an empty key after a valid one", [key, ""]],
  ])("a sealer cannot be created with %s", (_title, keys) => {
    expect(() => createSealer(keys, clock)).toThrow(TypeError);
  });
});

function decoded(text: string): readonly Buffer[] {
  return text.split(".").map((part) => Buffer.from(part, "base64url"));
}
