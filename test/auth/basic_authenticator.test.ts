import { describe, expect, it } from "vitest";
import { createAppSecretAuthenticator } from "../../src/auth/basic_authenticator.js";
import { type AppConfig, noPolicy } from "../../src/config/config.js";
import { sha256Hex } from "../../src/domain/secrets.js";
import { TicketError } from "../../src/domain/ticket_error.js";

const app = (id: string, ...secrets: string[]): AppConfig => ({
  id,
  name: id,
  logoUrl: "",
  userPool: "customers",
  secretSha256: secrets.map(sha256Hex),
  certificateNames: [],
  policy: noPolicy,
});
const shop = app("shop", "new secret", "old secret");
const kiosk = app("kiosk", "with:colon:");
const bare = app("bare");
const empty = app("empty", "");
const accented = app("café", "pässword");
const apps = createAppSecretAuthenticator([shop, kiosk, bare, empty, accented]);

const base64 = (text: string | Buffer): string => Buffer.from(text as string).toString("base64");
const basic = (text: string | Buffer): string => `Basic ${base64(text)}`;

function errorOf(...authorization: string[]): TicketError {
  try {
    apps.authenticate(authorization);
  } catch (error) {
    expect(error).toBeInstanceOf(TicketError);
    return error as TicketError;
  }
  throw new Error("The credential was accepted.");
}

describe("app credentials", () => {
  it("returns the app of a valid credential", () => {
    expect(apps.authenticate([basic("shop:new secret")])).toBe(shop);
  });

  it("accepts a valid credential repeatedly, without accepting any other credential", () => {
    const right = basic("shop:new secret");
    for (let time = 0; time < 3; time++) {
      expect(apps.authenticate([right])).toBe(shop);
      expect(apps.authenticate([right.replace("Basic ", "bASIC  ")])).toBe(shop);
      expect(apps.authenticate([basic("kiosk:with:colon:")])).toBe(kiosk);
      for (const wrong of [
        `${right}=`,
        ` ${right}`,
        right.slice(0, -2),
        basic("kiosk:new secret"),
        sha256Hex(right),
      ]) {
        expect(errorOf(wrong).reason).toBe("APP_UNAUTHENTICATED");
      }
      expect(errorOf(right, right).reason).toBe("APP_UNAUTHENTICATED");
    }
  });

  it("accepts each of the app's secrets during a rotation", () => {
    expect(apps.authenticate([basic("shop:old secret")])).toBe(shop);
  });

  it("accepts a secret with colons, since the first colon ends the app id", () => {
    expect(apps.authenticate([basic("kiosk:with:colon:")])).toBe(kiosk);
  });

  it("decodes credentials as UTF-8", () => {
    expect(apps.authenticate([basic("café:pässword")])).toBe(accented);
  });

  it.each(["basic", "BASIC", "bAsIc"])("accepts the scheme spelt as %s", (scheme) => {
    expect(apps.authenticate([`${scheme} ${base64("shop:new secret")}`])).toBe(shop);
  });

  it.each([
    ["with a wrong secret", basic("shop:wrong")],
    ["with another app's secret", basic("shop:with:colon:")],
    ["with the digest in place of the secret", basic(`shop:${sha256Hex("new secret")}`)],
    ["with the start of the secret", basic("shop:new secre")],
    ["of an unknown app", basic("nobody:new secret")],
    ["of something that every object inherits", basic("constructor:new secret")],
    ["of an app without secrets", basic("bare:new secret")],
    ["with the text that pads the comparisons", basic(`bare:${"-".repeat(64)}`)],
    ["of an app id in other capitals", basic("Shop:new secret")],
    ["with an empty secret, even where its digest is configured", basic("empty:")],
    ["with an empty app id", basic(":new secret")],
    ["without a colon", basic("shop")],
    ["that is not base64", "Basic shop:new secret"],
    ["followed by something", `${basic("shop:new secret")} `],
    ["that is not UTF-8", basic(Buffer.from("shop:\xff", "latin1"))],
    ["with a byte order mark", basic("\ufeffshop:new secret")],
    ["that is a Bearer token", `Bearer ${base64("shop:new secret")}`],
    ["with the scheme alone", "Basic"],
    ["without a scheme", base64("shop:new secret")],
    ["that is empty", ""],
    ["that is huge", basic(`shop:${"x".repeat(1_000_000)}`)],
  ])("a credential %s is rejected", (_, value) => {
    expect(errorOf(value).reason).toBe("APP_UNAUTHENTICATED");
  });

  it.each([
    ["without its padding", "a secret", (encoded: string) => encoded.slice(0, -2)],
    ["with too little padding", "a secret", (encoded: string) => encoded.slice(0, -1)],
    ["with stray bits", "a secret", (encoded: string) => encoded.replace("dA==", "dB==")],
    ["in the alphabet for URLs", "?????", (encoded: string) => encoded.replaceAll("/", "_")],
    ["with a line end", "a secret", (encoded: string) => `${encoded}\n`],
  ])("a valid credential in base64 %s is rejected", (_, secret, bend) => {
    const strict = createAppSecretAuthenticator([app("shop", secret)]);
    const right = base64(`shop:${secret}`);
    expect(strict.authenticate([`Basic ${right}`]).id).toBe("shop");
    expect(bend(right)).not.toBe(right);
    expect(() => strict.authenticate([`Basic ${bend(right)}`])).toThrow(TicketError);
  });

  it("rejects a credential that is not UTF-8, even if decoding with replacement would give the secret", () => {
    const replaced = createAppSecretAuthenticator([app("shop", "\ufffd")]);
    expect(replaced.authenticate([basic("shop:\ufffd")]).id).toBe("shop");
    expect(() => replaced.authenticate([basic(Buffer.from("shop:\xff", "latin1"))])).toThrow(TicketError);
  });

  it("rejects a valid credential longer than 2048 characters", () => {
    const long = createAppSecretAuthenticator([app("shop", "x".repeat(1500), "x".repeat(1600))]);
    expect(long.authenticate([basic(`shop:${"x".repeat(1500)}`)]).id).toBe("shop");
    expect(() => long.authenticate([basic(`shop:${"x".repeat(1600)}`)])).toThrow(TicketError);
  });

  it("rejects a call without a credential", () => {
    expect(errorOf().reason).toBe("APP_UNAUTHENTICATED");
  });

  it("rejects two credentials, even if both are valid", () => {
    const right = basic("shop:new secret");
    expect(errorOf(right, right).reason).toBe("APP_UNAUTHENTICATED");
  });

  it("returns one fixed error for every invalid credential, and only its cause names the failure", () => {
    const ticketErrors = [errorOf(), errorOf(basic("shop:wrong")), errorOf(basic("nobody:wrong"))];
    expect(new Set(ticketErrors.map(({ message }) => message)).size).toBe(1);
    expect(ticketErrors.map(({ cause }) => cause)).toEqual([
      "there are 0 authorization values instead of one",
      "the secret of the app shop is wrong",
      "no app has the given id, of 6 characters",
    ]);
    // Id and secret swapped, both unknown.
    for (const value of ["new secret:shop", "Tr0ub4dor", "Tr0ub4dor:", "shop:Tr0ub4dor", "Tr0ub4dor:shop"]) {
      expect(String(errorOf(basic(value)).cause)).not.toMatch(/new secret|Tr0ub4dor/);
    }
  });

  const punctuated = createAppSecretAuthenticator([
    ...[app("shop", "a+/=%b c"), app("my.app_1", "with:colon"), app("raw", "50%25 off+more")],
    ...[app("plus", "a+b"), app("blank", "a b"), app("accents", "päß")],
  ]);

  it.each([
    ["shop", "shop:a+/=%b c"],
    ["shop", "shop:a%2B%2F%3D%25b+c"],
    ["shop", "shop:a%2b%2f%3d%25b%20c"],
    ["my.app_1", "my%2Eapp%5F1:with%3Acolon"],
    ["my.app_1", "my.app_1:with:colon"],
    ["raw", "raw:50%25 off+more"],
    ["raw", "raw:50%2525+off%2Bmore"],
    ["plus", "plus:a+b"],
    ["plus", "plus:a%2Bb"],
    ["blank", "blank:a+b"],
    ["blank", "blank:a%20b"],
    ["accents", "accents:p%C3%A4%C3%9F"],
  ])("accepts for the app %s the credential %s, form-encoded or not", (id, text) => {
    expect(punctuated.authenticate([basic(text)]).id).toBe(id);
  });

  it.each([
    "plus:a b",
    "plus:a%20b",
    "blank:a%2Bb",
    "shop:a%2B%2F%3D%b+c",
    "accents:p%E4%DF",
    "raw:50% off more",
  ])("rejects the credential %s, since neither of its forms is the secret", (text) => {
    expect(() => punctuated.authenticate([basic(text)])).toThrow(TicketError);
  });

  it("rejects every credential if there are no apps", () => {
    expect(() => createAppSecretAuthenticator([]).authenticate([basic("shop:new secret")])).toThrow(
      TicketError,
    );
  });
});
