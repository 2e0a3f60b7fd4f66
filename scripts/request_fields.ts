// Reads a file descriptor set with source info from standard input, and writes the module with the fields of the
// requests to standard output.
import { readFileSync } from "node:fs";
import {
  createFileRegistry,
  type DescField,
  type DescMessage,
  fromBinary,
  ScalarType,
} from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import type { Field, Fields } from "../src/client/arguments/field.js";
import { readComments } from "./proto/comments.js";

const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(0)));
const commentOf = readComments(registry.files);
const isRequired = (element: Parameters<typeof commentOf>[0]) => /^Required\b/.test(commentOf(element));

const scalarTypes = new Map<ScalarType, Field["type"]>([
  [ScalarType.STRING, "string"],
  [ScalarType.UINT32, "integer"],
]);

/** Well-known types, in the form that the generated code has for them. */
const wellKnown: Readonly<Record<string, Field>> = {
  "google.protobuf.Struct": { type: "object" },
  "google.protobuf.Duration": {
    type: "object",
    fields: { seconds: { type: "integer" }, nanos: { type: "integer" } },
  },
};

function fieldOf(field: DescField): Field {
  if (field.message)
    return wellKnown[field.message.typeName] ?? { type: "object", fields: fieldsOf(field.message) };
  if (field.enum) return { type: "integer", enum: field.enum.name };
  const type = field.scalar && scalarTypes.get(field.scalar);
  if (!type || field.fieldKind === "map")
    throw new Error(`${field.toString()}: no check for this kind of field`);
  return { type };
}

function fieldsOf(message: DescMessage): Fields {
  const ownFields = message.fields.filter(({ oneof }) => !oneof);
  return {
    ...Object.fromEntries(
      ownFields.map((field) => [
        field.localName,
        {
          ...fieldOf(field),
          ...(field.fieldKind === "list" && { isList: true }),
          ...(isRequired(field) && { isRequired: true }),
        },
      ]),
    ),
    ...Object.fromEntries(
      message.oneofs.map((oneof) => [
        oneof.localName,
        {
          type: "object",
          cases: Object.fromEntries(oneof.fields.map((field) => [field.localName, fieldOf(field)])),
          ...(isRequired(oneof) && { isRequired: true }),
        },
      ]),
    ),
  };
}

const methods = [...registry].flatMap((type) => (type.kind === "service" ? type.methods : []));
const requests = methods.map(({ input }) => [input.typeName, fieldsOf(input)]);
console.log(`import type { Fields } from "../src/client/arguments/field.js";

/** Fields of the requests by the full names of their types, generated from the proto. */
export const requestFields: Readonly<Record<string, Fields>> = ${JSON.stringify(Object.fromEntries(requests), undefined, 2)};`);
