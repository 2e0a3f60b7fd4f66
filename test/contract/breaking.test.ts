import { readFileSync, renameSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { type Edit, RepositoryCopy } from "./repository_copy.js";

/** Returns the rules of `buf breaking` that a change of the proto breaks. */
function brokenRules(edits: readonly Edit[], change?: (copy: RepositoryCopy) => void): string[] {
  const copy = new RepositoryCopy();
  copy.edit(...edits);
  change?.(copy);
  const proto = fileURLToPath(new URL("../../proto", import.meta.url));
  const args = ["breaking", "proto", "--against", proto, "--error-format", "json"];
  const { stdout, stderr } = copy.try("node_modules/.bin/buf", args);
  expect(stderr).toBe("");
  const lines = stdout.split("\n").filter(Boolean);
  return [...new Set(lines.map((line): string => JSON.parse(line).type))].sort();
}

/** Changes that docs/stability.md rules out, each with the rule that finds it. */
const breaking: readonly (readonly [title: string, rule: string, ...edits: Edit[]])[] = [
  ["a field that is removed", "FIELD_NO_DELETE", ["qr_login_service", /^ *string qr_content = 3;\n/m, ""]],
  [
    "a field that is removed and whose number is reserved",
    "FIELD_NO_DELETE",
    ["qr_login_service", "string qr_content = 3;", 'reserved 3;\n  reserved "qr_content";'],
  ],
  [
    "a field that is renamed",
    "FIELD_SAME_NAME",
    ["qr_login_service", "string qr_content = 3;", "string qr_text = 3;"],
  ],
  [
    "a field with another JSON name",
    "FIELD_SAME_JSON_NAME",
    ["qr_login_service", "string qr_content = 3;", 'string qr_content = 3 [json_name = "qr"];'],
  ],
  [
    "a field with another number",
    "FIELD_NO_DELETE",
    ["qr_login_service", "string qr_content = 3;", "string qr_content = 33;"],
  ],
  [
    "a field with another type",
    "FIELD_SAME_TYPE",
    ["qr_login_service", "string qr_content = 3;", "bytes qr_content = 3;"],
  ],
  [
    "a field that becomes repeated",
    "FIELD_SAME_CARDINALITY",
    ["qr_login_service", "string qr_content = 3;", "repeated string qr_content = 3;"],
  ],
  [
    "a field that gets presence",
    "FIELD_SAME_CARDINALITY",
    ["qr_login_service", "string qr_content = 3;", "optional string qr_content = 3;"],
  ],
  [
    "a field that moves out of a oneof",
    "FIELD_SAME_ONEOF",
    ["qr_login_service", /^ {4}string ticket_id = 2;\n {2}\}/m, "  }\n  // The id.\n  string ticket_id = 2;"],
  ],
  [
    "an enum value that is removed",
    "ENUM_VALUE_NO_DELETE",
    ["ticket", /^ *TICKET_STATE_EXPIRED = 7;\n/m, ""],
  ],
  [
    "an enum value with another number",
    "ENUM_VALUE_NO_DELETE",
    ["ticket", "TICKET_STATE_EXPIRED = 7;", "TICKET_STATE_EXPIRED = 70;"],
  ],
  [
    "an enum value that is renamed",
    "ENUM_VALUE_SAME_NAME",
    ["error_reason", "ERROR_REASON_TICKET_EXPIRED = 15;", "ERROR_REASON_TICKET_TIMED_OUT = 15;"],
  ],
  ["a method that is removed", "RPC_NO_DELETE", ["qr_login_service", /^ *rpc SubmitCheckCode.*\n/m, ""]],
  [
    "a method with another request",
    "RPC_SAME_REQUEST_TYPE",
    ["qr_login_service", "rpc Cancel(CancelRequest)", "rpc Cancel(WithdrawRequest)"],
  ],
  [
    "a method that becomes a stream",
    "RPC_SAME_SERVER_STREAMING",
    ["qr_login_service", "returns (CreateTicketResponse)", "returns (stream CreateTicketResponse)"],
  ],
  [
    "a method with another idempotency level",
    "RPC_SAME_IDEMPOTENCY_LEVEL",
    ["qr_login_service", "IDEMPOTENT;", "NO_SIDE_EFFECTS;"],
  ],
  [
    "a message that is renamed",
    "MESSAGE_NO_DELETE",
    ["ticket", /\bQrCodeStep\b/g, "CodeStep"],
    ["qr_login_service", /\bQrCodeStep\b/g, "CodeStep"],
  ],
  [
    "another Java package",
    "FILE_SAME_JAVA_PACKAGE",
    ["ticket", 'java_package = "qrlogin.v1"', 'java_package = "qrlogin"'],
  ],
  [
    "another Java class of a file",
    "FILE_SAME_JAVA_OUTER_CLASSNAME",
    ["ticket", '"TicketProto"', '"TicketOuterClass"'],
  ],
  ["another Go package", "FILE_SAME_GO_PACKAGE", ["ticket", "qrlogin/v1;qrloginv1", "qrlogin/v1;qrlogin"]],
  ["another namespace of C#", "FILE_SAME_CSHARP_NAMESPACE", ["ticket", '"QrLogin.V1"', '"Qrlogin.V1"']],
  [
    "another namespace of PHP",
    "FILE_SAME_PHP_NAMESPACE",
    ["ticket", /php_namespace = .*;/, 'php_namespace = "QrLogin";'],
  ],
  ["another module of Ruby", "FILE_SAME_RUBY_PACKAGE", ["ticket", '"QrLogin::V1"', '"QrLogin"']],
  ["another prefix of Swift", "FILE_SAME_SWIFT_PREFIX", ["ticket", '"QrLoginV1"', '"QrLogin"']],
  ["another prefix of Objective-C", "FILE_SAME_OBJC_CLASS_PREFIX", ["ticket", '"QRLV1"', '"QR"']],
];

/** Additions that docs/stability.md allows. */
const additions: readonly Edit[] = [
  ["ticket", "TICKET_STATE_EXPIRED = 7;", "TICKET_STATE_EXPIRED = 7;\n  // New.\n  TICKET_STATE_NEW = 8;"],
  ["error_reason", "= 32;", "= 32;\n  // NOT_FOUND. New.\n  ERROR_REASON_NEW = 33;"],
  [
    "qr_login_service",
    "string qr_content = 3;",
    "string qr_content = 3;\n  // New.\n  optional string new_field = 9;",
  ],
  [
    "qr_login_service",
    "string ticket_id = 2;\n  }",
    "string ticket_id = 2;\n    // New.\n    string link = 4;\n  }",
  ],
  [
    "qr_login_service",
    "  rpc GetSigningKeys",
    "  rpc Renew(GetStatusRequest) returns (GetStatusResponse);\n\n  // New.\n  rpc GetSigningKeys",
  ],
  ["ticket", "string ticket_id = 1;", "string ticket_id = 1 [deprecated = true];"],
  ["ticket", "// The state of a ticket.", "// Another comment."],
];

describe("buf breaking", () => {
  const changes = breaking.map(([title, rule, ...edits]) => ({ title, rule, edits }));
  it.each(changes)("buf breaking rejects $title by the rule $rule", ({ rule, edits }) => {
    expect(brokenRules(edits)).toContain(rule);
  });

  it("buf breaking rejects a message that moves to another file, though the wire is the same", () => {
    const name = /^\/\/ What a screen may show[\s\S]*?^\}\n/m;
    const message =
      "\n// Moved.\nmessage ScannedBy {\n  // A.\n  string nickname = 1;\n  // B.\n  string photo_url = 2;\n}\n";
    const moved = brokenRules([
      ["ticket", name, ""],
      ["ticket", 'import "google/protobuf/timestamp.proto";', '$&\nimport "qrlogin/v1/error_reason.proto";'],
      ["error_reason", /$/, message],
    ]);
    expect(moved).toEqual(["MESSAGE_NO_DELETE"]);
  });

  it("buf breaking rejects a proto file with another name", () => {
    const edits: readonly Edit[] = [
      ["qr_login_service", "v1/ticket.proto", "v1/moved.proto"],
      ["qr_login_admin_service", "v1/ticket.proto", "v1/moved.proto"],
    ];
    const rules = brokenRules(edits, (copy) => renameSync(copy.pathOf("ticket"), copy.pathOf("moved")));
    expect(rules).toEqual(["FILE_NO_DELETE"]);
  });

  it("buf breaking accepts what docs/stability.md allows: new values, reasons, fields, methods, and deprecation", () => {
    expect(brokenRules(additions)).toEqual([]);
  });
});

describe("docs/stability.md", () => {
  it("docs/stability.md names the rules that are tested here", () => {
    const page = readFileSync(new URL("../../docs/stability.md", import.meta.url), "utf8");
    const named = new Set(
      page.match(/(?<=`)[A-Z]+(?:_[A-Z]+)+(?=`)/g)?.filter((name) => name !== "WIRE_JSON"),
    );
    const tested = new Set([...breaking.map(([, rule]) => rule), "FILE_NO_DELETE"]);
    expect([...named].sort()).toEqual([...tested].sort());
  });
});

describe("the check of the contract", () => {
  const check = (copy: RepositoryCopy) => {
    const { status, stdout, stderr } = copy.try("bash", ["scripts/check-contract"]);
    return { status, text: stdout + stderr };
  };
  const release = (copy: RepositoryCopy, tag: string) => {
    for (const args of [
      ["init", "--quiet"],
      ["add", "proto", "buf.yaml"],
      ["-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "--quiet", "--message", tag],
      ["tag", tag],
    ])
      copy.run("git", args);
  };
  const renamed: Edit = ["ticket", "string nickname = 1;", "string nick = 1;"];

  it("the check compares with the accepted contract alone if there is no tag", () => {
    const copy = new RepositoryCopy();
    copy.acceptContract();
    expect(check(copy)).toMatchObject({ status: 0, text: expect.stringContaining("No tag of a release") });
    copy.edit(renamed);
    expect(check(copy)).toMatchObject({
      status: 1,
      text: expect.stringContaining("breaks the accepted contract"),
    });
  });

  it("the check finds a break of the last release though it was accepted", () => {
    const copy = new RepositoryCopy();
    release(copy, "v0.1.0");
    copy.acceptContract();
    expect(check(copy)).toMatchObject({ status: 0, text: expect.stringContaining("and with v0.1.0") });
    copy.edit(renamed);
    copy.acceptContract();
    expect(check(copy)).toMatchObject({
      status: 1,
      text: expect.stringContaining("breaks the contract of v0.1.0"),
    });
  });

  it("the check finds an accepted contract that the release has left behind", () => {
    const copy = new RepositoryCopy();
    copy.acceptContract();
    copy.edit(...additions);
    release(copy, "v0.2.0");
    expect(check(copy)).toMatchObject({ status: 1, text: expect.stringContaining("was not accepted") });
    copy.acceptContract();
    expect(check(copy).status).toBe(0);
  });
});
