import { describe, expect, it } from "vitest";
import { createAppAuthenticator } from "../../src/auth/app_authenticator.js";
import type { AppConfig } from "../../src/config/config.js";
import { sha256Hex } from "../../src/domain/secrets.js";
import { TicketError } from "../../src/domain/ticket_error.js";

const app = (id: string, ...secrets: string[]): AppConfig => ({
  id,
  name: id,
  logoUrl: "",
  userPool: "customers",
  secretSha256: secrets.map(sha256Hex),
});
const shop = app("shop", "new secret", "old secret");
const kiosk = app("kiosk", "with:colon:");
const bare = app("bare");
const empty = app("empty", "");
const accented = app("café", "pässword");
const apps = createAppAuthenticator([shop, kiosk, bare, empty, accented]);

const base64 = (text: string | Buffer): string => Buffer.from(text as string).toString("base64");
const basic = (text: string | Buffer): string => `Basic ${base64(text)}`;

function refusalOf(...authorization: string[]): TicketError {
  try {
    apps.authenticate(authorization);
  } catch (error) {
    expect(error).toBeInstanceOf(TicketError);
    return error as TicketError;
  }
  throw new Error("The credential was accepted.");
}

describe("an app credential", () => {
  it("that is right names its app", () => {
    expect(apps.authenticate([basic("shop:new secret")])).toBe(shop);
  });

  it("that was right before is right again, and opens the door for no other one", () => {
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
        expect(refusalOf(wrong).reason).toBe("APP_UNAUTHENTICATED");
      }
      expect(refusalOf(right, right).reason).toBe("APP_UNAUTHENTICATED");
    }
  });

  it("may be any of the app's secrets while they are rotated", () => {
    expect(apps.authenticate([basic("shop:old secret")])).toBe(shop);
  });

  it("may have a secret with colons, since the first colon ends the app id", () => {
    expect(apps.authenticate([basic("kiosk:with:colon:")])).toBe(kiosk);
  });

  it("is read as UTF-8", () => {
    expect(apps.authenticate([basic("café:pässword")])).toBe(accented);
  });

  it.each(["basic", "BASIC", "bAsIc"])("may name its scheme as %s", (scheme) => {
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
  ])("%s is refused", (_, value) => {
    expect(refusalOf(value).reason).toBe("APP_UNAUTHENTICATED");
  });

  it.each([
    ["without its padding", "a secret", (encoded: string) => encoded.slice(0, -2)],
    ["with too little padding", "a secret", (encoded: string) => encoded.slice(0, -1)],
    ["with stray bits", "a secret", (encoded: string) => encoded.replace("dA==", "dB==")],
    ["in the alphabet for URLs", "?????", (encoded: string) => encoded.replaceAll("/", "_")],
    ["with a line end", "a secret", (encoded: string) => `${encoded}\n`],
  ])("that is right and in base64 %s is refused", (_, secret, bend) => {
    const strict = createAppAuthenticator([app("shop", secret)]);
    const right = base64(`shop:${secret}`);
    expect(strict.authenticate([`Basic ${right}`]).id).toBe("shop");
    expect(bend(right)).not.toBe(right);
    expect(() => strict.authenticate([`Basic ${bend(right)}`])).toThrow(TicketError);
  });

  it("that is not UTF-8 is refused, even where the secret would be what is left of it", () => {
    const replaced = createAppAuthenticator([app("shop", "\ufffd")]);
    expect(replaced.authenticate([basic("shop:\ufffd")]).id).toBe("shop");
    expect(() => replaced.authenticate([basic(Buffer.from("shop:\xff", "latin1"))])).toThrow(TicketError);
  });

  it("that is longer than 2048 characters is refused, however right it is", () => {
    const long = createAppAuthenticator([app("shop", "x".repeat(1500), "x".repeat(1600))]);
    expect(long.authenticate([basic(`shop:${"x".repeat(1500)}`)]).id).toBe("shop");
    expect(() => long.authenticate([basic(`shop:${"x".repeat(1600)}`)])).toThrow(TicketError);
  });

  it("that is missing is refused", () => {
    expect(refusalOf().reason).toBe("APP_UNAUTHENTICATED");
  });

  it("that is given twice is refused, even where both are right", () => {
    const right = basic("shop:new secret");
    expect(refusalOf(right, right).reason).toBe("APP_UNAUTHENTICATED");
  });

  it("that is refused tells the caller neither why nor what was presented, and the log why alone", () => {
    const refusals = [refusalOf(), refusalOf(basic("shop:wrong")), refusalOf(basic("nobody:wrong"))];
    expect(new Set(refusals.map(({ message }) => message)).size).toBe(1);
    expect(refusals.map(({ cause }) => cause)).toEqual([
      "there are 0 authorization values and not one",
      "the secret of the app shop is wrong",
      "no app has the id that came, of 6 characters",
    ]);
    // Id and secret the wrong way round, and none of the two known.
    for (const value of ["new secret:shop", "Tr0ub4dor", "Tr0ub4dor:", "shop:Tr0ub4dor", "Tr0ub4dor:shop"]) {
      expect(String(refusalOf(basic(value)).cause)).not.toMatch(/new secret|Tr0ub4dor/);
    }
  });

  const punctuated = createAppAuthenticator([
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
  ])("of the app %s may be written %s, encoded as a form field or not", (id, text) => {
    expect(punctuated.authenticate([basic(text)]).id).toBe(id);
  });

  it.each([
    "plus:a b",
    "plus:a%20b",
    "blank:a%2Bb",
    "shop:a%2B%2F%3D%b+c",
    "accents:p%E4%DF",
    "raw:50% off more",
  ])("%s is refused, since neither form of it is the secret", (text) => {
    expect(() => punctuated.authenticate([basic(text)])).toThrow(TicketError);
  });

  it("is refused where there is no app", () => {
    expect(() => createAppAuthenticator([]).authenticate([basic("shop:new secret")])).toThrow(TicketError);
  });
});
