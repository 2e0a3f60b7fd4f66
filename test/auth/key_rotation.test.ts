import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  clock,
  first,
  folder,
  keySetOf,
  second,
  serveKeys,
  server,
  setUpKeyIssuer,
  signToken,
  usersWithEndpoint,
} from "./key_fixture.js";
import { bearer, createTestAuthenticator, expectTicketError, newKey, poolWith } from "./support.js";

const third = await newKey("ES256", "third");

setUpKeyIssuer();

describe("the keys of an issuer that changes them", () => {
  it("are fetched once for a token with a new key, within seconds of the last fetch", async () => {
    serveKeys(first);
    const { users } = usersWithEndpoint();
    await users.authenticate(bearer(await signToken(first)));
    serveKeys(first, second);
    clock.advance(3_000);
    const tokens = await Promise.all(["a", "b", "c", "d"].map((sub) => signToken(second, { sub })));
    await Promise.all(tokens.map((token) => users.authenticate(bearer(token))));
    expect(server.asked("/jwks")).toBe(2);
  });

  it("are away for a token with a new key while they must not be fetched again yet, and then have it", async () => {
    serveKeys(first);
    const { users } = usersWithEndpoint();
    await users.authenticate(bearer(await signToken(first)));
    const stranger = await signToken(third);
    await expectTicketError(users.authenticate(bearer(stranger)), "USER_UNAUTHENTICATED", stranger);
    serveKeys(first, second);
    const token = await signToken(second);
    clock.advance(9_999);
    await expectTicketError(users.authenticate(bearer(token)), "ISSUER_UNAVAILABLE", token);
    expect(server.asked("/jwks")).toBe(2);
    clock.advance(1);
    expect((await users.authenticate(bearer(token))).approver.subject).toBe("user-1");
    expect(server.asked("/jwks")).toBe(3);
  });

  it("are fetched every ten seconds at most, however many tokens with unknown keys come", async () => {
    serveKeys(first);
    const { users } = usersWithEndpoint();
    const known = await signToken(first);
    await users.authenticate(bearer(known));
    const tokens = await Promise.all(
      Array.from({ length: 50 }, (_, n) => signToken(second, { sub: `u${n}` })),
    );
    const reasons = async () => {
      const answers = tokens.map((token) => users.authenticate(bearer(token)).catch(({ reason }) => reason));
      return new Set(await Promise.all(answers));
    };
    for (let round = 0; round < 3; round += 1) {
      await reasons();
      await reasons();
      expect(server.asked("/jwks")).toBe(2 + round);
      clock.advance(10_000);
    }
    await users.authenticate(bearer(known));
  });

  it("that lack the key of a token after a fetch since it first came refuse it for good", async () => {
    serveKeys(first);
    const { users } = usersWithEndpoint();
    await users.authenticate(bearer(await signToken(first)));
    const [one, two] = [await signToken(second, { sub: "one" }), await signToken(second, { sub: "two" })];
    await expectTicketError(users.authenticate(bearer(one)), "USER_UNAUTHENTICATED", one);
    await expectTicketError(users.authenticate(bearer(two)), "ISSUER_UNAVAILABLE", two);
    clock.advance(10_000);
    await expectTicketError(users.authenticate(bearer(one)), "USER_UNAUTHENTICATED", one);
    await expectTicketError(users.authenticate(bearer(two)), "USER_UNAUTHENTICATED", two);
    expect(server.asked("/jwks")).toBe(3);
  });

  it("are fetched again for a wrong signature, since a key may be replaced under its name", async () => {
    serveKeys(first);
    const { users } = usersWithEndpoint();
    const old = await signToken(first);
    await users.authenticate(bearer(old));
    const replacing = await newKey("ES256", "first");
    serveKeys(replacing);
    expect((await users.authenticate(bearer(await signToken(replacing)))).approver.subject).toBe("user-1");
    await expectTicketError(users.authenticate(bearer(old)), "USER_UNAUTHENTICATED", old);
    expect(server.asked("/jwks")).toBe(2);
  });

  it("without names are fetched again for a token that none of them fits", async () => {
    const [one, two, three] = [await newKey("ES256"), await newKey("ES256"), await newKey("ES256")];
    serveKeys(one, two);
    const { users } = usersWithEndpoint();
    await users.authenticate(bearer(await signToken(two)));
    serveKeys(two, three);
    const fresh = await signToken(three);
    expect((await users.authenticate(bearer(fresh))).approver.subject).toBe("user-1");
    const old = await signToken(one);
    await expectTicketError(users.authenticate(bearer(old)), "ISSUER_UNAVAILABLE", old);
    clock.advance(10_000);
    await expectTicketError(users.authenticate(bearer(old)), "USER_UNAUTHENTICATED", old);
  });

  it.each([
    ["holds no key", []],
    ["holds a key for encryption alone", [{ ...first.jwk, use: "enc" }]],
    ["holds a key for another algorithm alone", [{ ...first.jwk, alg: "ES384", crv: "P-384" }]],
    ["holds a key of an unknown kind alone", [{ kty: "XX", kid: "first" }]],
  ])("are away when their set %s", async (_, keys) => {
    server.answerJson("/jwks", { keys });
    const { users } = usersWithEndpoint();
    const token = await signToken();
    await expectTicketError(users.authenticate(bearer(token)), "ISSUER_UNAVAILABLE", token);
    serveKeys(first);
    expect((await users.authenticate(bearer(token))).approver.subject).toBe("user-1");
  });

  it("go on while a later set holds no key, for as long as they are not too old", async () => {
    serveKeys(first);
    const { users } = usersWithEndpoint();
    const known = await signToken(first);
    await users.authenticate(bearer(known));
    server.answerJson("/jwks", { keys: [] });
    const fresh = await signToken(second);
    await expectTicketError(users.authenticate(bearer(fresh)), "ISSUER_UNAVAILABLE", fresh);
    await users.authenticate(bearer(known));
    clock.advance(300_000);
    await expectTicketError(users.authenticate(bearer(known)), "ISSUER_UNAVAILABLE", known);
  });
});

describe("a file of keys", () => {
  const file = () => join(folder, "jwks.json");
  const write = (...keys: (typeof first)[]) => writeFileSync(file(), JSON.stringify(keySetOf(...keys)));
  const fromFile = () => createTestAuthenticator([poolWith({ keys: { jwksFile: file() } })], clock);

  it("is read again when what was read is too old", async () => {
    write(first);
    const { users } = fromFile();
    const [old, current] = [await signToken(first), await signToken(second)];
    await users.authenticate(bearer(old));
    write(second);
    clock.advance(299_000);
    await users.authenticate(bearer(old));
    clock.advance(1_000);
    await expectTicketError(users.authenticate(bearer(old)), "USER_UNAUTHENTICATED", old);
    expect((await users.authenticate(bearer(current))).approver.subject).toBe("user-1");
  });

  it("that is replaced is read for the first token of a new key, and forgets tokens of one that has left", async () => {
    write(first);
    const { users } = fromFile();
    const old = await signToken(first);
    await users.authenticate(bearer(old));
    for (const key of [second, third]) {
      write(key);
      expect((await users.authenticate(bearer(await signToken(key)))).approver.subject).toBe("user-1");
    }
    await expectTicketError(users.authenticate(bearer(old)), "USER_UNAUTHENTICATED", old);
  });

  it("that is replaced by one with another key of the same name is read for its first token", async () => {
    write(first);
    const { users } = fromFile();
    await users.authenticate(bearer(await signToken(first)));
    const replacing = await newKey("ES256", "first");
    write(replacing);
    expect((await users.authenticate(bearer(await signToken(replacing)))).approver.subject).toBe("user-1");
  });

  it("that lacks the key of a token refuses it at once, every time", async () => {
    write(first);
    const { users } = fromFile();
    await users.authenticate(bearer(await signToken(first)));
    for (const sub of ["a", "b", "c"]) {
      const token = await signToken(second, { sub });
      await expectTicketError(users.authenticate(bearer(token)), "USER_UNAUTHENTICATED", token);
    }
  });

  it("that was emptied makes the issuer unavailable for new keys, and known ones go on", async () => {
    write(first);
    const { users } = fromFile();
    const known = await signToken(first);
    await users.authenticate(bearer(known));
    write();
    const fresh = await signToken(second);
    await expectTicketError(users.authenticate(bearer(fresh)), "ISSUER_UNAVAILABLE", fresh);
    await users.authenticate(bearer(known));
  });

  it("that is broken or gone makes the issuer unavailable once what was read is too old", async () => {
    write(first);
    const { users } = fromFile();
    const token = await signToken();
    await users.authenticate(bearer(token));
    writeFileSync(file(), "PRIVATE KEY");
    clock.advance(300_000);
    const refusal = await expectTicketError(users.authenticate(bearer(token)), "ISSUER_UNAVAILABLE", token);
    expect(String(refusal.cause)).not.toContain("PRIVATE");
    rmSync(file());
    await expectTicketError(users.authenticate(bearer(token)), "ISSUER_UNAVAILABLE", token);
    write(first);
    expect((await users.authenticate(bearer(token))).approver.subject).toBe("user-1");
  });

  it("that stays broken is not read again for each call", async () => {
    write(first);
    const { users } = fromFile();
    const token = await signToken();
    clock.advance(300_000);
    writeFileSync(file(), "{");
    for (let times = 0; times < 3; times += 1) {
      await expectTicketError(users.authenticate(bearer(token)), "ISSUER_UNAVAILABLE", token);
    }
    write(first);
    await expectTicketError(users.authenticate(bearer(token)), "ISSUER_UNAVAILABLE", token);
    clock.advance(1_000);
    expect((await users.authenticate(bearer(token))).approver.subject).toBe("user-1");
  });

  it("that cannot be used from the beginning stops the start", () => {
    expect(fromFile).toThrow("jwks.json");
    writeFileSync(file(), "[]");
    expect(fromFile).toThrow("customers");
  });
});
