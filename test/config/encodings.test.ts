import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { decodeText } from "../../src/config/files/decode_text.js";
import { loadConfig } from "../../src/config/load_config.js";
import { collectReported, contentWith, temporaryFile } from "../support/config_files.js";

const text = stringify(contentWith({ log: { level: "warn" } }));
const utf16 = (bigEndian: boolean, mark = "\ufeff") => {
  const bytes = Buffer.from(`${mark}${text}`, "utf16le");
  return bigEndian ? bytes.swap16() : bytes;
};

/** Returns the only problem of a file with these bytes. */
function problemOf(bytes: Uint8Array): string {
  const file = temporaryFile("qrlogin.yaml", bytes);
  const [problem, ...more] = collectReported(() => loadConfig({ file, env: {} }));
  expect([problem?.path, more]).toEqual([file, []]);
  return problem?.message ?? "";
}

describe("the encoding of a file", () => {
  it.each([
    ["a byte order mark", Buffer.from(`\ufeff${text}`)],
    ["line breaks of Windows", Buffer.from(text.replaceAll("\n", "\r\n"))],
    ["a byte order mark and line breaks of Windows", Buffer.from(`\ufeff${text}`.replaceAll("\n", "\r\n"))],
    ["letters beyond ASCII", Buffer.from(`# größe – 大小 😀\n${text}`)],
  ])("a file in UTF-8 with %s is read", (_, bytes) => {
    const file = temporaryFile("qrlogin.yaml", bytes);
    expect(loadConfig({ file, env: {} }).log.level).toBe("warn");
  });

  it.each([
    ["UTF-16, little endian", utf16(false), "UTF-16"],
    ["UTF-16, big endian", utf16(true), "UTF-16"],
    ["UTF-16 without a byte order mark, little endian", utf16(false, ""), "UTF-16LE"],
    ["UTF-16 without a byte order mark, big endian", utf16(true, ""), "UTF-16BE"],
    ["UTF-32", Buffer.from([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0]), "UTF-32"],
  ])("a file in %s is rejected with the name of the encoding and the remedy", (_, bytes, name) => {
    expect(problemOf(bytes)).toMatch(
      new RegExp(`^the file is ${name}, .*: save it as UTF-8 \\(iconv -f ${name} `),
    );
  });

  it("a file in Latin-1 is rejected with the line of the first letter that is not UTF-8", () => {
    const bytes = Buffer.from(`log: {}\n# é\n# gr\xf6\xdfe\n`, "latin1");
    expect(problemOf(bytes)).toMatch(/^the file is not UTF-8 in line 2: it may be Latin-1 or Windows-1252/);
    expect(problemOf(Buffer.concat([Buffer.from("# é\nlog: {}\n"), Buffer.from([0xe9])]))).toContain(
      "in line 3:",
    );
  });

  it("a NUL byte is reported with its line", () => {
    expect(problemOf(Buffer.from("log: {}\n# a\0\n"))).toMatch(/^the file has a NUL byte in line 2/);
  });

  it("the binary form of a certificate is named", () => {
    const der = Buffer.from([0x30, 0x82, 0x01, 0x0a, 0x02, 0x82, 0xff, 0xfe]);
    expect(decodeText(der)).toEqual({ failure: expect.stringContaining("DER or PKCS #12") });
  });

  it("no message repeats the file", () => {
    const secret = "hunter2";
    for (const bytes of [Buffer.from(`${secret}\0`), Buffer.from(`${secret}\xe9`, "latin1"), utf16(false)]) {
      expect(JSON.stringify(decodeText(bytes))).not.toMatch(/hunter2|customers/);
    }
  });
});
