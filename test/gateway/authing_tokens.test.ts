import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { exportJWK, type JSONWebKeySet, SignJWT } from "jose";
import { beforeEach, describe, expect, it } from "vitest";
import { createAppRegistry } from "../../src/gateway/access/app_registry.js";
import { createServiceTokens } from "../../src/gateway/authing/oidc/service_tokens.js";
import { createSigningKeyCache } from "../../src/gateway/tickets/signing_key_cache.js";
import { createManualClock } from "../support/clock.js";
import { tokenIssuer } from "../support/server.js";
import { signToken } from "../support/tokens.js";
import { appHeader } from "./authing_calls.js";
import { introspect, me, profile } from "./authing_oidc_calls.js";
import { browser, clock, restartGateway, restartService, setUpGateway } from "./setup.js";

setUpGateway();

describe("what counts as a token of the service", () => {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const pem = privateKey.export({ format: "pem", type: "pkcs8" }).toString();
  let kid: string;

  beforeEach(async () => {
    await restartService({ tokenIssuer: { ...tokenIssuer, keys: [{ pem }] } });
    kid = String(
      ((await browser.get("/.well-known/jwks.json")).json as unknown as JSONWebKeySet).keys[0]?.kid,
    );
  });

  async function sign(
    claims: Record<string, unknown> = {},
    header: Record<string, unknown> = {},
    key: KeyObject | Uint8Array = privateKey,
  ): Promise<string> {
    const now = Math.floor(clock.wallNow() / 1_000);
    const payload = { iss: tokenIssuer.issuer, sub: "u", aud: "shop", client_id: "shop", iat: now };
    return new SignJWT({ ...payload, exp: now + 60, ...claims })
      .setProtectedHeader({ alg: "ES256", kid, typ: "at+jwt", ...header })
      .sign(key);
  }

  it("a token with the key, the issuer, the audience and the type of the service is accepted", async () => {
    expect(await me(await sign())).toMatchObject({ status: 200, json: { sub: "u" } });
    expect((await introspect(await sign())).json).toMatchObject({ active: true });
  });

  it("a token is rejected for any other key, algorithm, issuer, audience or type", async () => {
    const other = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
    const publicPem = createPublicKey(createPrivateKey(pem)).export({ format: "pem", type: "spki" });
    const jwk = await exportJWK(createPublicKey(createPrivateKey(pem)));
    const unsigned = [
      { alg: "none", typ: "at+jwt" },
      { iss: tokenIssuer.issuer, sub: "u", aud: "shop" },
    ]
      .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
      .join(".");
    const tokens = [
      await sign({}, {}, other),
      await sign({}, { kid: "another" }),
      await sign({}, { kid: "another", jwk: await exportJWK(createPublicKey(other)) }, other),
      await sign({}, { alg: "HS256" }, Buffer.from(String(publicPem))),
      await sign({}, { alg: "HS256" }, Buffer.from(JSON.stringify(jwk))),
      `${unsigned}.`,
      await sign({ iss: "https://customers.example.com/" }),
      await sign({ iss: undefined }),
      await sign({ aud: "an-app-of-another-gateway" }),
      await sign({ aud: ["shop", "an-app-of-another-gateway"] }),
      await sign({ aud: undefined }),
      await sign({ sub: undefined }),
      await sign({ exp: undefined }),
      await sign({}, { typ: "JWT" }),
      await sign({}, { typ: undefined }),
      await sign({}, { typ: "logout+jwt" }),
      await signToken("alice"),
    ];
    for (const [index, token] of tokens.entries()) {
      expect({ index, ...(await me(token)) }).toMatchObject({ index, status: 401 });
      expect({ index, ...(await introspect(token)) }).toMatchObject({ index, text: '{"active":false}' });
      expect({ index, ...(await profile(token, {})) }).toMatchObject({ index, apiCode: 2020 });
    }
  });

  it("a token for another app than the one that the request names is rejected", async () => {
    const token = await sign({ aud: "blog", client_id: "blog" });
    expect((await me(token)).status).toBe(200);
    expect((await me(token, appHeader("shop"))).status).toBe(401);
    expect((await profile(token, appHeader("shop"))).apiCode).toBe(2020);
    expect((await profile(token, appHeader("blog"))).code).toBe(200);
  });

  it("a token expires when both time lines have passed its expiry", async () => {
    const token = await sign();
    clock.adjust(3_600_000);
    expect((await me(token)).status).toBe(200);
    clock.advance(61_000);
    expect(await me(token)).toMatchObject({ status: 401, json: { error: "invalid_token" } });
  });

  it("a page of another origin may read a token of an app that lists the origin, and of no other", async () => {
    const origin = "https://shop.example.com";
    await restartGateway({ appOptions: { shop: { origins: [origin] } } });
    const allowed = await me(await sign(), { origin });
    expect(allowed).toMatchObject({ status: 200 });
    expect(allowed.headers["access-control-allow-origin"]).toBe(origin);
    const token = await sign({ aud: "blog" });
    expect(await me(token, { origin })).toMatchObject({ status: 403, json: { error: "access_denied" } });
    expect(await profile(token, { origin })).toMatchObject({ http: 403, apiCode: 403 });
    const checked = await browser.get(`/api/v2/oidc/validate_token?access_token=${token}`, { origin });
    expect(checked).toMatchObject({ status: 403, json: { code: 403 } });
    expect((await me(await sign(), { origin: "https://evil.example.com" })).status).toBe(403);
  });
});

describe("the keys of the service", () => {
  const newKey = () => generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;

  /** Creates a verifier whose service has the keys of `service.keys`, by kid, and counts its calls. */
  function serviceWithKeys() {
    const clock = createManualClock();
    const service = { keys: { one: newKey() } as Record<string, KeyObject>, calls: 0, isAway: false };
    const getSigningKeys = async () => {
      service.calls++;
      if (service.isAway) throw new Error("the service is away");
      const jwks = Object.entries(service.keys).map(async ([kid, key]) => ({
        ...{ kid, alg: "ES256" },
        ...(await exportJWK(createPublicKey(key))),
      }));
      return { issuer: tokenIssuer.issuer, jwks: JSON.stringify({ keys: await Promise.all(jwks) }) };
    };
    const apps = createAppRegistry([{ id: "shop", secret: "s" }]);
    const tokens = createServiceTokens(apps, createSigningKeyCache({ getSigningKeys }, clock), clock);
    const verify = async (kid: string, key: KeyObject) => {
      const now = Math.floor(clock.wallNow() / 1_000);
      const token = await new SignJWT({
        iss: tokenIssuer.issuer,
        sub: "u",
        aud: "shop",
        iat: now,
        exp: now + 60,
      })
        .setProtectedHeader({ alg: "ES256", typ: "at+jwt", kid })
        .sign(key);
      return tokens.verify(token, "access");
    };
    return { clock, service, verify };
  }

  it("a key that the service has only since its restart is requested", async () => {
    const { clock, service, verify } = serviceWithKeys();
    const { one } = service.keys;
    if (!one) throw new Error("there is no key");
    await verify("one", one);
    const two = newKey();
    service.keys = { two };
    clock.advance(10_000);
    expect(await verify("two", two)).toMatchObject({ claims: { sub: "u" } });
    await expect(verify("one", one)).rejects.toMatchObject({ reason: "USER_UNAUTHENTICATED" });
  });

  it("tokens with unknown keys cause at most one call of the service in ten seconds", async () => {
    const { clock, service, verify } = serviceWithKeys();
    const unknown = newKey();
    const reject = async (times: number) => {
      for (let call = 0; call < times; call++)
        await expect(verify(`unknown-${call}`, unknown)).rejects.toMatchObject({ status: 401 });
    };
    await reject(20);
    expect(service.calls).toBe(1);
    clock.advance(10_000);
    await reject(20);
    expect(service.calls).toBe(2);
  });

  it("a service that is away does not make a token invalid", async () => {
    const { service, verify } = serviceWithKeys();
    service.isAway = true;
    await expect(verify("one", newKey())).rejects.toThrow("the service is away");
  });
});
