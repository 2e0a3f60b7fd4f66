import type { RequestListener, ServerResponse } from "node:http";
import { decodeJwt } from "jose";
import { describe, expect, it, vi } from "vitest";
import { withTimeout } from "../support/timeout.js";
import { bearer, claimsWith, createTestAuthenticator, expectTicketError, poolWith, sign } from "./support.js";
import { clock, key, server, setUpUserInfoIssuer, signIn } from "./user_info_fixture.js";

setUpUserInfoIssuer();

describe("fetchProfile", () => {
  it("returns the token's profile if the pool has no UserInfo endpoint", async () => {
    const { user } = await signIn({ userInfoUri: undefined });
    expect(await user.fetchProfile()).toBe(user.approver.profile);
  });

  it("returns the profile of the UserInfo endpoint, completed by the token", async () => {
    let authorization: string | undefined;
    server.answer("/userinfo", (request, response) => {
      authorization = request.headers.authorization;
      const userInfo = { sub: "user-1", nickname: "from UserInfo", email: "a@example.com", tier: "gold" };
      response
        .writeHead(200, { "content-type": "application/json; charset=utf-8" })
        .end(JSON.stringify(userInfo));
    });
    const { user, token } = await signIn(
      { additionalClaims: ["tier", "tenant"] },
      { name: "Al", tenant: [1] },
    );
    expect(await user.fetchProfile()).toEqual({
      userId: "user-1",
      nickname: "from UserInfo",
      name: "Al",
      photo: "",
      email: "a@example.com",
      emailVerified: false,
      phone: "",
      phoneVerified: false,
      claims: { tier: "gold", tenant: [1] },
    });
    expect(authorization).toBe(`Bearer ${token}`);
    expect(user.approver.profile.nickname).toBe("from the token");
  });

  it("requests the UserInfo endpoint on every call, and not before the first", async () => {
    server.answerJson("/userinfo", { sub: "user-1" });
    const { user } = await signIn();
    expect(server.asked("/userinfo")).toBe(0);
    await user.fetchProfile();
    await user.fetchProfile();
    expect(server.asked("/userinfo")).toBe(2);
  });

  it.each([
    ["another user", { sub: "user-2" }],
    ["no user", { nickname: "x" }],
    ["a number", { sub: 1 }],
  ])("rejects the token when UserInfo describes %s", async (_, body) => {
    server.answerJson("/userinfo", body);
    const { user, token } = await signIn();
    await expectTicketError(user.fetchProfile(), "USER_UNAUTHENTICATED", token);
  });

  it.each([401, 403])("rejects the token when UserInfo responds with status %i", async (status) => {
    server.answer("/userinfo", (_, response) => void response.writeHead(status).end("no"));
    const { user, token } = await signIn();
    await expectTicketError(user.fetchProfile(), "USER_UNAUTHENTICATED", token);
  });

  it.each([
    ["another user id", "admin"],
    ["none", null],
  ])("keeps the user id of the token although UserInfo has %s", async (_, uid) => {
    server.answerJson("/userinfo", { sub: "user-1", uid, name: "Al" });
    const { user } = await signIn({ claims: { ...poolWith({}).claims, userId: "uid" } }, { uid: 7 });
    expect(await user.fetchProfile()).toMatchObject({ userId: "7", name: "Al" });
  });

  it.each([
    ["an address", { email: "one@mail.example", email_verified: true }, { email: "two@corp.example" }],
    ["a phone number", { phone_number: "+1", phone_number_verified: true }, { phone_number: "+2" }],
  ])("does not treat %s from UserInfo as verified because the token's is", async (_, claims, userInfo) => {
    server.answerJson("/userinfo", { sub: "user-1", ...userInfo });
    const { user } = await signIn({}, claims);
    expect(user.approver.profile.emailVerified || user.approver.profile.phoneVerified).toBe(true);
    const profile = await user.fetchProfile();
    expect([profile.email, profile.phone]).toContain(Object.values(userInfo)[0]);
    expect([profile.emailVerified, profile.phoneVerified]).toEqual([false, false]);
  });

  it.each([
    ["an error", 500, `{"sub":"user-1"}`],
    ["nothing", 204, ""],
    ["an empty page", 200, ""],
    ["a page", 200, "<html>user-1</html>"],
    ["broken JSON", 200, `{"sub":"user-1"`],
    ["text that is called JSON", 200, "user-1 is here"],
    ["a list", 200, "[]"],
    ["null", 200, "null"],
    ["something that is not UTF-8", 200, Buffer.from(`{"sub":"user-1","a":"\xff"}`, "latin1")],
  ])("the issuer is unavailable when UserInfo returns %s", async (_, status, body) => {
    server.answer("/userinfo", (_request, response) => {
      response.writeHead(status, { "content-type": "application/json" }).end(body);
    });
    const { user, token } = await signIn();
    const ticketError = await expectTicketError(user.fetchProfile(), "ISSUER_UNAVAILABLE", token);
    expect(ticketError.cause).toMatchObject({ message: "user pool customers", cause: expect.any(Error) });
  });

  it("does not follow a redirect of UserInfo, which would disclose the token", async () => {
    server.answer("/userinfo", (_, response) => void response.writeHead(302, { location: "/other" }).end());
    server.answerJson("/other", { sub: "user-1" });
    const { user, token } = await signIn();
    await expectTicketError(user.fetchProfile(), "ISSUER_UNAVAILABLE", token);
    expect(server.asked("/other")).toBe(0);
  });

  it("the issuer is unavailable when the connection breaks", async () => {
    server.answer("/userinfo", (request) => request.socket.destroy());
    const { user, token } = await signIn();
    await expectTicketError(user.fetchProfile(), "ISSUER_UNAVAILABLE", token);
  });

  it.each([
    ["before its response begins", false],
    ["in the middle of its response", true],
  ])("the issuer is unavailable when UserInfo exceeds the time-out %s", async (_, begins) => {
    const asked = new Promise<void>((resolve) => {
      server.answer("/userinfo", (_request, response) => {
        if (begins) response.writeHead(200, { "content-type": "application/json" }).write("{");
        resolve();
      });
    });
    const { user, token } = await signIn();
    const fetching = vi.spyOn(globalThis, "fetch");
    const waiting = expectTicketError(user.fetchProfile(), "ISSUER_UNAVAILABLE", token);
    await withTimeout(asked, "a request to UserInfo");
    // Fulfilled with the response headers; from here on the body is late.
    if (begins) await fetching.mock.results[0]?.value;
    clock.advance(4_999);
    expect(clock.pending).toBe(1);
    clock.advance(1);
    expect(String(((await waiting).cause as Error).cause)).toContain("5000 ms");
  });

  it("a caller that has gone does not wait for the profile", async () => {
    const asked = new Promise<void>((resolve) => server.answer("/userinfo", () => resolve()));
    const { user } = await signIn();
    const gone = new AbortController();
    const waiting = user.fetchProfile(gone.signal);
    await withTimeout(asked, "a request to UserInfo");
    gone.abort(new Error("the call was cancelled"));
    await expect(waiting).rejects.toThrow("the call was cancelled");
    await expect(user.fetchProfile(gone.signal)).rejects.toThrow("the call was cancelled");
    expect(server.asked("/userinfo")).toBe(1);
  });

  /** Signs in the given users of one pool. */
  async function signInMany(...subjects: string[]) {
    const keys = { jwks: { keys: [key.jwk] } };
    const { users } = createTestAuthenticator(
      [poolWith({ keys, userInfoUri: `${server.origin}/userinfo` })],
      clock,
    );
    return Promise.all(
      subjects.map(async (sub) => {
        const token = await sign(key, claimsWith({ sub }), { alg: "ES256", kid: "ES256" });
        return users.authenticate(bearer(token));
      }),
    );
  }
  const unavailable = (user: { fetchProfile(): Promise<unknown> } | undefined) =>
    expectTicketError(user?.fetchProfile() ?? Promise.resolve(), "ISSUER_UNAVAILABLE");

  it("fails at once, without a request, after the endpoint has failed for three users", async () => {
    const away: RequestListener = (_, response) => void response.writeHead(503).end();
    server.answer("/userinfo", away);
    const users = await signInMany("a", "b", "c", "d");
    for (const user of users.slice(0, 3)) await unavailable(user);
    for (const user of users) await unavailable(user);
    expect(server.asked("/userinfo")).toBe(3);
    clock.advance(1_000);
    for (const user of users) await unavailable(user);
    expect(server.asked("/userinfo")).toBe(6);
    clock.advance(1_999);
    await unavailable(users[3]);
    expect(server.asked("/userinfo")).toBe(6);
    clock.advance(1);
    server.answerJson("/userinfo", { sub: "d" });
    expect(await users[3]?.fetchProfile()).toMatchObject({ userId: "d" });
    server.answer("/userinfo", away);
    await unavailable(users[0]);
    await unavailable(users[1]);
    expect(server.asked("/userinfo")).toBe(9);
  });

  it("three callers at a time probe whether the endpoint is available again, and others do not wait", async () => {
    server.answer("/userinfo", (_, response) => void response.writeHead(503).end());
    const users = await signInMany("a", "b", "c", "d", "e");
    for (const user of users.slice(0, 3)) await unavailable(user);
    clock.advance(1_000);
    const silent: ServerResponse[] = [];
    server.answer("/userinfo", (_, response) => {
      if (silent.length < 3) silent.push(response);
      else response.writeHead(503).end();
    });
    const trials = users.slice(0, 3).map(unavailable);
    await unavailable(users[3]);
    await unavailable(users[4]);
    await vi.waitFor(() => expect(silent).toHaveLength(3));
    for (const response of silent) response.writeHead(503).end();
    await Promise.all(trials);
    expect(server.asked("/userinfo")).toBe(6);
  });

  it("repeated failures of one user do not affect other users", async () => {
    server.answer("/userinfo", (request, response) => {
      const token = decodeJwt(request.headers.authorization?.slice(7) ?? "");
      response.writeHead(token.sub === "odd" ? 500 : 200, { "content-type": "application/json" });
      response.end(JSON.stringify({ sub: token.sub }));
    });
    const [odd, other] = await signInMany("odd", "other");
    for (let times = 0; times < 10; times += 1) await unavailable(odd);
    expect(server.asked("/userinfo")).toBe(10);
    expect(await other?.fetchProfile()).toMatchObject({ userId: "other" });
  });

  it("aborted calls are not counted as failures of the endpoint", async () => {
    const users = await signInMany("a", "b", "c", "d");
    server.answer("/userinfo", () => {});
    for (const user of users.slice(0, 3)) {
      const before = server.asked("/userinfo");
      const gone = new AbortController();
      const waiting = user.fetchProfile(gone.signal);
      await vi.waitFor(() => expect(server.asked("/userinfo")).toBe(before + 1));
      gone.abort(new Error("gone"));
      await expect(waiting).rejects.toThrow("gone");
    }
    server.answerJson("/userinfo", { sub: "d" });
    expect(await users[3]?.fetchProfile()).toMatchObject({ userId: "d" });
  });
});
