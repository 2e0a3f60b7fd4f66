import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { describePairMistake, describePemContent } from "../../src/config/files/pem.js";
import { certificate, otherPrivateKey, privateKey } from "../support/fixed_certificates.js";

const { privateKey: key, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const encrypted = key
  .export({ format: "pem", type: "pkcs8", cipher: "aes-256-cbc", passphrase: "hunter2" })
  .toString();
const older = key.export({ format: "pem", type: "sec1" }).toString();
const publicHalf = publicKey.export({ format: "pem", type: "spki" }).toString();
const bare = key.export({ format: "der", type: "pkcs8" }).toString("base64");

describe("a PEM file in the wrong place", () => {
  it.each([
    [
      "the two exchanged",
      privateKey,
      certificate,
      /^certFile contains a private key; keyFile contains a certificate$/,
    ],
    [
      "a key with a pass phrase",
      certificate,
      encrypted,
      /^keyFile contains a private key with a pass phrase: openssl/,
    ],
    ["a public key", certificate, publicHalf, /^keyFile contains a public key$/],
    [
      "the key of another certificate",
      certificate,
      otherPrivateKey,
      /^the key in keyFile is not that of the first/,
    ],
    ["nothing", "", privateKey, /^certFile contains nothing$/],
    ["other text", "hunter2", privateKey, /^certFile contains no certificate$/],
  ])("a pair with %s is told apart", (_, cert, own, message) => {
    expect(describePairMistake(cert, own)).toMatch(message);
  });

  it.each([
    ["an older form of a private key", older, "a private key in an older form"],
    ["base64 without its first and last line", bare, "base64 without the lines BEGIN and END"],
    ["a certificate request", "-----BEGIN CERTIFICATE REQUEST-----", "a certificate request"],
    ["a key of OpenSSH", "-----BEGIN OPENSSH PRIVATE KEY-----", "a private key of OpenSSH"],
  ])("the content of a file is named: %s", (_, text, name) => {
    expect(describePemContent(text)).toContain(name);
  });
});
