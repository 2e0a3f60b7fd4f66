import { AuthenticationClient } from "authing-js-sdk";
import { describe, expect, it } from "vitest";
import { call } from "./authing_calls.js";
import { bearer, signIn } from "./authing_oidc_calls.js";
import type { Headers } from "./browser.js";
import { aliceToken, browser, clock, gateway, restartService, setUpGateway } from "./setup.js";

setUpGateway({ gateway: { appOptions: { blog: { origins: ["https://blog.example.com"] } } } });

const me = (headers: Headers = {}) => call("/api/v2/users/me", undefined, headers);
const checkStatus = (token: unknown) => browser.post("/api/v2/users/login/check-status", { token });
const graphql = (body: unknown, headers: Headers = {}) => browser.post("/graphql/v2", body, headers);

const alice = {
  id: "subject-of-alice",
  userPoolId: "customers",
  nickname: "alice-nick",
  name: "alice Full-Name",
  photo: "https://img.example.com/alice.png",
  email: "alice@mail.example.com",
  emailVerified: true,
  phone: "+351 210 000 000",
  phoneVerified: true,
};

describe("the current user of the SDKs", () => {
  it("users/me returns what the ID token states, with the token, and nothing that is not known", async () => {
    const { id_token: token } = await signIn();
    // Guard sends the token alone, other callers after "Bearer".
    const forms: Headers[] = [{ authorization: token }, bearer(token)];
    for (const headers of forms) {
      const { http, code, data } = await me(headers);
      expect([http, code]).toEqual([200, 200]);
      const { tokenExpiredAt, customData, ...user } = data;
      expect(user).toEqual({ ...alice, token });
      expect(Date.parse(String(tokenExpiredAt))).toBeGreaterThan(clock.wallNow());
      expect(customData).toEqual({ department: { name: "department-of-alice", floors: [1, 2] } });
    }
  });

  it("users/me, check-status and GraphQL reject all but an ID token of the service that has not expired", async () => {
    const { id_token, access_token } = await signIn();
    const [header, payload, signature = ""] = id_token.split(".");
    const changed = `${header}.${payload}.${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`;
    async function expectCode(token: string, code: number): Promise<void> {
      expect(await me(bearer(token))).toMatchObject({ http: 200, code, data: null });
      expect((await checkStatus(token)).json).toMatchObject({ code, data: null });
      const answer = await graphql({ query: "query user { user { id } }" }, bearer(token));
      expect(answer.json).toMatchObject({ errors: [{ message: { code, message: expect.any(String) } }] });
      expect(answer.text).not.toContain("alice");
    }
    expect(await me()).toMatchObject({ http: 200, code: 2020 });
    for (const token of [access_token, aliceToken, changed, "x"]) await expectCode(token, 2020);
    clock.advance(3_600_000);
    await expectCode(id_token, 2206);
  });

  it("users/me rejects a token of another app than the request names, and a page that its app does not list", async () => {
    const { id_token } = await signIn("shop");
    expect(await me({ ...bearer(id_token), "x-authing-app-id": "blog" })).toMatchObject({ code: 2020 });
    const pageOfBlog = { origin: "https://blog.example.com", "sec-fetch-site": "cross-site" };
    expect(await me({ ...bearer(id_token), ...pageOfBlog })).toMatchObject({ http: 403, code: 403 });
    expect(await me({ ...bearer((await signIn("blog")).id_token), ...pageOfBlog })).toMatchObject({
      code: 200,
    });
  });

  it("check-status reports a valid token, as Guard reads it", async () => {
    const { id_token } = await signIn();
    expect((await checkStatus(id_token)).json).toEqual({
      code: 200,
      message: expect.any(String),
      status: true,
      iat: expect.any(Number),
      exp: expect.any(Number),
      data: { id: "subject-of-alice", userPoolId: "customers" },
    });
    expect((await checkStatus(7)).json).toMatchObject({ code: 400 });
  });

  it("the V2 SDK gets the current user and the status of the token", async () => {
    const { id_token: token } = await signIn();
    const client = new AuthenticationClient({ appId: "shop", appHost: gateway.url });
    expect(await client.getCurrentUser()).toBeNull();
    client.setToken(token);
    const department = { name: "department-of-alice", floors: [1, 2] };
    expect(await client.getCurrentUser()).toMatchObject({ ...alice, token, customData: { department } });
    // The SDK keeps the token of the user that it received.
    expect(await client.checkLoginStatus()).toMatchObject({ code: 200, status: true });
    expect(await client.checkLoginStatus(token)).toMatchObject({ data: { id: "subject-of-alice" } });
  });

  it("a logout succeeds, because there is no session to end", async () => {
    expect(await call("/api/v2/logout?app_id=shop")).toMatchObject({ http: 200, code: 200 });
    const client = new AuthenticationClient({ appId: "shop", appHost: gateway.url });
    client.setToken("a.b.c");
    await client.logout();
    expect(client.tokenProvider.getToken()).toBeNull();
  });

  it.each([
    ["another query", { query: "query users { users { id } }" }],
    ["another user", { query: "query user($id: String) { user(id: $id) { id } }", variables: { id: "bob" } }],
    ["a mutation", { query: "mutation user { user { id } }" }],
    ["two queries in disguise", { query: "# query user\nquery users { users { id } }" }],
  ])("GraphQL answers %s with an error", async (_name, body) => {
    const { id_token } = await signIn();
    const answer = await graphql(body, bearer(id_token));
    expect(answer.status).toBe(404);
    expect(answer.json).toMatchObject({ errors: [{ message: { code: 404 } }] });
  });

  it("there is no current user at a service that signs no tokens", async () => {
    await restartService({ tokenIssuer: false });
    expect(await me(bearer("x.y.z"))).toMatchObject({ http: 200, code: 9008 });
  });
});
