import {
  type DescEnum,
  type DescField,
  type DescMessage,
  type DescOneof,
  ScalarType,
} from "@bufbuild/protobuf";
import { fieldLimits } from "../../src/domain/field_limits.js";
import type { CommentOf } from "../proto/comments.js";
import { refTo, type Schema, type Schemas } from "./types.js";

/** JSON forms of the well-known types. */
const wellKnown: Schemas = {
  "google.protobuf.Timestamp": { type: "string", format: "date-time" },
  "google.protobuf.Duration": {
    type: "string",
    pattern: "^-?[0-9]+(\\.[0-9]{1,9})?s$",
    examples: ["93.120s"],
  },
  "google.protobuf.Struct": { type: "object", additionalProperties: true },
};

const scalars = new Map<ScalarType, Schema>([
  [ScalarType.STRING, { type: "string" }],
  [ScalarType.BOOL, { type: "boolean" }],
  [ScalarType.UINT32, { type: "integer", minimum: 0, maximum: 2 ** 32 - 1 }],
  [ScalarType.BYTES, { type: "string", contentEncoding: "base64" }],
]);

/**
 * Returns the schemas of the JSON form of these messages and of everything that they contain, by the full names of
 * the types.
 *
 * A request requires the fields whose comments begin with "Required.". In a response every field is optional: the
 * JSON form leaves out zero and empty values.
 *
 * @throws Error for a type that the schemas of this proto have not needed yet.
 */
export function messageSchemas(messages: readonly DescMessage[], commentOf: CommentOf): Schemas {
  const schemas = new Map<string, Schema>();

  function add(type: DescMessage | DescEnum): Schema {
    const isNew = !schemas.has(type.typeName);
    // Entered before its fields are read, for the order of the schemas and for types that contain themselves.
    if (isNew) schemas.set(type.typeName, {});
    if (isNew) schemas.set(type.typeName, type.kind === "enum" ? enumSchema(type) : messageSchema(type));
    return refTo(type.typeName);
  }

  function enumSchema(type: DescEnum): Schema {
    const values = type.values.map((value) => `- \`${value.name}\`: ${oneLine(commentOf(value))}`);
    return {
      type: "string",
      description: `${commentOf(type)}\n\n${values.join("\n")}`,
      // An open set: a closed enum would make generated clients fail on values of a later release.
      "x-extensible-enum": type.values.map(({ name }) => name),
      examples: type.values.slice(1, 2).map(({ name }) => name),
    };
  }

  function messageSchema(type: DescMessage): Schema {
    const description = commentOf(type);
    const [choice, ...others] = type.oneofs.filter((oneof) => isRequired(oneof));
    if (!choice) return { ...objectSchema(type.fields), description };
    if (others.length > 0) throw new Error(`${type.typeName} has several required oneofs`);
    const rest = type.fields.filter(({ oneof }) => oneof !== choice);
    const alternatives = choice.fields.map((field) => ({
      title: field.jsonName,
      ...objectSchema([field, ...rest], [field.jsonName]),
    }));
    return { description, oneOf: alternatives };
  }

  function objectSchema(fields: readonly DescField[], alsoRequired: readonly string[] = []): Schema {
    const names = fields.filter((field) => isRequired(field)).map(({ jsonName }) => jsonName);
    const required = [...names, ...alsoRequired];
    return {
      type: "object",
      properties: Object.fromEntries(fields.map((field) => [field.jsonName, fieldSchema(field)])),
      ...(required.length > 0 && { required }),
    };
  }

  function fieldSchema(field: DescField): Schema {
    const description = commentOf(field);
    if (field.fieldKind === "list") return { type: "array", items: valueSchema(field), description };
    return { ...valueSchema(field), ...textLimits(field), description };
  }

  function valueSchema(field: DescField): Schema {
    const type = field.message ?? field.enum;
    if (type) return wellKnown[type.typeName] ?? add(type);
    const schema = field.scalar && field.fieldKind !== "map" ? scalars.get(field.scalar) : undefined;
    if (!schema) throw new Error(`${field.toString()}: no schema for this kind of field`);
    return schema;
  }

  /** Returns whether the comment says that a request must have the element. */
  function isRequired(element: DescField | DescOneof): boolean {
    return /^Required\b/.test(commentOf(element));
  }

  function textLimits(field: DescField): Schema {
    const max = Object.entries(fieldLimits).find(([name]) => name === field.jsonName)?.[1];
    if (field.scalar !== ScalarType.STRING || typeof max !== "number" || !isInput(field)) return {};
    const isNeeded = isRequired(field) || field.oneof;
    return { ...(isNeeded && { minLength: 1 }), maxLength: max };
  }

  for (const message of messages) add(message);
  return Object.fromEntries(schemas);
}

/** Returns whether the field is part of a request. */
function isInput({ parent }: DescField): boolean {
  return parent.name.endsWith("Request");
}

/** Returns the text without line breaks. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, " ");
}
