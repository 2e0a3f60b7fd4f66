import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { describe, expect, test } from "vitest";
import { developmentIssuer, developmentKey } from "../../src/config/development_key.js";
import {
  collectPaths,
  collectProblems,
  contentWith,
  load,
  pool,
  signingKeyFile,
  temporaryFile,
  tokenIssuerWith,
} from "../support/config_files.js";

const issuerWith = (keys: object) => contentWith({ tokenIssuer: tokenIssuerWith(keys) });
const newKey = () => generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
const newRsaKey = (modulusLength: number) => generateKeyPairSync("rsa", { modulusLength }).privateKey;

test("there is no token issuer by default", () => {
  expect(load(contentWith({})).tokenIssuer).toBeUndefined();
});

test("a token issuer needs only an issuer and a key", () => {
  const tokenIssuer = tokenIssuerWith();
  expect(load(contentWith({ tokenIssuer })).tokenIssuer).toEqual({
    ...tokenIssuer,
    tokenTtl: 3_600_000,
    profileInAccessToken: false,
  });
});

test.each([
  ["issuer", { issuer: undefined }],
  ["keys", { keys: [] }],
  ["keys", { keys: undefined }],
  ["keys[0].file", { keys: [{ file: "" }] }],
  ["keys[0].generated", { keys: [{ file: "token.pem", generated: true }] }],
  ["tokenTtl", { tokenTtl: "59s" }],
  ["tokenTtl", { tokenTtl: "25h" }],
])("tokenIssuer.%s has limits: %j", (path, keys) => {
  expect(collectPaths(issuerWith(keys))).toContain(`tokenIssuer.${path}`);
});

describe("the issuer", () => {
  test.each(["https://qr.example.com", "https://qr.example.com/", "https://example.com:8443/qr"])(
    "the token issuer may be %s",
    (issuer) => {
      expect(load(issuerWith({ issuer })).tokenIssuer?.issuer).toBe(issuer);
    },
  );

  test.each([
    "http://qr.example.com",
    "http://127.0.0.1",
    "https://qr.example.com?",
    "https://qr.example.com/?a=b",
    "https://qr.example.com/#a",
    "https://user@qr.example.com",
    " https://qr.example.com",
    "https://qr.example.com/a b",
    "https://",
    "qr.example.com",
    "",
    developmentIssuer,
    "urn:qrlogin:development:tokens",
  ])("the token issuer cannot be %j", (issuer) => {
    expect(collectPaths(issuerWith({ issuer }))).toEqual(["tokenIssuer.issuer"]);
  });

  test("the token issuer cannot be the issuer of a user pool", () => {
    const tokenIssuer = tokenIssuerWith({ issuer: pool.issuer });
    const [problem, ...more] = collectProblems(() => load(contentWith({ tokenIssuer })));
    expect(more).toEqual([]);
    expect(problem?.path).toBe("userPools[0].issuer");
    expect(problem?.message).toContain("tokenIssuer.issuer");
  });
});

describe("a signing key", () => {
  const withFiles = (...files: string[]) => issuerWith({ keys: files.map((file) => ({ file })) });
  const pem = (key: KeyObject, type: "pkcs8" | "sec1" | "pkcs1" = "pkcs8") =>
    key.export({ format: "pem", type }).toString();

  test("a signing key may be EC P-256 or RSA of 2048 bits, and there may be several", () => {
    const files = [signingKeyFile(), signingKeyFile(newRsaKey(2048)), signingKeyFile()];
    expect(load(withFiles(...files)).tokenIssuer?.keys).toEqual(files.map((file) => ({ file })));
  });

  test.each([
    ["EC P-384", () => generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey],
    ["EC secp256k1", () => generateKeyPairSync("ec", { namedCurve: "secp256k1" }).privateKey],
    ["Ed25519", () => generateKeyPairSync("ed25519").privateKey],
    ["RSA of 2047 bits", () => newRsaKey(2047)],
    ["RSA for PSS alone", () => generateKeyPairSync("rsa-pss", { modulusLength: 2048 }).privateKey],
  ])("a signing key cannot be %s", (_, newOtherKey) => {
    expect(collectProblems(() => load(withFiles(signingKeyFile(newOtherKey()))))).toEqual([
      {
        path: "tokenIssuer.keys[0].file",
        message: "the key must be EC P-256, or RSA of at least 2048 bits",
      },
    ]);
  });

  test.each([
    ["nothing", ""],
    ["no PEM", "key"],
    ["a public key", createPublicKey(newKey()).export({ format: "pem", type: "spki" }).toString()],
    ["another form of a private key", pem(newKey(), "sec1")],
    ["another form of an RSA key", pem(newRsaKey(2048), "pkcs1")],
    [
      "a key with a pass phrase",
      newKey()
        .export({ format: "pem", type: "pkcs8", cipher: "aes-256-cbc", passphrase: "hunter2" })
        .toString(),
    ],
    ["two keys", `${pem(newKey())}${pem(newKey())}`],
    ["a broken key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"],
  ])("a signing key is rejected in a file with %s", (_, content) => {
    expect(collectProblems(() => load(withFiles(temporaryFile("token.pem", content))))).toEqual([
      {
        path: "tokenIssuer.keys[0].file",
        message: expect.stringMatching(
          /^the file must contain one private key in PEM format \(PKCS #8\) without a passphrase/,
        ),
      },
    ]);
  });

  test("a missing file of a signing key is rejected", () => {
    expect(collectProblems(() => load(withFiles(signingKeyFile(), "/nowhere/token.pem")))).toEqual([
      { path: "tokenIssuer.keys[1].file", message: "the file does not exist" },
    ]);
  });

  test("a signing key must be unique in the list, whatever its file name", () => {
    const key = newKey();
    const files = [signingKeyFile(), signingKeyFile(key), signingKeyFile(key)];
    expect(collectProblems(() => load(withFiles(...files)))).toEqual([
      {
        path: "tokenIssuer.keys[2].file",
        message: "the file contains the same key as tokenIssuer.keys[1]",
      },
    ]);
  });

  test("a signing key cannot be the public development key", () => {
    const d = "m5NbPM1weKsSZ-Lr6QPQ_x6tneycCw05LQzXwDjBDKE";
    const key = createPrivateKey({ key: { ...developmentKey, d }, format: "jwk" });
    const [problem] = collectProblems(() => load(withFiles(signingKeyFile(key))));
    expect(problem?.path).toBe("tokenIssuer.keys[0].file");
    expect(problem?.message).toContain("the development key");
  });
});

describe("a user pool", () => {
  /** Returns a configuration whose pool has a JWKS file with this JWK beside another key. */
  function poolWithJwk(jwk: object, signing: readonly KeyObject[]): object {
    const other = createPublicKey(newKey()).export({ format: "jwk" });
    const jwksFile = temporaryFile("jwks.json", JSON.stringify({ keys: [other, jwk] }));
    return contentWith({
      userPools: [{ ...pool, keys: { jwksFile } }],
      tokenIssuer: tokenIssuerWith({ keys: signing.map((key) => ({ file: signingKeyFile(key) })) }),
    });
  }
  const publicHalf = (key: KeyObject) => createPublicKey(key).export({ format: "jwk" });

  test.each([
    ["EC", newKey],
    ["RSA", () => newRsaKey(2048)],
  ])("a user pool with the public half of an %s signing key in its file is rejected", (_, newOne) => {
    const [first, second] = [newKey(), newOne()];
    const jwk = { ...publicHalf(second), kid: "another name", use: "sig" };
    const [problem, ...more] = collectProblems(() => load(poolWithJwk(jwk, [first, second])));
    expect(more).toEqual([]);
    expect(problem?.path).toBe("userPools[0].keys.jwksFile");
    expect(problem?.message).toContain("tokenIssuer.keys[1]");
  });

  test("a signing key in a pool's file is recognized in another encoding", () => {
    const key = newRsaKey(2048);
    const { n = "", e } = publicHalf(key);
    const longer = Buffer.concat([Buffer.alloc(1), Buffer.from(n, "base64url")]).toString("base64url");
    expect(collectPaths(poolWithJwk({ kty: "RSA", n: longer, e }, [key]))).toEqual([
      "userPools[0].keys.jwksFile",
    ]);
  });

  test("a user pool may have keys that do not belong to the token issuer, of unknown types too", () => {
    expect(collectPaths(poolWithJwk(publicHalf(newKey()), [newKey()]))).toEqual([]);
    expect(collectPaths(poolWithJwk({ kty: "EC", crv: "P-999", x: "AA", y: "AA" }, [newKey()]))).toEqual([]);
  });
});
