import { createLocalJWKSet, decodeJwt, type JSONWebKeySet, jwtVerify } from "jose";
import { describe, expect, it } from "vitest";
import { appSecrets, tokenIssuer } from "../support/server.js";
import { basicOf, call, v2, v3 } from "./authing_calls.js";
import { bearer, check, form, introspect, me, profile, signIn } from "./authing_oidc_calls.js";
import type { TestResponse } from "./http.js";
import {
  aliceToken,
  browser,
  clock,
  gateway,
  restartGateway,
  restartService,
  setUpGateway,
} from "./setup.js";

setUpGateway();

const withProfile = { tokenIssuer: { ...tokenIssuer, profileInAccessToken: true } };

describe("/oidc/me", () => {
  it("/oidc/me returns the subject of an access token, and nothing about the token itself", async () => {
    const answer = await me((await signIn()).access_token);
    expect(answer).toMatchObject({ status: 200, json: { sub: "subject-of-alice" } });
    expect(Object.keys(answer.json)).toEqual(["sub"]);
    expect(answer.headers["cache-control"]).toBe("no-store");
  });

  it("/oidc/me returns the user's claims if the access token has them", async () => {
    await restartService(withProfile);
    expect((await me((await signIn()).access_token)).json).toEqual({
      sub: "subject-of-alice",
      nickname: "alice-nick",
      name: expect.any(String),
      picture: "https://img.example.com/alice.png",
      email: "alice@mail.example.com",
      email_verified: expect.any(Boolean),
      phone_number: expect.any(String),
      phone_number_verified: expect.any(Boolean),
      department: { name: "department-of-alice", floors: [1, 2] },
    });
  });

  it("/oidc/me takes the token in every place in which an SDK sends it", async () => {
    const { access_token } = await signIn();
    const requests: readonly (() => Promise<TestResponse>)[] = [
      () => browser.get(`/oidc/me?access_token=${access_token}`),
      () => browser.get(`/oidc/me/?access_token=${access_token}`),
      // A host with the app's secret in it.
      () => browser.get(`/oidc/me?access_token=${access_token}`, basicOf("shop")),
      () => browser.get("/oidc/me", { authorization: access_token }),
      () => form({ access_token }, {}, "/oidc/me"),
      () => form({}, bearer(access_token), "/oidc/me"),
      () => browser.ask("/oidc/me", { method: "POST", headers: bearer(access_token) }),
      () => browser.ask(`/oidc/me?access_token=${access_token}`, { method: "POST" }),
    ];
    for (const request of requests) {
      expect(await request()).toMatchObject({ status: 200, json: { sub: "subject-of-alice" } });
    }
  });

  it("/oidc/me rejects a request without a token, and one with two different tokens", async () => {
    const { access_token } = await signIn();
    const none = await browser.get("/oidc/me");
    expect(none).toMatchObject({ status: 401, json: { error: "invalid_token" } });
    expect(none.headers["www-authenticate"]).toBe("Bearer");
    const two = await browser.get("/oidc/me?access_token=other", bearer(access_token));
    expect(two).toMatchObject({ status: 400, json: { error: "invalid_request" } });
    const twice = await form({}, { ...bearer(access_token) }, `/oidc/me?access_token=a&access_token=b`);
    expect(twice).toMatchObject({ status: 400, json: { error: "invalid_request" } });
  });
});

describe("V3 get-profile", () => {
  it("get-profile returns what the access token states, in the form of V3", async () => {
    await restartService({
      ...withProfile,
      pool: { additionalClaims: ["department", "preferred_username"] },
    });
    const answer = await profile((await signIn()).access_token);
    expect(answer).toMatchObject({ http: 200, code: 200, apiCode: undefined });
    expect(answer.data).toMatchObject({
      userId: "subject-of-alice",
      nickname: "alice-nick",
      photo: "https://img.example.com/alice.png",
      email: "alice@mail.example.com",
      emailVerified: expect.any(Boolean),
      customData: { department: { name: "department-of-alice", floors: [1, 2] } },
    });
    for (const unknown of ["createdAt", "status", "gender", "iss", "exp", "sub"]) {
      expect(answer.data).not.toHaveProperty(unknown);
    }
  });

  it("get-profile returns the user id alone if the access token has no profile", async () => {
    const { data } = await profile((await signIn()).access_token);
    expect(data).toEqual({
      userId: "subject-of-alice",
      emailVerified: false,
      phoneVerified: false,
      customData: {},
    });
  });

  it("get-profile rejects a token in the envelope: none, expired, and of the phone", async () => {
    const { access_token } = await signIn();
    expect(await profile("x.y.z")).toMatchObject({ http: 200, code: 401, apiCode: 2020, data: null });
    expect(await profile(aliceToken)).toMatchObject({ http: 200, code: 401, apiCode: 2020 });
    clock.advance(3_600_001);
    expect(await profile(access_token)).toMatchObject({ http: 200, code: 401, apiCode: 2206 });
  });
});

describe("V3 check-app-id-secret", () => {
  const checkSecret = (appId: unknown, appSecret: unknown) =>
    call(`${v3}/check-app-id-secret`, { appId, appSecret });

  it("check-app-id-secret says whether the id and the secret are those of an app", async () => {
    expect(await checkSecret("shop", appSecrets.shop)).toMatchObject({
      http: 200,
      code: 200,
      data: { valid: true },
    });
    const wrong = await checkSecret("shop", appSecrets.blog);
    expect(wrong).toMatchObject({
      http: 200,
      code: 200,
      data: { valid: false, message: expect.any(String) },
    });
    // An unknown app and a wrong secret have the same answer.
    expect((await checkSecret("nobody", appSecrets.shop)).data).toEqual(wrong.data);
  });

  it.each([
    ["without a secret", "shop", undefined],
    ["with an empty id", "", "x"],
    ["with a number as its id", 1, "x"],
    ["with a secret of more than 1,024 characters", "shop", "x".repeat(1_025)],
  ])("check-app-id-secret rejects a request %s", async (_what, id, secret) => {
    expect(await checkSecret(id, secret)).toMatchObject({ http: 200, code: 400, apiCode: 400 });
  });

  it("secrets can be tested no faster than the gateway's limit for calls, and neither can tokens", async () => {
    await restartGateway({ limits: { callsPerMinute: 2 } });
    await checkSecret("shop", "wrong");
    await introspect("x.y.z");
    expect(await checkSecret("shop", appSecrets.shop)).toMatchObject({ http: 200, code: 429, apiCode: 429 });
    const limited = await introspect("x.y.z");
    expect(limited).toMatchObject({ status: 429, json: { error: "temporarily_unavailable" } });
    expect(Number(limited.headers["retry-after"])).toBeGreaterThan(0);
    expect((await check("id_token=x.y.z")).status).toBe(429);
    expect((await me("x.y.z")).status).toBe(429);
    expect(await call("/api/v2/users/me", undefined, bearer("x.y.z"))).toMatchObject({ code: 429 });
    const graphql = await browser.post("/graphql/v2", { query: "query user { user { id } }" });
    expect(graphql.json).toMatchObject({ errors: [{ message: { code: 429 } }] });
    const status = await browser.post("/api/v2/users/login/check-status", { token: "x.y.z" });
    expect(status.json).toMatchObject({ code: 429 });
  });

  it("no secret and no token of these calls reaches the log", async () => {
    const { access_token, id_token } = await signIn();
    await checkSecret("shop", "a-wrong-secret-to-look-for");
    await form({ token: access_token, client_id: "shop", client_secret: "another-wrong-secret" });
    await browser.get(`/oidc/me/?access_token=${access_token}`);
    await me(id_token);
    await check(`id_token=${id_token}`);
    await profile(access_token);
    for (const secret of ["a-wrong-secret", "another-wrong", appSecrets.shop, access_token, id_token])
      expect(gateway.logText()).not.toContain(secret);
  });
});

describe("token introspection", () => {
  it("the introspection describes an access token to the app that it was signed for", async () => {
    const { access_token } = await signIn();
    const { iat, exp, jti } = decodeJwt(access_token);
    const expected = {
      active: true,
      token_type: "Bearer",
      sub: "subject-of-alice",
      iss: tokenIssuer.issuer,
      aud: "shop",
      client_id: "shop",
      ...{ iat, exp, jti },
    };
    expect((await introspect(access_token)).json).toEqual(expected);
    const post = { client_id: "shop", client_secret: appSecrets.shop };
    expect((await form({ token: access_token, token_type_hint: "x", ...post })).json).toEqual(expected);
    const json = await browser.post("/oidc/token/introspection", { token: access_token, ...post });
    expect(json.json).toEqual(expected);
  });

  it("the introspection has one answer for every token that is not an access token of the app", async () => {
    const { access_token, id_token } = await signIn();
    const inactive = [
      await introspect(access_token, "blog"),
      await introspect(id_token),
      await introspect(aliceToken),
      await introspect("nonsense"),
    ];
    clock.advance(3_600_001);
    inactive.push(await introspect(access_token));
    for (const answer of inactive) expect(answer).toMatchObject({ status: 200, text: '{"active":false}' });
  });

  it.each([
    ["no credential", {}, {}],
    ["the id alone", { client_id: "shop" }, {}],
    ["a wrong secret", {}, basicOf("shop", "wrong")],
    ["the secret of another app", {}, basicOf("shop", appSecrets.blog)],
    ["an app that is not configured", {}, { authorization: `Basic ${btoa("nobody:x")}` }],
    ["a user's token", {}, bearer("a.b.c")],
  ])("the introspection rejects %s, whatever the token", async (_what, fields, headers) => {
    const { access_token } = await signIn();
    for (const token of [access_token, "nonsense"]) {
      const answer = await form({ token, ...fields }, headers);
      expect(answer).toMatchObject({ status: 401, json: { error: "invalid_client" } });
      expect(answer.headers["www-authenticate"]).toContain("Basic");
    }
  });

  it("the introspection rejects a request without a token, and a parameter that is given twice", async () => {
    expect((await form({}, basicOf("shop"))).json).toMatchObject({ error: "invalid_request" });
    const headers = { "content-type": "application/x-www-form-urlencoded", ...basicOf("shop") };
    const twice = { method: "POST", headers, body: "token=a&token=b" };
    expect(await browser.ask("/oidc/token/introspection", twice)).toMatchObject({ status: 400 });
  });
});

describe("the V2 token check", () => {
  it("validate_token returns the claims of a token of the kind that its parameter names", async () => {
    const { access_token, id_token } = await signIn();
    expect((await check(`id_token=${id_token}`)).json).toEqual(decodeJwt(id_token));
    expect((await check(`access_token=${access_token}`)).json).toEqual(decodeJwt(access_token));
  });

  it("validate_token rejects any other token with an HTTP status at which the SDKs fail", async () => {
    const { access_token, id_token } = await signIn();
    const wrong = [`id_token=${access_token}`, `access_token=${id_token}`, `id_token=${aliceToken}`];
    for (const query of wrong)
      expect(await check(query)).toMatchObject({ status: 401, json: { code: 2020, data: null } });
    for (const query of ["", `id_token=${id_token}&access_token=${access_token}`])
      expect(await check(query)).toMatchObject({ status: 400, json: { code: 400 } });
    clock.advance(3_600_001);
    expect(await check(`id_token=${id_token}`)).toMatchObject({ status: 401, json: { code: 2206 } });
  });
});

describe("a service that signs no tokens", () => {
  it("the token routes say so, and the issuer is not described", async () => {
    await restartService({ tokenIssuer: false });
    expect(await me("x.y.z")).toMatchObject({ status: 501, json: { error: "server_error" } });
    expect((await introspect("x.y.z")).status).toBe(501);
    expect(await profile("x.y.z")).toMatchObject({ http: 200, code: 501, apiCode: 9008 });
    expect(await check("id_token=x")).toMatchObject({ status: 501, json: { code: 9008 } });
    expect((await browser.get("/.well-known/openid-configuration")).status).toBe(404);
    expect((await browser.get("/oidc/.well-known/openid-configuration")).status).toBe(404);
    expect((await browser.get("/oidc/.well-known/jwks.json")).json).toEqual({ keys: [] });
  });
});

describe("the description of the issuer", () => {
  it.each(["", "/oidc"])(
    "%s/.well-known describes what the gateway serves, and nothing else",
    async (base) => {
      const { json } = await browser.get(`${base}/.well-known/openid-configuration`);
      expect(json).toEqual({
        issuer: tokenIssuer.issuer,
        jwks_uri: `${gateway.url}/.well-known/jwks.json`,
        userinfo_endpoint: `${gateway.url}/oidc/me`,
        introspection_endpoint: `${gateway.url}/oidc/token/introspection`,
        introspection_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"],
        id_token_signing_alg_values_supported: ["ES256"],
        subject_types_supported: ["public"],
        response_types_supported: [],
        grant_types_supported: [],
      });
      const jwks = (await browser.get(`${base}/.well-known/jwks.json`)).json as unknown as JSONWebKeySet;
      const options = { issuer: String(json.issuer), audience: "shop", currentDate: new Date(clock.now()) };
      await jwtVerify((await signIn()).id_token, createLocalJWKSet(jwks), options);
    },
  );

  it("the description rejects a header Host that no URL can have", async () => {
    const answer = await browser.get("/.well-known/openid-configuration", { host: "a b" });
    expect(answer.status).toBe(400);
  });
});

describe("what is not served", () => {
  it("refreshing and revoking a token are refused in the form of OAuth", async () => {
    const refresh = await form(
      { grant_type: "refresh_token", refresh_token: "x" },
      basicOf("shop"),
      "/oidc/token",
    );
    expect(refresh).toMatchObject({ status: 400, json: { error: "unsupported_grant_type" } });
    const revocation = await form({ token: "x" }, basicOf("shop"), "/oidc/token/revocation");
    expect(revocation).toMatchObject({ status: 400, json: { error: "unsupported_token_type" } });
  });

  it("an unknown path of V3 has the envelope of V3 at a standalone gateway", async () => {
    for (const body of [undefined, {}]) {
      const answer = await call(`${v3}/list-users`, body);
      expect(answer).toMatchObject({ http: 404, code: 404, apiCode: 404, data: null });
    }
    expect((await call(`${v2}/unknown`)).http).toBe(404);
  });

  it("without the Authing API, none of its routes is there", async () => {
    await restartGateway({ authingApi: false });
    for (const path of [
      "/oidc/me",
      "/oidc/.well-known/jwks.json",
      `${v3}/get-profile`,
      "/api/v2/oidc/validate_token",
    ]) {
      const answer = await browser.get(path);
      expect(answer).toMatchObject({ status: 404, json: { reason: "ROUTE_NOT_FOUND" } });
    }
  });
});
