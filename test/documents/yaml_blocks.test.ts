import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { sha256Hex } from "../../src/domain/secrets.js";
import { app, collectPaths, contentWith, gateway, temporaryFile } from "../support/config_files.js";
import { certificate, privateKey } from "../support/fixed_certificates.js";
import { codeBlocksOf, documents } from "./documents.js";

const files: Readonly<Record<string, string>> = {
  "/etc/qrlogin/ca.crt": certificate,
  "/etc/qrlogin/company-ca.pem": certificate,
  "/etc/qrlogin/tls.crt": certificate,
  "/etc/qrlogin/tls.key": privateKey,
  "/etc/qrlogin/client-ca.crt": certificate,
  "/etc/qrlogin/gateway-client.crt": certificate,
  "/etc/qrlogin/gateway-client.key": privateKey,
  "server.pem": certificate,
  "server-key.pem": privateKey,
  "/run/secrets/redis-password": "hunter2-of-redis\n",
  "/run/secrets/shop-digests": `${sha256Hex("hunter2-of-the-shop")}\n`,
  "/run/secrets/shop-secret": "hunter2-of-the-shop\n",
  "/run/secrets/handle-keys": "a2V5LW9mLTMyLWJ5dGVzLWZvci10aGUtaGFuZGxlcy4\n",
};

/** Settings that the loader rejects because the documents make them public. */
const publicSecrets = ["store.redis.password"];

/** Blocks with settings. test/config/documentation.test.ts loads those of docs/configuration.md. */
const blocks = documents
  .flatMap(codeBlocksOf)
  .filter(({ document, kind }) => /^ya?ml$/.test(kind) && document !== "docs/configuration.md")
  .filter(({ code }) => !isOfAnotherProgram(code));

/** Returns whether a block is a part of a Compose file or of a Kubernetes manifest. test/deploy has complete ones. */
function isOfAnotherProgram(code: string): boolean {
  return Object.keys(parse(code)).some((key) => key === "services" || key === "spec");
}

/** Returns a complete configuration with the settings of a block. Its apps have a secret. */
function contentOf(yaml: string): object {
  const withFiles = Object.entries(files).reduce(
    (text, [path, content]) => text.replaceAll(path, () => temporaryFile("file.pem", content)),
    yaml.replace('"…"', `"${sha256Hex("a secret of nobody")}"`),
  );
  const settings: { readonly apps?: readonly object[]; readonly gateway?: object } = parse(withFiles);
  const { secretSha256, ...withoutDigest } = app;
  const apps = settings.apps?.map((own) =>
    "secretSha256File" in own ? { ...withoutDigest, ...own } : { ...withoutDigest, secretSha256, ...own },
  ) ?? [app];
  const { handleKeys, ...gatewayWithoutKeys } = gateway;
  const given = settings.gateway;
  const keys = given && "handleKeysFile" in given ? {} : { handleKeys };
  return contentWith({
    ...settings,
    apps,
    ...(given && { gateway: { ...gatewayWithoutKeys, ...keys, ...given } }),
  });
}

describe("the settings in the documents", () => {
  it.each(blocks.map(({ document, line, code }) => [`${document}:${line}`, code]))(
    "the settings at %s are valid",
    (_place, code) => {
      const paths = collectPaths(contentOf(code), {}, "check");
      expect(paths.filter((path) => !publicSecrets.includes(path))).toEqual([]);
    },
  );
});
