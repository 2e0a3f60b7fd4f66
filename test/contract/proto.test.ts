import { MethodOptions_IdempotencyLevel } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import { enums, files, messages, services, sourceOf } from "./descriptors.js";

describe("the proto files", () => {
  it("the proto files name a package, a namespace or a prefix for every language that has one", () => {
    for (const { options } of files) {
      expect(options).toMatchObject({
        csharpNamespace: "QrLogin.V1",
        goPackage: "qrlogin/v1;qrloginv1",
        javaMultipleFiles: true,
        javaOuterClassname: expect.stringMatching(/^[A-Z][A-Za-z]+Proto$/),
        javaPackage: "qrlogin.v1",
        objcClassPrefix: "QRLV1",
        phpMetadataNamespace: "QrLogin\\V1\\GPBMetadata",
        phpNamespace: "QrLogin\\V1",
        rubyPackage: "QrLogin::V1",
        swiftPrefix: "QrLoginV1",
      });
    }
    expect(files).not.toHaveLength(0);
  });

  it("the names of Java classes differ from all messages, enums and services of the package", () => {
    const outer = files.map(({ options }) => options?.javaOuterClassname ?? "");
    const types = [...messages, ...enums, ...services].map(({ name }) => name);
    const all = [...outer, ...types].map((name) => name.toLowerCase());
    expect(new Set(all).size).toBe(all.length);
  });

  it("the proto files use no option of a field or value that protoc 3.0 does not know", () => {
    const known = new Set(["$typeName", "$unknown", "deprecated", "packed", "jstype"]);
    const options = [
      ...messages.flatMap(({ fields }) => fields.map(({ proto }) => proto.options)),
      ...enums.flatMap(({ values }) => values.map(({ proto }) => proto.options)),
    ];
    for (const each of options) {
      const set = Object.entries(each ?? {}).filter(([, value]) => value !== undefined && value !== false);
      expect(set.map(([name]) => name).filter((name) => !known.has(name))).toEqual([]);
    }
    expect(files.map(({ syntax }) => syntax)).toEqual(files.map(() => "proto3"));
  });

  it("the proto files import only google/protobuf/* and each other", () => {
    const imports = files.flatMap(({ dependency }) => dependency);
    expect(imports.filter((name) => !/^(?:google\/protobuf|qrlogin\/v1)\/\w+\.proto$/.test(name))).toEqual(
      [],
    );
  });

  it("the comments of the proto files are valid comments in every language", () => {
    const wrong: string[] = [];
    for (const file of files) {
      const lines = sourceOf(file).split("\n");
      for (const [index, line] of lines.entries()) {
        const text = /^\s*\/\/(?<text>.*)$/.exec(line)?.groups?.text;
        if (text === undefined) continue;
        // Sequences that end a comment, are a doc tool's tag, or need an encoding. A backslash continues a comment
        // of C++ into the next line, and begins an escape where a comment becomes a text, as in Python.
        const breaks = /\*\/|\/\*|\\|"""|\{@|^\s*@|[^\x20-\x7e]/.test(text);
        // Outside code spans, tools that write HTML or XML treat these as a tag or an entity.
        const isMarkup = /[<>&]/.test(text.replace(/`[^`]*`/g, ""));
        // Indented text after an empty line is a code block in Markdown. Rust compiles it and runs it as a
        // test.
        const isCode = /^ {5}/.test(text) && /^\s*\/\/\s*$/.test(lines[index - 1] ?? "");
        if (breaks || isMarkup || isCode) wrong.push(`${file.name}:${index + 1}: ${line}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe("the methods of the contract", () => {
  it("each method states whether it may be retried", () => {
    const levels = services.flatMap(({ methods }) =>
      methods.map(({ name, idempotency }) => [name, MethodOptions_IdempotencyLevel[idempotency]]),
    );
    expect(Object.fromEntries(levels)).toEqual({
      CreateTicket: "IDEMPOTENCY_UNKNOWN",
      GetStatus: "IDEMPOTENT",
      // A new watch may end an older one.
      WatchStatus: "IDEMPOTENCY_UNKNOWN",
      MarkScanned: "IDEMPOTENT",
      Authorize: "IDEMPOTENT",
      Cancel: "IDEMPOTENT",
      // A wrong code counts.
      SubmitCheckCode: "IDEMPOTENCY_UNKNOWN",
      Withdraw: "IDEMPOTENT",
      ExchangeUserInfo: "IDEMPOTENCY_UNKNOWN",
      GetSigningKeys: "NO_SIDE_EFFECTS",
      DisableSignIns: "IDEMPOTENT",
      EnableSignIns: "IDEMPOTENT",
      ListDisabledSignIns: "NO_SIDE_EFFECTS",
      DescribeTicket: "NO_SIDE_EFFECTS",
    });
  });
});
