import { describe, expect, test } from "vitest";
import { clientAuthority, shopCertificate } from "../support/client_certificates.js";
import { app, collectProblems, contentWith, gateway, load, temporaryFile } from "../support/config_files.js";
import { certificate, privateKey } from "../support/fixed_certificates.js";

const pair = () => ({
  certFile: temporaryFile("tls.crt", certificate),
  keyFile: temporaryFile("tls.key", privateKey),
});
const clientCaFile = () => temporaryFile("client-ca.crt", clientAuthority);
const { secretSha256: _, ...withoutSecret } = app;

function contentOf(tls: object, ...apps: object[]) {
  return contentWith({ grpc: { tls: { ...pair(), ...tls } }, apps });
}
const mutual = () => ({ clientCaFile: clientCaFile(), clientCertificates: "required" });
const problems = (content: object) => collectProblems(() => load(content));

describe("client certificates", () => {
  test("are accepted for an app with names and no secret; DNS names are compared in lower case", () => {
    const names = ["spiffe://example.com/Shop", "Shop.Internal"];
    const [own] = load(contentOf(mutual(), { ...withoutSecret, certificateNames: names })).apps;
    expect(own?.certificateNames).toEqual(["spiffe://example.com/Shop", "shop.internal"]);
    expect(own?.secretSha256).toEqual([]);
  });

  test("need the authorities that are accepted, and these need the certificates", () => {
    expect(problems(contentOf({ clientCertificates: "optional" }, app))).toEqual([
      expect.objectContaining({
        path: "grpc.tls.clientCaFile",
        message: expect.stringMatching(/^is missing/),
      }),
    ]);
    expect(problems(contentOf({ clientCaFile: clientCaFile() }, app))).toEqual([
      {
        path: "grpc.tls.clientCaFile",
        message: "has no effect unless grpc.tls.clientCertificates is optional or required",
      },
    ]);
    const clientCertificates = "required";
    for (const file of ["/nowhere/ca.crt", temporaryFile("ca.crt", "not PEM")]) {
      expect(problems(contentOf({ clientCaFile: file, clientCertificates }, app))).toHaveLength(1);
    }
  });

  test("need an authority, not the certificate of a client", () => {
    const clientCaFile = temporaryFile("ca.crt", shopCertificate);
    const [problem] = problems(contentOf({ clientCaFile, clientCertificates: "required" }, app));
    expect(problem).toMatchObject({
      path: "grpc.tls.clientCaFile",
      message: expect.stringMatching(/name the certificate of the authority that has issued them$/),
    });
    const both = temporaryFile("ca.crt", `${shopCertificate}\n${clientAuthority}`);
    expect(problems(contentOf({ clientCaFile: both, clientCertificates: "required" }, app))).toEqual([]);
  });

  test("of apps need a server that asks for them", () => {
    expect(problems(contentOf({}, { ...app, certificateNames: "shop.internal" }))).toEqual([
      {
        path: "apps[0].certificateNames",
        message: "has no effect unless grpc.tls.clientCertificates is optional or required",
      },
    ]);
  });

  test("a name stands for one app", () => {
    const apps = [
      { ...withoutSecret, certificateNames: ["a.internal", "b.internal"] },
      { ...withoutSecret, id: "blog", certificateNames: ["c.internal", "A.internal"] },
    ];
    expect(problems(contentOf(mutual(), ...apps))).toEqual([
      { path: "apps[1].certificateNames[1]", message: "is also apps[0].certificateNames[0]" },
    ]);
  });

  test.each(["*.example.com", "a b", 'spiffe://a",b', "https://", "", "name@example.com", "CN=shop"])(
    "%j is no name of a certificate",
    (name) => {
      const [problem] = problems(contentOf(mutual(), { ...withoutSecret, certificateNames: [name] }));
      expect(problem?.path).toBe("apps[0].certificateNames[0]");
      expect(problem?.message).toMatch(/must be a URI such as spiffe/);
    },
  );

  test("an app without a secret and names is a mistake, which is told beside others of the app", () => {
    expect(problems(contentOf({}, { ...withoutSecret, logoUrl: "?" })).toSorted()).toEqual([
      expect.objectContaining({ path: "apps[0].logoUrl" }),
      {
        path: "apps[0].secretSha256",
        message: "is missing: an app needs secretSha256, certificateNames or both",
      },
    ]);
    expect(problems(contentOf({}, { ...app, secretSha256: "abc" }))).toHaveLength(1);
  });
});

describe("the certificate of the gateway for the service", () => {
  const service = () => ({
    certFile: temporaryFile("client.crt", shopCertificate),
    keyFile: temporaryFile("client.key", privateKey),
  });
  const problemsOf = (keys: object) =>
    collectProblems(() => load({ gateway: { ...gateway, ...keys } }, {}, "gateway")).map(({ path }) => path);

  test("replaces the secrets of its apps", () => {
    const apps = [{ id: "shop" }];
    expect(problemsOf({ service: service(), apps })).toEqual([]);
    expect(problemsOf({ apps })).toEqual(["gateway.apps[0].secret"]);
    expect(problemsOf({ apps: [{ id: "shop", secret: "" }] })).toEqual(["gateway.apps[0].secret"]);
  });

  test("has a key, which belongs to it, and needs TLS", () => {
    const { certFile, keyFile } = service();
    expect(problemsOf({ service: { certFile } })).toEqual(["gateway.service"]);
    expect(problemsOf({ service: { certFile, keyFile: certFile } })).toEqual(["gateway.service"]);
    expect(problemsOf({ service: { certFile, keyFile, tls: false } })).toEqual([
      "gateway.service.certFile",
      "gateway.service.keyFile",
    ]);
  });
});
