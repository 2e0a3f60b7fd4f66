import { type DescField, ScalarType } from "@bufbuild/protobuf";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { contractFields, redaction } from "../../src/log/redaction.js";
import { files, messages, sourceOf } from "./descriptors.js";

const isText = (scalar: ScalarType | undefined) =>
  scalar === ScalarType.STRING || scalar === ScalarType.BYTES;

/** Imported messages without text. */
const withoutText = new Set(["google.protobuf.Timestamp", "google.protobuf.Duration"]);

/** Returns whether the field can contain text or bytes that no other field of the contract describes. */
function holdsText(field: DescField): boolean {
  if (field.fieldKind === "map" && isText(field.mapKey)) return true;
  if (isText(field.scalar)) return true;
  const type = field.message?.typeName;
  return type !== undefined && !type.startsWith("qrlogin.v1.") && !withoutText.has(type);
}

/** Returns the fields, as `Message.field`, whose comment in the proto ends with the fixed phrase. */
function marked(): string[] {
  const found: string[] = [];
  for (const file of files) {
    let message = "";
    let comment = "";
    for (const line of sourceOf(file).split("\n")) {
      message = /^message (?<name>\w+) \{/.exec(line)?.groups?.name ?? message;
      const field = /^ +(?:optional |repeated )?[\w.<>, ]+ (?<name>\w+) = \d+/.exec(line)?.groups?.name;
      if (field && comment.endsWith("Never log it.")) found.push(`${message}.${field}`);
      comment = /^ *\/\/ (?<text>.*)$/.exec(line)?.groups?.text ?? "";
    }
  }
  return found;
}

const redacted = Object.entries(contractFields).flatMap(([message, fields]) =>
  Object.keys(fields)
    .filter((field) => fields[field] === "redact")
    .map((field) => ({ message, field })),
);

describe("the list of the fields that are never logged", () => {
  it("the list states for every text field of the contract whether it is logged", () => {
    const inProto = messages.flatMap((message) =>
      message.fields.filter(holdsText).map((field) => `${message.name}.${field.localName}`),
    );
    const inList = Object.entries(contractFields).flatMap(([message, fields]) =>
      Object.keys(fields).map((field) => `${message}.${field}`),
    );
    expect(inList.sort()).toEqual(inProto.sort());
  });

  it('the list has the fields whose proto comment ends with "Never log it."', () => {
    const byProtoName = redacted.map(({ message, field }) => {
      const described = messages
        .find(({ name }) => name === message)
        ?.fields.find(({ localName }) => localName === field);
      return `${message}.${described?.name}`;
    });
    expect(byProtoName.length).toBeGreaterThan(0);
    expect(byProtoName.sort()).toEqual(marked().sort());
  });

  it("the list has every field whose name indicates a secret, a credential or a QR text", () => {
    const suspicious = /secret|exchange_ticket|verifier|qr_content|token|password|check_code$/;
    const bare = messages.flatMap((message) =>
      message.fields
        .filter((field) => holdsText(field) && suspicious.test(field.name))
        .filter((field) => contractFields[message.name]?.[field.localName] !== "redact")
        .map((field) => `${message.name}.${field.name}`),
    );
    expect(bare).toEqual([]);
  });

  it("the logger redacts the listed fields, in an object and one level deeper", () => {
    const written: string[] = [];
    const log = pino({ redact: redaction }, { write: (line) => void written.push(line) });
    for (const { message, field } of redacted) {
      const value = { [field]: "unfit for a log" };
      log.info({ ...value, [message]: value }, message);
    }
    expect(written).toHaveLength(redacted.length);
    expect(written.filter((line) => line.includes("unfit"))).toEqual([]);
  });
});
