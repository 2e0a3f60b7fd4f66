import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { describeExpiryWarning, readCertificateFiles } from "../../src/config/files/certificates.js";
import { loadConfig } from "../../src/config/load_config.js";
import { collectProblems, contentWith, gateway, load, temporaryFile } from "../support/config_files.js";
import { certificate, expiredCertificate, privateKey } from "../support/fixed_certificates.js";

const validFrom = Date.UTC(2026, 10, 23, 11, 15, 43);
const validTo = Date.UTC(2126, 9, 30, 11, 15, 43);
const day = 86_400_000;

/** Settings that name certificates, each in a configuration with the given files. */
const settings: Readonly<Record<string, (pem: string) => object>> = {
  "grpc.tls.certFile": (pem) => ({ grpc: { tls: pairOf(pem) } }),
  "gateway.tls.certFile": (pem) => ({ gateway: { ...gateway, tls: pairOf(pem) } }),
  "gateway.service.caFile": (pem) => ({ gateway: { ...gateway, service: { caFile: fileOf(pem) } } }),
  "store.redis.tls.certFile": (pem) => inRedis(pairOf(pem)),
  "store.redis.tls.caFile": (pem) => inRedis({ caFile: fileOf(pem) }),
};
const names = Object.keys(settings);

const fileOf = (pem: string) => temporaryFile("tls.crt", pem);
const pairOf = (pem: string) => ({ certFile: fileOf(pem), keyFile: temporaryFile("tls.key", privateKey) });
const inRedis = (tls: object) => ({ store: { kind: "redis", redis: { url: "rediss://localhost", tls } } });
const contentOf = (name: string, pem: string) => contentWith(settings[name]?.(pem) ?? {});

/** Returns the problems that `check-config` finds at a time, by default now. */
function validityProblems(content: object, now?: number) {
  const file = temporaryFile("qrlogin.yaml", stringify(content));
  return collectProblems(() => loadConfig({ file, env: {}, purpose: "check", now }));
}

describe.each(names)("a certificate in %s", (name) => {
  test("check-config reports an expired certificate, and when it expired", () => {
    const message = "the certificate has expired: it was valid until 2025-04-01T00:00:00.000Z";
    expect(validityProblems(contentOf(name, expiredCertificate))).toEqual([{ path: name, message }]);
  });

  test("check-config reports a certificate that is not valid yet", () => {
    const message = "the certificate is not valid yet: it becomes valid at 2026-11-23T11:15:43.000Z";
    expect(validityProblems(contentOf(name, certificate), validFrom - 1)).toEqual([{ path: name, message }]);
  });

  test("check-config accepts a certificate from the first moment of its validity to the last", () => {
    const file = temporaryFile("qrlogin.yaml", stringify(contentOf(name, certificate)));
    for (const now of [validFrom, validTo - 1]) {
      expect(() => loadConfig({ file, env: {}, purpose: "check", now })).not.toThrow();
    }
    expect(validityProblems(contentOf(name, certificate), validTo)).toHaveLength(1);
  });

  test.each(["serve", "gateway"] as const)(
    "an expired certificate does not prevent %s from starting",
    (purpose) => {
      const content = { ...contentOf(name, expiredCertificate) };
      expect(() => load({ gateway, ...content }, {}, purpose)).not.toThrow();
    },
  );
});

test("a chain is valid while all of its certificates are, a set of authorities while one of them is", () => {
  const both = certificate + expiredCertificate;
  expect(validityProblems(contentOf("grpc.tls.certFile", both))).toMatchObject([
    { path: "grpc.tls.certFile" },
  ]);
  const caFile = stringify(contentOf("store.redis.tls.caFile", both));
  const file = temporaryFile("qrlogin.yaml", caFile);
  expect(() => loadConfig({ file, env: {}, purpose: "check" })).not.toThrow();
});

test("a certificate is due for renewal in its last 14 days", () => {
  const [file] = readCertificateFiles({ grpc: { tls: { certFile: fileOf(certificate) } } });
  if (!file) throw new Error("the certificate was not read");
  expect(describeExpiryWarning(file, validTo - 14 * day - 1)).toBeUndefined();
  expect(describeExpiryWarning(file, validTo - 14 * day)).toBe(
    "the certificate expires soon, at 2126-10-30T11:15:43.000Z: renew it",
  );
});

test("a certificate of six days is due for renewal in its last two", () => {
  const file = { setting: "", path: [], file: "", validFrom, validTo: validFrom + 6 * day };
  expect(describeExpiryWarning(file, validFrom + 4 * day - 1)).toBeUndefined();
  expect(describeExpiryWarning(file, validFrom + 4 * day)).toBeDefined();
});
