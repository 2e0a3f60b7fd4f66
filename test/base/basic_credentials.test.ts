import { expect, it } from "vitest";
import { formatBasicCredentials, parseBasicCredentials } from "../../src/base/basic_credentials.js";

it.each([
  ["shop", "secret"],
  ["shop", "a:b%20+c"],
  ["läden", "秘密"],
])("The Basic credentials of %s are read as they were written.", (id, secret) => {
  expect(parseBasicCredentials(formatBasicCredentials(id, secret))).toMatchObject({ id, secret });
});

it("Basic credentials are written by RFC 7617.", () => {
  expect(formatBasicCredentials("Aladdin", "open sesame")).toBe("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
});
