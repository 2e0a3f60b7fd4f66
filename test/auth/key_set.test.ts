import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { withTimeout } from "../support/timeout.js";
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
import { bearer, createTestAuthenticator, expectTicketError, poolWith, seconds } from "./support.js";

setUpKeyIssuer();

/** Users of a pool whose first key is published at its endpoint and in its file, and is read from one of them. */
function usersWithKeysFrom(source: string) {
  const file = join(folder, "jwks.json");
  const publish = (key: typeof first) => {
    serveKeys(key);
    writeFileSync(file, JSON.stringify(keySetOf(key)));
  };
  publish(first);
  const keys = source === "jwksUri" ? { jwksUri: `${server.origin}/jwks` } : { jwksFile: file };
  return { ...createTestAuthenticator([poolWith({ keys })], clock), publish };
}

describe("the key set of an issuer", () => {
  it("fetches the keys once for any number of tokens", async () => {
    serveKeys(first);
    const { users } = usersWithEndpoint();
    for (const sub of ["a", "b", "c"]) await users.authenticate(bearer(await signToken(first, { sub })));
    expect(server.asked("/jwks")).toBe(1);
  });

  it("fetches the keys once for concurrent callers", async () => {
    serveKeys(first);
    const { users } = usersWithEndpoint();
    const tokens = await Promise.all(["a", "b", "c", "d"].map((sub) => signToken(first, { sub })));
    await Promise.all(tokens.map((token) => users.authenticate(bearer(token))));
    expect(server.asked("/jwks")).toBe(1);
  });

  it("fetches the keys when they are too old, and rejects tokens of a removed key", async () => {
    serveKeys(first, second);
    const { users } = usersWithEndpoint();
    const [old, current] = [await signToken(first), await signToken(second)];
    await users.authenticate(bearer(old));
    await users.authenticate(bearer(current));
    serveKeys(second);
    clock.advance(299_000);
    await users.authenticate(bearer(old));
    expect(server.asked("/jwks")).toBe(1);
    clock.advance(1_000);
    await expectTicketError(users.authenticate(bearer(old)), "USER_UNAUTHENTICATED", old);
    expect((await users.authenticate(bearer(current))).approver.subject).toBe("user-1");
    expect(server.asked("/jwks")).toBe(2);
  });

  it.each(["jwksUri", "jwksFile"])(
    "keys from %s expire for a token that was verified late in their lifetime",
    async (form) => {
      const { users, publish } = usersWithKeysFrom(form);
      await users.authenticate(bearer(await signToken(first, { sub: "gets the keys" })));
      clock.advance(299_000);
      const old = await signToken(first);
      await users.authenticate(bearer(old));
      publish(second);
      clock.advance(1_000);
      await expectTicketError(users.authenticate(bearer(old)), "USER_UNAUTHENTICATED", old);
    },
  );

  it.each(["jwksUri", "jwksFile"])(
    "keys from %s become stale when the wall clock is set back",
    async (form) => {
      const { users, publish } = usersWithKeysFrom(form);
      const token = await signToken();
      await users.authenticate(bearer(token));
      publish(second);
      clock.adjust(-3_600_000);
      clock.advance(300_000);
      await expectTicketError(users.authenticate(bearer(token)), "USER_UNAUTHENTICATED", token);
    },
  );

  it("fetches the keys for a new key within half a minute, although the wall clock is set back", async () => {
    serveKeys(first);
    const { users } = usersWithEndpoint();
    await users.authenticate(bearer(await signToken()));
    serveKeys(first, second);
    clock.adjust(-3_600_000);
    clock.advance(30_000);
    expect((await users.authenticate(bearer(await signToken(second)))).approver.subject).toBe("user-1");
  });

  it("uses keys for at most 5 minutes, whatever is configured", async () => {
    serveKeys(first);
    const { users } = usersWithEndpoint({ cacheMaxAge: 3_600_000 });
    const token = await signToken();
    await users.authenticate(bearer(token));
    serveKeys(second);
    clock.advance(300_000);
    await expectTicketError(users.authenticate(bearer(token)), "USER_UNAUTHENTICATED", token);
  });

  it("a fetch for a token with a new key drops the cached token of a removed key", async () => {
    serveKeys(first);
    const { users } = usersWithEndpoint();
    const old = await signToken(first);
    await users.authenticate(bearer(old));
    serveKeys(second);
    clock.advance(31_000);
    await users.authenticate(bearer(await signToken(second)));
    await expectTicketError(users.authenticate(bearer(old)), "USER_UNAUTHENTICATED", old);
    expect(server.asked("/jwks")).toBe(2);
  });

  it.each([
    ["an error", 500, "{}"],
    ["a body other than JSON", 200, "<html>"],
    ["JSON that is no key set", 200, `{"keys":7}`],
    ["a redirect", 302, ""],
    ["more than 1 MiB", 200, `{"keys":[],"filler":"${"x".repeat(1_100_000)}"}`],
  ])("the issuer is unavailable if its endpoint returns %s", async (_, status, body) => {
    server.answer("/jwks", (_request, response) => {
      response.writeHead(status, { "content-type": "application/json", location: "/elsewhere" }).end(body);
    });
    const { users } = usersWithEndpoint();
    const token = await signToken();
    const ticketError = await expectTicketError(
      users.authenticate(bearer(token)),
      "ISSUER_UNAVAILABLE",
      token,
    );
    expect(ticketError.cause).toMatchObject({ message: "user pool customers", cause: expect.any(Error) });
    expect(server.asked("/elsewhere")).toBe(0);
  });

  it("the issuer is unavailable if the key that the token names is malformed", async () => {
    server.answerJson("/jwks", { keys: [{ ...first.jwk, x: "AAAA" }] });
    const { users } = usersWithEndpoint();
    const token = await signToken();
    await expectTicketError(users.authenticate(bearer(token)), "ISSUER_UNAVAILABLE", token);
  });

  it("the issuer is unavailable while its endpoint does not respond, and available afterwards", async () => {
    server.answer("/jwks", (request) => request.socket.destroy());
    const { users } = usersWithEndpoint();
    const token = await signToken();
    await expectTicketError(users.authenticate(bearer(token)), "ISSUER_UNAVAILABLE", token);
    serveKeys(first);
    expect((await users.authenticate(bearer(token))).approver.subject).toBe("user-1");
  });

  it("requests the keys once per open period while the issuer is unavailable, for any number of callers", async () => {
    server.answer("/jwks", (_, response) => void response.writeHead(503).end());
    const { users } = usersWithEndpoint();
    const tokens = await Promise.all(
      Array.from({ length: 50 }, (_, n) => signToken(first, { sub: `u${n}` })),
    );
    const expectAllRejected = () =>
      Promise.all(
        tokens.map((token) => expectTicketError(users.authenticate(bearer(token)), "ISSUER_UNAVAILABLE")),
      );
    await expectAllRejected();
    await expectAllRejected();
    expect(server.asked("/jwks")).toBe(2);
    let fetches = 2;
    // The open periods start with the third failure and double from one second to ten.
    for (const pause of [1_000, 2_000, 4_000, 8_000, 10_000, 10_000]) {
      await expectAllRejected();
      await expectAllRejected();
      fetches += 1;
      clock.advance(pause - 1);
      await expectAllRejected();
      expect(server.asked("/jwks")).toBe(fetches);
      clock.advance(1);
    }
    serveKeys(first);
    await Promise.all(tokens.map((token) => users.authenticate(bearer(token))));
    expect(server.asked("/jwks")).toBe(fetches + 1);
  });

  it("requests an invalid key set once per open period, like an endpoint that does not respond", async () => {
    server.answerJson("/jwks", { keys: 7 });
    const { users } = usersWithEndpoint();
    for (const sub of ["a", "b", "c", "d", "e"]) {
      const token = await signToken(first, { sub });
      await expectTicketError(users.authenticate(bearer(token)), "ISSUER_UNAVAILABLE", token);
    }
    expect(server.asked("/jwks")).toBe(3);
  });

  it("unknown keys cause no requests while the issuer is unavailable, and known tokens remain valid", async () => {
    serveKeys(first);
    const { users } = usersWithEndpoint();
    const known = await signToken(first);
    await users.authenticate(bearer(known));
    server.answer("/jwks", (_, response) => void response.writeHead(503).end());
    clock.advance(31_000);
    for (const sub of ["a", "b", "c", "d", "e"]) {
      const token = await signToken(second, { sub });
      await expectTicketError(users.authenticate(bearer(token)), "ISSUER_UNAVAILABLE", token);
    }
    expect(server.asked("/jwks")).toBe(4);
    await users.authenticate(bearer(known));
    await users.authenticate(bearer(await signToken(first, { sub: "another" })));
    expect(server.asked("/jwks")).toBe(4);
  });

  it("keeps cached tokens if an unknown key caused a fetch of unchanged keys", async () => {
    serveKeys(first);
    const { users } = usersWithEndpoint();
    const known = await signToken(first);
    await users.authenticate(bearer(known));
    clock.advance(31_000);
    const unknown = await signToken(second, { sub: "somebody" });
    await expectTicketError(users.authenticate(bearer(unknown)), "USER_UNAUTHENTICATED", unknown);
    expect(server.asked("/jwks")).toBe(2);
    const verifying = vi.spyOn(crypto.subtle, "verify");
    await users.authenticate(bearer(known));
    expect(verifying).not.toHaveBeenCalled();
    await users.authenticate(bearer(await signToken(first, { sub: "another" })));
    expect(verifying).toHaveBeenCalled();
    verifying.mockRestore();
  });

  it("the issuer is unavailable if the keys cannot be refreshed, even for a token that was just valid", async () => {
    serveKeys(first);
    const { users } = usersWithEndpoint();
    const token = await signToken();
    await users.authenticate(bearer(token));
    server.answer("/jwks", (_, response) => void response.writeHead(503).end());
    clock.advance(300_000);
    await expectTicketError(users.authenticate(bearer(token)), "ISSUER_UNAVAILABLE", token);
  });

  it("the issuer is unavailable if its endpoint exceeds the time-out", async () => {
    server.answer("/jwks", () => {});
    const { users } = usersWithEndpoint({ issuerTimeout: 100 });
    const token = await signToken();
    await expectTicketError(users.authenticate(bearer(token)), "ISSUER_UNAVAILABLE", token);
  });

  it("rejects a token that expired during a slow fetch of the keys", async () => {
    server.answer("/jwks", (_, response) => {
      clock.advance(60_000);
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(keySetOf(first)));
    });
    const { users } = usersWithEndpoint();
    const token = await signToken(first, { exp: seconds(10) });
    await expectTicketError(users.authenticate(bearer(token)), "USER_TOKEN_EXPIRED", token);
  });

  it("a caller that has gone does not wait for the keys", async () => {
    const asked = new Promise<void>((resolve) => server.answer("/jwks", () => resolve()));
    const { users } = usersWithEndpoint();
    const gone = new AbortController();
    const waiting = users.authenticate(bearer(await signToken()), gone.signal);
    await withTimeout(asked, "a request for the keys");
    gone.abort(new Error("the call was cancelled"));
    await expect(waiting).rejects.toThrow("the call was cancelled");
    await expect(users.authenticate(bearer(await signToken()), gone.signal)).rejects.toThrow("cancelled");
    expect(server.asked("/jwks")).toBe(1);
  });
});
