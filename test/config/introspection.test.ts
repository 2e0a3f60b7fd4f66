import { describe, expect, test } from "vitest";
import { sha256 } from "../../src/domain/secrets.js";
import {
  app,
  collectPaths,
  contentWith,
  introspectionPoolWith,
  load,
  pool,
} from "../support/config_files.js";

const withPools = (...userPools: object[]) =>
  contentWith({ userPools, apps: [{ ...app, userPool: (userPools[0] as { id: string }).id }] });
const withIntrospection = (keys: object) => withPools(introspectionPoolWith(keys));
const at = (key: string) => `userPools[0].introspection.${key}`;

describe("the introspection endpoint of a pool", () => {
  test("replaces its keys and has safe defaults", () => {
    const [partners] = load(withIntrospection({})).userPools;
    expect(partners).toMatchObject({
      ...{ keys: undefined, algorithms: [] },
      introspection: {
        uri: "https://partners.example.com/introspect",
        ...{ clientId: "qrlogin", clientSecret: "hunter2", authMethod: "client_secret_basic" },
        ...{ requiredScopes: [], requireTokenType: true, cacheMaxAge: 60_000 },
      },
    });
  });

  test.each([
    { uri: "http://127.0.0.1:8000/introspect" },
    { authMethod: "client_secret_post" },
    { requiredScopes: ["sign-in", "urn:example:read!"] },
    { cacheMaxAge: "0s" },
    { cacheMaxAge: "5m" },
  ])("accepts the settings %j", (keys) => {
    expect(collectPaths(withIntrospection(keys))).toEqual([]);
  });

  test.each([
    ["uri", "http://partners.example.com/introspect"],
    ["uri", "https://user:password@partners.example.com/introspect"],
    ["uri", "https://{tenant}.example.com/introspect"],
    ["uri", undefined],
    ["clientId", ""],
    ["clientId", undefined],
    ["clientSecret", ""],
    ["clientSecret", undefined],
    ["authMethod", "private_key_jwt"],
    ["requiredScopes[0]", "two scopes"],
    ["requiredScopes[0]", ""],
    ["cacheMaxAge", "301s"],
    ["requireTokenType", "yes"],
  ])("rejects the value of %s: %j", (key, value) => {
    const keys = key === "requiredScopes[0]" ? { requiredScopes: [value] } : { [key]: value };
    expect(collectPaths(withIntrospection(keys))).toEqual([at(key)]);
  });

  test("cannot be combined with keys, or left out without keys", () => {
    expect(collectPaths(withPools({ ...introspectionPoolWith(), keys: pool.keys }))).toEqual([
      "userPools[0].introspection",
    ]);
    expect(collectPaths(withPools({ ...pool, keys: undefined }))).toEqual(["userPools[0].keys"]);
  });

  test("verifies no signature, so that algorithms are rejected", () => {
    expect(collectPaths(withPools({ ...introspectionPoolWith(), algorithms: ["ES256"] }))).toEqual([
      "userPools[0].algorithms",
    ]);
  });

  test("is possible for one pool only, since a token that is no JWT does not name its issuer", () => {
    const second = { ...introspectionPoolWith(), id: "second", issuer: "https://second.example.com" };
    expect(collectPaths(withPools(pool, introspectionPoolWith()))).toEqual([]);
    expect(collectPaths(withPools(introspectionPoolWith(), pool, second))).toEqual([
      "userPools[2].introspection",
    ]);
  });

  test("reports all problems together and quotes no secret", () => {
    const clientSecret = sha256("the secret");
    const content = withIntrospection({ uri: "nowhere", clientSecret: [clientSecret], cacheMaxAge: "1d" });
    expect(collectPaths(content)).toEqual([at("uri"), at("clientSecret"), at("cacheMaxAge")]);
    expect(() => load(content)).not.toThrow(clientSecret);
  });

  test("can be set by the environment, as a part of the list of pools", () => {
    const userPools = JSON.stringify([{ ...introspectionPoolWith(), id: "customers" }]);
    const { introspection } = load(contentWith({}), { QRLOGIN_USER_POOLS: userPools }).userPools[0] ?? {};
    expect(introspection?.clientSecret).toBe("hunter2");
  });
});
