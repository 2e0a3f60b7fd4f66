import { describe, expect, it } from "vitest";
import { discoveryCheck } from "../../src/doctor/checks/discovery.js";
import { issuerEndpointChecks } from "../../src/doctor/checks/issuer_endpoints.js";
import { keyCheck } from "../../src/doctor/checks/keys.js";
import { nameCheck } from "../../src/doctor/checks/names.js";
import { defaultUserTokens, newKey, poolWith, startIssuerServer } from "../auth/support.js";
import { app, load, pool as smallestPool } from "../support/config_files.js";
import { contextAhead, issuerForTest, linesOf } from "./support.js";

const key = await newKey("ES256", "current");
const keySet = JSON.stringify({ keys: [key.jwk] });

describe("the keys of a user pool", () => {
  /** Serves a response and returns the lines of the check. */
  async function checkResponse(
    status: number,
    headers: Record<string, string>,
    body: string,
    algorithms: readonly string[] = ["ES256"],
    context?: Parameters<typeof linesOf>[1],
  ) {
    const issuer = await issuerForTest();
    issuer.answer("/jwks?key=secret-in-the-query", (_, response) => {
      response.writeHead(status, headers).end(body);
    });
    const uri = `${issuer.origin}/jwks?key=secret-in-the-query`;
    const check = keyCheck(poolWith({ keys: { jwksUri: uri }, algorithms }), defaultUserTokens);
    const lines = await linesOf(check, context);
    expect(lines.join("\n")).not.toContain("secret-in-the-query");
    return lines.map((line) => line.replaceAll(issuer.origin, "ISSUER"));
  }
  const json = { "content-type": "application/json" };

  it("are described if the service can use them", async () => {
    expect(await checkResponse(200, json, keySet)).toEqual([
      'ok keys of customers: 1 of 1 usable: EC P-256, kid "current"',
      "ok clock of the issuer of customers: agrees with this machine's",
    ]);
  });

  it.each([
    [
      "a missing key set",
      ...([404, json, "{}"] as const),
      "failed keys of customers: ISSUER/jwks responds with status 404 | the path is wrong, or belongs to another " +
        "tenant or realm | set keys.jwksUri to jwks_uri of the issuer's discovery document",
    ],
    [
      "a redirect",
      ...([302, { location: "/elsewhere" }, ""] as const),
      "failed keys of customers: ISSUER/jwks responds with status 302 | redirects are not followed | set " +
        "keys.jwksUri to the address it leads to",
    ],
    [
      "a web page",
      ...([200, { "content-type": "text/html" }, "<!DOCTYPE html><title>private</title>"] as const),
      "failed keys of customers: there is no JSON Web Key Set | it is an HTML page (text/html) | set the address or " +
        "the file of the key set (RFC 7517), a JSON object with the list keys",
    ],
    [
      "a private key",
      ...([200, json, JSON.stringify({ keys: [{ ...key.jwk, d: "AAAA" }] })] as const),
      'failed keys of customers: none of its 1 keys is usable for the algorithms ES256 | EC P-256, kid "current": it ' +
        "is not a public key | let the issuer sign with an accepted algorithm, or add its algorithm to algorithms of " +
        "the pool",
    ],
  ])("are reported if there is %s instead", async (_, status, headers, body, line) => {
    expect((await checkResponse(status, headers, body))[0]).toBe(line);
  });

  it("are reported if none is for an algorithm of the pool, or if one is too short", async () => {
    const [line] = await checkResponse(200, json, keySet, ["RS256"]);
    expect(line).toContain("none of its 1 keys is usable for the algorithms RS256 | EC P-256");
    const short = { kty: "RSA", e: "AQAB", n: Buffer.alloc(128, 255).toString("base64url"), kid: "short" };
    const lines = await checkResponse(200, json, JSON.stringify({ keys: [key.jwk, short] }));
    expect(lines).toContainEqual(expect.stringContaining("it has 1024 bits; 2048 are needed"));
  });

  it("come with the skew of the issuer's clock", async () => {
    const [, line] = await checkResponse(200, json, keySet, ["ES256"], contextAhead(95_000));
    expect(line).toMatch(
      /^failed clock of the issuer of customers: this machine's clock is 9[45] s ahead of it; userTokens.clockTolerance is 30 s \| user tokens expire too early here/,
    );
    const [, behind] = await checkResponse(200, json, keySet, ["ES256"], contextAhead(-20_000));
    expect(behind).toMatch(/^warning .* is (19|20|21) s behind it/);
  });

  it("come with a warning if a cache delays new ones", async () => {
    const lines = await checkResponse(200, { ...json, age: "4000" }, keySet);
    expect(lines).toContainEqual(
      expect.stringContaining("a cache before the issuer responded with a copy that is 4000 s old"),
    );
  });

  it("are reported with the cause if nothing listens at the address", async () => {
    const closed = await startIssuerServer();
    await closed.close();
    const check = keyCheck(poolWith({ keys: { jwksUri: `${closed.origin}/jwks` } }), defaultUserTokens);
    expect(await linesOf(check)).toEqual([
      `failed keys of customers: cannot fetch ${closed.origin}/jwks | nothing listens at this address and port | ` +
        "check the address, and whether that server is running",
    ]);
  });

  it("are reported if https meets a port without TLS", async () => {
    const issuer = await issuerForTest();
    const uri = `${issuer.origin.replace("http:", "https:")}/jwks`;
    const [line] = await linesOf(keyCheck(poolWith({ keys: { jwksUri: uri } }), defaultUserTokens));
    expect(line).toContain("| the port does not speak TLS | use the port for TLS");
  });
});

describe("the discovery of an issuer", () => {
  async function checkMetadata(metadata: object, path = "/.well-known/openid-configuration") {
    const issuer = await issuerForTest();
    const { origin } = issuer;
    issuer.answerJson(path, { issuer: `${origin}/`, jwks_uri: `${origin}/jwks`, ...metadata });
    const check = discoveryCheck(poolWith({ issuer: `${origin}/`, keys: { jwksUri: `${origin}/jwks` } }));
    return (await linesOf(check)).map((line) => line.replaceAll(origin, "ISSUER"));
  }

  it("agrees with the pool, in either form", async () => {
    for (const name of ["openid-configuration", "oauth-authorization-server"]) {
      expect(await checkMetadata({}, `/.well-known/${name}`)).toEqual([
        `ok discovery of customers: ISSUER/.well-known/${name} agrees with the pool`,
      ]);
    }
  });

  it("shows another issuer, another address of the keys and other algorithms", async () => {
    const lines = await checkMetadata({
      issuer: "https://id.example.com",
      jwks_uri: "https://id.example.com/keys",
      id_token_signing_alg_values_supported: ["RS256"],
    });
    expect(lines).toEqual([
      'failed discovery of customers: the issuer calls itself "https://id.example.com", and the pool "ISSUER/" | ' +
        "tokens state the issuer's own spelling, and it is compared exactly | set issuer of the pool to the value of " +
        "the discovery document, including a trailing slash",
      'warning discovery of customers: keys.jwksUri differs from jwks_uri of the issuer, "https://id.example.com/keys" ' +
        "| use the published address, unless ISSUER/jwks is a proxy of your own",
      'failed discovery of customers: the issuer signs ID tokens with "RS256" | the pool accepts ES256 | add an ' +
        "algorithm of the issuer to algorithms of the pool, or let the issuer use one of the pool's",
    ]);
  });

  it("is skipped if the issuer publishes none", async () => {
    expect(await checkMetadata({}, "/elsewhere")).toEqual([
      "skipped discovery of customers: the issuer publishes no discovery document",
    ]);
    expect(await linesOf(discoveryCheck(poolWith({ issuer: "urn:example:id" })))).toEqual([
      "skipped discovery of customers: the issuer is no URL that may be fetched",
    ]);
  });

  it("leaves the names of issuers to the proxy, whose own name it looks up", async () => {
    const config = load({
      userPools: [smallestPool],
      apps: [app],
      outgoing: { proxy: "http://user:secret@proxy.example.com:3128" },
    });
    const check = nameCheck(config, async () => [{ family: 4 }]);
    expect(await linesOf(check)).toEqual(["ok name proxy.example.com: 1 IPv4 and 0 IPv6 addresses"]);
  });
});

describe("the endpoints of an issuer", () => {
  const introspection = {
    clientId: "qrlogin",
    clientSecret: "the client's secret",
    authMethod: "client_secret_basic",
    requiredScopes: [],
    requireTokenType: true,
    cacheMaxAge: 60_000,
  } as const;

  async function checkEndpoint(path: "/userinfo" | "/introspect", status: number, body: object) {
    const issuer = await issuerForTest();
    issuer.answer(path, (_, response) => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
    const uri = `${issuer.origin}${path}`;
    const pool =
      path === "/userinfo"
        ? poolWith({ userInfoUri: uri })
        : poolWith({ keys: undefined, introspection: { ...introspection, uri } });
    const [check] = issuerEndpointChecks(pool);
    if (!check) throw new Error("there is no check");
    const [line = ""] = await linesOf(check);
    expect(line).not.toContain(introspection.clientSecret);
    return line.replaceAll(issuer.origin, "ISSUER");
  }

  it.each([
    [401, "ok UserInfo of customers: ISSUER/userinfo rejects a request without a token (401)"],
    [
      404,
      "failed UserInfo of customers: ISSUER/userinfo responds with status 404 to a request without a token; 401 is " +
        "expected | set userInfoUri to userinfo_endpoint of the issuer's discovery document",
    ],
    [
      503,
      "warning UserInfo of customers: ISSUER/userinfo responds with status 503 to a request without a token; 401 is expected",
    ],
  ])("are checked without a token: UserInfo that responds with %d", async (status, line) => {
    expect(await checkEndpoint("/userinfo", status, {})).toBe(line);
  });

  it.each([
    [
      ...([200, { active: false }] as const),
      "ok introspection of customers: ISSUER/introspect accepts the client and rejects an unknown token",
    ],
    [
      ...([401, {}] as const),
      "failed introspection of customers: ISSUER/introspect cannot be used | The introspection endpoint responded " +
        "with status 401: it rejects clientId and clientSecret, or the authMethod. | check clientId, clientSecret and " +
        "authMethod of introspection at the issuer",
    ],
    [
      ...([200, { active: true }] as const),
      "failed introspection of customers: ISSUER/introspect calls a token active that nobody has issued | it is a " +
        "stand-in, or another endpoint | set introspection.uri to introspection_endpoint of the issuer's discovery document",
    ],
  ])(
    "are asked about an unknown token: introspection that responds with %d %o",
    async (status, body, line) => {
      expect(await checkEndpoint("/introspect", status, body)).toBe(line);
    },
  );
});

describe("host names", () => {
  it("are looked up, and an unknown one is reported with the setting that names it", async () => {
    const config = load({
      userPools: [{ ...smallestPool, userInfoUri: "https://users.example.com/me" }],
      apps: [app],
      store: { redis: { url: "redis://127.0.0.1:6379" } },
    });
    const check = nameCheck(config, async (name) => {
      if (name === "id.example.com") return [{ family: 4 }, { family: 6 }];
      throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: "ENOTFOUND" });
    });
    expect(await linesOf(check)).toEqual([
      "ok name id.example.com: 1 IPv4 and 1 IPv6 addresses",
      expect.stringMatching(
        /^failed name users\.example\.com: cannot be resolved; it is the host in userPools\[0\]\.userInfoUri \| the name has no address \| check the spelling/,
      ),
    ]);
  });
});
