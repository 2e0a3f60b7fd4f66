import { X509Certificate } from "node:crypto";
import { describe, expect, it } from "vitest";
import { parseAltNames } from "../../../src/server/calls/subject_alt_names.js";
import {
  namelessCertificate,
  shopAndBlogCertificate,
  slyCertificate,
} from "../../support/client_certificates.js";

const namesOf = (pem: string) => parseAltNames(new X509Certificate(pem).subjectAltName);

describe("the names of a certificate", () => {
  it("are its URIs, and its DNS names in lower case", () => {
    expect(namesOf(shopAndBlogCertificate)).toEqual(["URI:spiffe://example.com/shop", "DNS:blog.internal"]);
    expect(parseAltNames("DNS:Blog.Internal, IP Address:10.0.0.1, email:a@b.example")).toEqual([
      "DNS:blog.internal",
    ]);
    expect(namesOf(namelessCertificate)).toEqual([]);
  });

  it("have none that is only a part of another name", () => {
    expect(namesOf(slyCertificate)).toEqual([]);
    expect(parseAltNames('DNS:"a\\u002c URI:spiffe://b", URI:spiffe://c')).toEqual(["URI:spiffe://c"]);
    expect(parseAltNames('othername:"x\\", DNS:a", DNS:b')).toEqual(["DNS:b"]);
  });

  it("are none if the text has an unknown form", () => {
    expect(parseAltNames('DNS:a, "b')).toEqual([]);
    expect(parseAltNames("DNS:a, ")).toEqual(["DNS:a"]);
    expect(parseAltNames("nonsense")).toEqual([]);
  });
});
