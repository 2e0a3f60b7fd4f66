import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { describePattern } from "../../src/config/secret_patterns.js";
import { sha256Hex } from "../../src/domain/secrets.js";
import { app, collectProblems, contentWith, gateway, load, pool } from "../support/config_files.js";

const problems = (content: object) => collectProblems(() => load(content, {}, "check"));
const withPool = (keys: object) => contentWith({ userPools: [{ ...pool, ...keys }] });
const withApp = (keys: object) => contentWith({ apps: [{ ...app, ...keys }] });
const withGateway = (keys: object) => contentWith({ gateway: { ...gateway, ...keys } });
const newKey = () => randomBytes(32).toString("base64url");

/** Returns the only problem of a configuration. */
function problemOf(content: object): { path: string; message: string } {
  const [problem, ...more] = problems(content);
  expect(more).toEqual([]);
  return problem ?? { path: "none", message: "" };
}

describe("a publicly known secret", () => {
  test.each(["", "\n", "demo-secret", "demo-secret\n", "legacy-secret", "password", "changeme"])(
    "a publicly known secret such as %j is rejected by its digest",
    (secret) => {
      const { path, message } = problemOf(withApp({ secretSha256: sha256Hex(secret).toUpperCase() }));
      expect([path, message]).toEqual([
        "apps[0].secretSha256[0]",
        expect.stringMatching(/^is the SHA-256 of /),
      ]);
    },
  );

  test("a publicly known secret is rejected as the secret of a gateway's app", () => {
    const apps = [{ id: "shop", secret: "demo-secret" }];
    const found = problems({ gateway: { ...gateway, apps } });
    expect(found).toEqual([
      {
        path: "gateway.apps[0].secret",
        message: expect.stringContaining("is a publicly known secret: create one with"),
      },
    ]);
  });
});

describe("a secret of 32 bytes", () => {
  const counted = (of: (index: number) => number) => Uint8Array.from({ length: 32 }, (_, index) => of(index));

  test.each([
    ["of one letter", Buffer.from("s".repeat(32)), "1 distinct bytes"],
    ["of two letters", Buffer.from("ab".repeat(16)), "2 distinct bytes"],
    ["that is nearly empty", counted((index) => Number(index === 31)), "2 distinct bytes"],
    ["that counts up", counted((index) => index), "counts"],
    ["that counts down from anywhere", counted((index) => 300 - index), "counts"],
    ["that counts in steps of seven", counted((index) => 7 * index), "counts"],
    ["of the alphabet and some digits", Buffer.from("abcdefghijklmnopqrstuvwxyz012345"), "counts"],
    ["of one piece twice", Buffer.from("0123456789abcdef0123456789abcdef"), "repeats"],
    ["of one word over and over", Buffer.from("change-me-change-me-change-me-ch"), "repeats"],
    ["of half a key twice", Buffer.from("q8Zr1xVt0LmWc5Kpq8Zr1xVt0LmWc5Kp"), "repeats"],
  ])("a secret of 32 bytes %s is not random", (_, secret, pattern) => {
    expect(secret.length).toBe(32);
    expect(describePattern(secret) ?? "nothing").toContain(
      secret.toString().startsWith("01234") ? "repeats" : pattern,
    );
  });

  test("a secret drawn at random has no pattern, as bytes and as text", () => {
    for (let round = 0; round < 2_000; round++) {
      const bytes = randomBytes(32);
      for (const secret of [
        bytes,
        Buffer.from(bytes.toString("hex")),
        Buffer.from(bytes.toString("base64")),
      ]) {
        expect(describePattern(secret)).toBeUndefined();
      }
      expect(describePattern(Buffer.from(randomBytes(16).toString("hex")))).toBeUndefined();
    }
  });

  test("a pattern is rejected in a shared secret and in a handle key, with the command that creates one", () => {
    const shared = problemOf(withPool({ keys: { hs256Secret: "s".repeat(32) } }));
    expect(shared.path).toBe("userPools[0].keys.hs256Secret");
    expect(shared.message).toMatch(
      /^must be random, but this one has only 1 distinct bytes: create one with openssl rand/,
    );
    const key = Buffer.from(counted((index) => index)).toString("base64url");
    const handle = problemOf({ gateway: { ...gateway, handleKeys: [newKey(), key] } });
    expect(handle.path).toBe("gateway.handleKeys[1]");
    expect(handle.message).toMatch(/openssl rand -base64 32 .*\(this one counts in equal steps\)$/);
  });

  test("a secret published in documents of others is rejected", () => {
    const hs256Secret = "a-string-secret-at-least-256-bits-long";
    expect(problemOf(withPool({ keys: { hs256Secret } })).message).toContain("publicly known");
  });
});

describe("the secret of a gateway's app", () => {
  const withSecret = (secret: string) => withGateway({ apps: [{ id: "shop", secret }] });

  test("a secret matches any digest of the same app in the same file, also during a rotation", () => {
    const secretSha256 = [sha256Hex("another-secret"), ...app.secretSha256];
    expect(problems(withGateway({}))).toEqual([]);
    expect(problems({ ...withGateway({}), apps: [{ ...app, secretSha256 }] })).toEqual([]);
  });

  test("a secret that matches no digest is rejected, and the message names both paths", () => {
    expect(problemOf(withSecret("another-secret"))).toEqual({
      path: "gateway.apps[0].secret",
      message:
        "does not match apps[0].secretSha256: none of these digests is the SHA-256 of this secret. Correct the secret, " +
        "or add its digest there",
    });
  });

  test("a digest of the secret with a line break is rejected with the cause", () => {
    const content = {
      ...withSecret("another-secret"),
      apps: [{ ...app, secretSha256: sha256Hex("another-secret\n") }],
    };
    expect(problemOf(content).message).toMatch(/apps\[0\]\.secretSha256: .* line break .*printf/);
  });

  test("a secret of an app that the file does not have is rejected", () => {
    const apps = [...gateway.apps, { id: "kiosk", secret: "kiosk-kiosk-kiosk" }];
    expect(problemOf(withGateway({ apps }))).toEqual({
      path: "gateway.apps[1].id",
      message: "is not the id of one of the apps: shop",
    });
  });

  test("a secret is not checked in a file of a gateway alone, nor against an invalid digest", () => {
    expect(problems({ gateway })).toEqual([]);
    const content = { ...withSecret("another-secret"), apps: [{ ...app, secretSha256: "short" }] };
    expect(problems(content).map(({ path }) => path)).toEqual(["apps[0].secretSha256[0]"]);
  });
});

describe("an issuer of a user pool", () => {
  test.each([
    "https://id.example.com/",
    "https://id.example.com:8443/realms/a",
    "http://keycloak:8080/realms/a",
    "urn:example:idp",
  ])("the issuer of a user pool may be %s", (issuer) => expect(problems(withPool({ issuer }))).toEqual([]));

  test.each([
    ...[
      "id.example.com",
      "id.example.com:8443",
      "localhost:8080/realms/a",
      "//id.example.com",
      "https:id.example.com",
    ],
    ...[
      "https://",
      "ftp://id.example.com",
      "https://id.example.com/?a=b",
      "https://id.example.com/#a",
      "mobile-app",
    ],
    ...["https://user:password@id.example.com", "https://id.example.com/ ", "https://id example.com"],
  ])("the issuer %j is rejected, since an issuer is a complete URL", (issuer) => {
    const { path, message } = problemOf(withPool({ issuer }));
    expect([path, message]).toEqual([
      "userPools[0].issuer",
      expect.stringContaining("a URL such as https://"),
    ]);
  });

  test.each([
    "https://login.microsoftonline.com/{tenantid}/v2.0",
    "https://{tenant}.example.com/",
    "https://id.example.com/<tenant>",
    "https://id.example.com/%7Btenantid%7D",
    "{issuer}",
  ])("the issuer %s is rejected as a placeholder", (issuer) => {
    const { path, message } = problemOf(withPool({ issuer }));
    expect([path, message]).toEqual(["userPools[0].issuer", expect.stringContaining("placeholder")]);
  });

  test("the other URLs of a user pool cannot be placeholders either", () => {
    const jwksUri = "https://id.example.com/{tenantid}/jwks";
    expect(problemOf(withPool({ keys: { jwksUri } })).message).toContain("placeholder");
    const tokenIssuer = { issuer: "https://qr.example.com/{tenant}", keys: [{ file: "/nowhere.pem" }] };
    expect(problems(contentWith({ tokenIssuer }))).toContainEqual({
      path: "tokenIssuer.issuer",
      message: expect.stringContaining("placeholder"),
    });
  });

  test.each(["https://id.example.com", "https://ID.example.com/", "https://id.example.com:443/"])(
    "an issuer that differs only in spelling, as %s does, is rejected",
    (issuer) => {
      const userPools = [pool, { ...pool, id: "staff", issuer, audience: "other" }];
      const { path, message } = problemOf(contentWith({ userPools }));
      expect([path, message]).toEqual([
        "userPools[1].issuer",
        expect.stringContaining("userPools[0].issuer"),
      ]);
    },
  );

  test("two issuers cannot have the same secret", () => {
    const keys = { hs256Secret: newKey() };
    const two = (issuer: string) =>
      contentWith({
        userPools: [
          { ...pool, keys },
          { ...pool, id: "staff", issuer, audience: "other", keys },
        ],
      });
    expect(problems(two(pool.issuer))).toEqual([]);
    expect(problemOf(two("https://other.example.com/"))).toEqual({
      path: "userPools[1].keys.hs256Secret",
      message: expect.stringContaining("userPools[0]"),
    });
    const near = problems(two("https://id.example.com")).map(({ path }) => path);
    expect(near).toContain("userPools[1].issuer");
  });
});

describe("messages with the expected value", () => {
  test("a secret in place of its digest is rejected with the expected format", () => {
    const { message } = problemOf(withApp({ secretSha256: newKey() }));
    expect(message).toMatch(/not the secret itself: npm run .* app-secret .*printf '%s' .* \| sha256sum/);
  });

  test.each([
    ["grpc.address", { grpc: { address: 50051 } }, "such as 127.0.0.1:50051"],
    ["gateway.address", { gateway: { ...gateway, address: 8080 } }, "HOST:PORT"],
    ["gateway.service.address", { gateway: { ...gateway, service: { address: 50051 } } }, "HOST:PORT"],
    ["apps[0].secretSha256[0]", { apps: [{ ...app, secretSha256: [12345] }] }, "64 hexadecimal digits"],
    ["userPools[0].keys.jwksUri", { userPools: [{ ...pool, keys: { jwksUri: 443 } }] }, "an https URL"],
    ["gateway.handleKeys[0]", { gateway: { ...gateway, handleKeys: [1] } }, "openssl rand"],
  ])("a number at %s is reported with the format, instead of asking for quotes alone", (path, keys, form) => {
    const problem = problemOf(contentWith(keys));
    expect(problem.path).toBe(path);
    expect(problem.message).toContain(form);
    expect(problem.message).not.toContain("quotes");
  });

  test.each([
    ["https://shop.example.com:443", "https://shop.example.com"],
    ["https://SHOP.example.com/", "https://shop.example.com"],
    ["https://b\u00fccher.example", "https://xn--bcher-kva.example"],
    ["https://shop.example.com/login?a=b", "https://shop.example.com"],
  ])("an origin written as %s is reported with the correct one", (origin, right) => {
    const { message } = problemOf(withGateway({ apps: [{ ...gateway.apps[0], origins: [origin] }] }));
    expect(message).toMatch(new RegExp(`; here that is ${right}$`));
  });

  test("an origin with a password is reported without the password", () => {
    const origins = ["https://user:hunter2@shop.example.com"];
    const { message } = problemOf(withGateway({ apps: [{ ...gateway.apps[0], origins }] }));
    expect(message).not.toMatch(/hunter2|here that is/);
  });
});
