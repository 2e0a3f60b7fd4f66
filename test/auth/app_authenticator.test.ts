import { describe, expect, it } from "vitest";
import { type ClientCertificate, createAppAuthenticator } from "../../src/auth/app_authenticator.js";
import { sha256Hex } from "../../src/domain/secrets.js";
import { TicketError } from "../../src/domain/ticket_error.js";
import { createManualClock, noon } from "../support/clock.js";

const app = (id: string, secrets: string[], certificateNames: string[]) => ({
  ...{ id, secretSha256: secrets.map(sha256Hex), certificateNames },
});
const shop = app("shop", [], ["spiffe://example.com/shop"]);
const blog = app("blog", ["secret"], ["blog.internal"]);
const intranet = app("intranet", ["secret"], []);
/** An app that the configuration would not accept. */
const bare = app("bare", [], []);

const basic = (text: string): string => `Basic ${Buffer.from(text).toString("base64")}`;
const hour = 3_600_000;

function certificateOf(...names: string[]): ClientCertificate {
  return { names, validTo: noon + hour, failure: undefined };
}
const shopName = "URI:spiffe://example.com/shop";
const blogName = "DNS:blog.internal";

function setUp() {
  const clock = createManualClock();
  const apps = createAppAuthenticator([shop, blog, intranet, bare], clock);
  /** Returns the cause of the error that the authentication throws. */
  function failureOf(authorization: string[], certificate?: ClientCertificate): unknown {
    try {
      return `authenticated ${apps.authenticate(authorization, certificate).id}`;
    } catch (error) {
      if (error instanceof TicketError && error.reason === "APP_UNAUTHENTICATED") return error.cause;
      throw error;
    }
  }
  return { clock, apps, failureOf };
}

describe("an app without a secret", () => {
  it("is the one of the certificate, whether the call names it or not", () => {
    const { apps } = setUp();
    for (const authorization of [[], [basic("shop:")], [basic("shop:a secret that it had before")]]) {
      expect(apps.authenticate(authorization, certificateOf(shopName))).toBe(shop);
    }
  });

  it("is refused without its certificate, whatever the call names", () => {
    const { failureOf } = setUp();
    expect(failureOf([])).toBe("there is no client certificate");
    expect(failureOf([basic("shop:x")])).toMatch(/the app shop needs a client certificate: there is no/);
    expect(failureOf([basic("shop:x"), basic("shop:x")], certificateOf(shopName))).toMatch(/there are 2/);
    expect(failureOf([basic("bare:x")])).toBe("the secret of the app bare is wrong");
  });

  it("is refused as soon as its certificate expires, although the connection lasts", () => {
    const { clock, failureOf } = setUp();
    clock.advance(hour - 1);
    expect(failureOf([], certificateOf(shopName))).toBe("authenticated shop");
    clock.advance(1);
    expect(failureOf([], certificateOf(shopName))).toBe("the client certificate has expired");
  });
});

describe("the name of an app in a certificate", () => {
  it.each([
    ["longer", "URI:spiffe://example.com/shop/admin"],
    ["shorter", "URI:spiffe://example.com"],
    ["in other letters", "URI:spiffe://example.com/Shop"],
    ["a DNS name that looks like the URI", "DNS:spiffe://example.com/shop"],
  ])("does not match if it is %s", (_kind, name) => {
    const { failureOf } = setUp();
    expect(failureOf([], certificateOf(name))).toBe("the client certificate has no name of an app");
  });

  it("must be chosen by the call if there are several", () => {
    const { apps, failureOf } = setUp();
    const both = certificateOf(shopName, blogName);
    expect(failureOf([], both)).toMatch(/names of several apps/);
    expect(apps.authenticate([basic("shop:")], both)).toBe(shop);
    expect(apps.authenticate([basic("blog:secret")], both)).toBe(blog);
  });
});

describe("an app with a secret", () => {
  it("is never authenticated by a certificate alone", () => {
    const { failureOf } = setUp();
    expect(failureOf([], certificateOf(blogName))).toMatch(/needs its secret/);
    expect(failureOf([basic("blog:")], certificateOf(blogName))).toMatch(/not app_id:app_secret/);
    expect(failureOf([basic("blog:wrong")], certificateOf(blogName))).toMatch(/is wrong/);
  });

  it("and certificate names needs one of them beside its secret", () => {
    const { apps, failureOf } = setUp();
    expect(apps.authenticate([basic("blog:secret")], certificateOf(blogName))).toBe(blog);
    expect(failureOf([basic("blog:secret")])).toMatch(/the app blog needs a client certificate/);
    expect(failureOf([basic("blog:secret")], certificateOf(shopName))).toMatch(/has none of its names/);
  });

  it("and no certificate names accepts a certificate of nobody, but not one of another app", () => {
    const { apps, failureOf } = setUp();
    const secret = [basic("intranet:secret")];
    expect(apps.authenticate(secret, certificateOf("DNS:probe.internal"))).toBe(intranet);
    expect(failureOf(secret, certificateOf(shopName))).toMatch(/is not one of the app intranet/);
    expect(apps.authenticate(secret, { ...certificateOf(), failure: "CERT_HAS_EXPIRED" })).toBe(intranet);
  });
});

it("with apps that have no certificate names, a certificate plays no role", () => {
  const apps = createAppAuthenticator([intranet]);
  expect(apps.authenticate([basic("intranet:secret")], certificateOf(shopName))).toBe(intranet);
  expect(() => apps.authenticate([], certificateOf(shopName))).toThrow(TicketError);
});
