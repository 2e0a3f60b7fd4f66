import { describe, expect, it, vi } from "vitest";
import {
  activeWith,
  clock,
  createIntrospectingAuthenticator,
  opaque,
  server,
  setUpIntrospectionIssuer,
} from "./introspection_fixture.js";
import { bearer, expectTicketError, seconds } from "./support.js";

setUpIntrospectionIssuer();

const asked = () => server.asked("/introspect");

describe("the cache of introspected tokens", () => {
  it("asks the endpoint once for calls in a row", async () => {
    server.answerJson("/introspect", activeWith());
    const users = createIntrospectingAuthenticator();
    const first = await users.authenticate(bearer(opaque));
    expect((await users.authenticate(bearer(opaque))).approver).toBe(first.approver);
    await users.authenticate(bearer(opaque));
    expect(asked()).toBe(1);
  });

  it("asks the endpoint once for concurrent calls", async () => {
    server.answerJson("/introspect", activeWith());
    const users = createIntrospectingAuthenticator();
    await Promise.all(Array.from({ length: 20 }, () => users.authenticate(bearer(opaque))));
    expect(asked()).toBe(1);
  });

  it("asks about every token by itself", async () => {
    server.answerJson("/introspect", activeWith());
    const users = createIntrospectingAuthenticator();
    await users.authenticate(bearer(opaque));
    server.answerJson("/introspect", activeWith({ sub: "user-2" }));
    expect((await users.authenticate(bearer("another"))).approver.subject).toBe("user-2");
    expect((await users.authenticate(bearer(opaque))).approver.subject).toBe("user-1");
  });

  it("asks again at the maximum age, so that a revoked token is rejected", async () => {
    server.answerJson("/introspect", activeWith());
    const users = createIntrospectingAuthenticator({ cacheMaxAge: 60_000 });
    await users.authenticate(bearer(opaque));
    server.answerJson("/introspect", { active: false });
    clock.advance(59_999);
    await users.authenticate(bearer(opaque));
    expect(asked()).toBe(1);
    clock.advance(1);
    await expectTicketError(users.authenticate(bearer(opaque)), "USER_UNAUTHENTICATED", opaque);
    expect(asked()).toBe(2);
  });

  it("counts the age from the request and not from the response", async () => {
    server.answer("/introspect", (_, response) => {
      clock.advance(4_000);
      response.writeHead(200).end(JSON.stringify(activeWith()));
    });
    const users = createIntrospectingAuthenticator({ cacheMaxAge: 10_000 });
    await users.authenticate(bearer(opaque));
    clock.advance(6_000);
    await users.authenticate(bearer(opaque));
    expect(asked()).toBe(2);
  });

  it("asks again when the token expires before the maximum age", async () => {
    server.answerJson("/introspect", activeWith({ exp: seconds(10) }));
    const users = createIntrospectingAuthenticator();
    await users.authenticate(bearer(opaque));
    clock.advance(9_999);
    await users.authenticate(bearer(opaque));
    expect(asked()).toBe(1);
    clock.advance(1);
    await users.authenticate(bearer(opaque));
    expect(asked()).toBe(2);
  });

  it("asks each time with the maximum age 0s", async () => {
    server.answerJson("/introspect", activeWith());
    const users = createIntrospectingAuthenticator({ cacheMaxAge: 0 });
    await users.authenticate(bearer(opaque));
    server.answerJson("/introspect", { active: false });
    await expectTicketError(users.authenticate(bearer(opaque)), "USER_UNAUTHENTICATED", opaque);
    server.answerJson("/introspect", activeWith());
    await users.authenticate(bearer(opaque));
    expect(asked()).toBe(3);
  });

  it.each([
    ["inactive", { active: false }],
    ["for another audience", activeWith({ aud: "other" })],
    ["without a user", activeWith({ sub: undefined })],
  ])("remembers for 10 s that a token is %s", async (_, members) => {
    server.answerJson("/introspect", members);
    const users = createIntrospectingAuthenticator();
    const reject = () =>
      expectTicketError(users.authenticate(bearer(opaque)), "USER_UNAUTHENTICATED", opaque);
    await reject();
    server.answerJson("/introspect", activeWith());
    clock.advance(9_999);
    await reject();
    expect(asked()).toBe(1);
    clock.advance(1);
    expect((await users.authenticate(bearer(opaque))).approver.subject).toBe("user-1");
    expect(asked()).toBe(2);
  });

  it("never remembers that the endpoint was unavailable", async () => {
    server.answer("/introspect", (_, response) => void response.writeHead(503).end());
    const users = createIntrospectingAuthenticator();
    await expectTicketError(users.authenticate(bearer(opaque)), "ISSUER_UNAVAILABLE", opaque);
    server.answerJson("/introspect", activeWith());
    expect((await users.authenticate(bearer(opaque))).approver.subject).toBe("user-1");
  });

  it("keeps valid tokens during a flood of rejected ones", async () => {
    server.answerJson("/introspect", activeWith());
    const users = createIntrospectingAuthenticator({}, {}, { cacheSize: 2 });
    await users.authenticate(bearer(opaque));
    server.answerJson("/introspect", { active: false });
    for (const token of ["a", "b", "c"])
      await expectTicketError(users.authenticate(bearer(token)), "USER_UNAUTHENTICATED");
    await users.authenticate(bearer(opaque));
    expect(asked()).toBe(4);
    await expectTicketError(users.authenticate(bearer("a")), "USER_UNAUTHENTICATED");
    expect(asked(), "the oldest rejection was evicted").toBe(5);
  });

  it("keeps the digest of a token and never the token", async () => {
    const set = vi.spyOn(Map.prototype, "set");
    server.answerJson("/introspect", { active: false });
    const users = createIntrospectingAuthenticator();
    await expectTicketError(users.authenticate(bearer("rejected-token")), "USER_UNAUTHENTICATED");
    server.answerJson("/introspect", activeWith());
    await users.authenticate(bearer("accepted-token"));
    const keys = set.mock.calls.map(([key]) => String(key)).join(" ");
    set.mockRestore();
    expect(keys).not.toMatch(/rejected-token|accepted-token/);
  });
});
