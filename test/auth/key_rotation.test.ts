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

describe("key rotation at an issuer", () => {
  it("fetches the keys once for a token with a new key, within seconds of the last fetch", async () => {
    serveKeys(first);
    const { users } = usersWithEndpoint();
    await users.authenticate(bearer(await signToken(first)));
    serveKeys(first, second);
    clock.advance(3_000);
    const tokens = await Promise.all(["a", "b", "c", "d"].map((sub) => signToken(second, { sub })));
    await Promise.all(tokens.map((token) => users.authenticate(bearer(token))));
    expect(server.asked("/jwks")).toBe(2);
  });

  it("reports the issuer as unavailable for a new key in the cool-down, and accepts the token afterwards", async () => {
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

  it("fetches the keys at most every ten seconds, for any number of tokens with unknown keys", async () => {
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

  it("rejects a token for good if its key is still missing in a fetch after its first use", async () => {
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

  it("fetches the keys after a wrong signature, since a key may be replaced under the same id", async () => {
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

  it("fetches keys without ids for a token that none of them verifies", async () => {
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
  ])("the issuer is unavailable if its key set %s", async (_, keys) => {
    server.answerJson("/jwks", { keys });
    const { users } = usersWithEndpoint();
    const token = await signToken();
    await expectTicketError(users.authenticate(bearer(token)), "ISSUER_UNAVAILABLE", token);
    serveKeys(first);
    expect((await users.authenticate(bearer(token))).approver.subject).toBe("user-1");
  });

  it("keeps the previous keys while a later set has no key, until they are too old", async () => {
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

describe("key rotation in a file", () => {
  const file = () => join(folder, "jwks.json");
  const write = (...keys: (typeof first)[]) => writeFileSync(file(), JSON.stringify(keySetOf(...keys)));
  const fromFile = () => createTestAuthenticator([poolWith({ keys: { jwksFile: file() } })], clock);

  it("reads the file when the keys are too old", async () => {
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

  it("reads a replaced file for the first token with a new key, and drops cached tokens of a removed key", async () => {
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

  it("reads a file for the first token when its key was replaced under the same id", async () => {
    write(first);
    const { users } = fromFile();
    await users.authenticate(bearer(await signToken(first)));
    const replacing = await newKey("ES256", "first");
    write(replacing);
    expect((await users.authenticate(bearer(await signToken(replacing)))).approver.subject).toBe("user-1");
  });

  it("rejects a token at once, every time, if the file lacks its key", async () => {
    write(first);
    const { users } = fromFile();
    await users.authenticate(bearer(await signToken(first)));
    for (const sub of ["a", "b", "c"]) {
      const token = await signToken(second, { sub });
      await expectTicketError(users.authenticate(bearer(token)), "USER_UNAUTHENTICATED", token);
    }
  });

  it("an emptied file makes the issuer unavailable for new keys, while known tokens remain valid", async () => {
    write(first);
    const { users } = fromFile();
    const known = await signToken(first);
    await users.authenticate(bearer(known));
    write();
    const fresh = await signToken(second);
    await expectTicketError(users.authenticate(bearer(fresh)), "ISSUER_UNAVAILABLE", fresh);
    await users.authenticate(bearer(known));
  });

  it("a broken or missing file makes the issuer unavailable once the keys are too old", async () => {
    write(first);
    const { users } = fromFile();
    const token = await signToken();
    await users.authenticate(bearer(token));
    writeFileSync(file(), "PRIVATE KEY");
    clock.advance(300_000);
    const ticketError = await expectTicketError(
      users.authenticate(bearer(token)),
      "ISSUER_UNAVAILABLE",
      token,
    );
    expect(String(ticketError.cause)).not.toContain("PRIVATE");
    rmSync(file());
    await expectTicketError(users.authenticate(bearer(token)), "ISSUER_UNAVAILABLE", token);
    write(first);
    expect((await users.authenticate(bearer(token))).approver.subject).toBe("user-1");
  });

  it("does not read a broken file for each call", async () => {
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

  it("start-up fails if the file cannot be used", () => {
    expect(fromFile).toThrow("jwks.json");
    writeFileSync(file(), "[]");
    expect(fromFile).toThrow("customers");
  });
});
