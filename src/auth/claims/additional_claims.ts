import type { Json } from "../../domain/user.js";

/** Longest further claim that is passed on, in characters as JSON. */
const maxCharacters = 4096;

/** Bytes of JSON that the further claims of a user have together. */
const maxBytes = 16 * 1024;

/**
 * How deep lists and objects in a further claim may be nested. Decoders of protobuf give up at 100 messages in one another, and a
 * level of google.protobuf.Struct is three; decoders of JSON in other languages have limits of their own.
 */
const maxDepth = 16;

/** Collects the further claims of a user that every reader can decode. */
export interface AdditionalClaims {
  /** Takes the claim, or returns why it is left out. */
  add(name: string, value: Json): string | undefined;
  /** Returns what was taken. */
  toObject(): { readonly [name: string]: Json };
}

const textFailure = "It has a text with NUL or half a surrogate pair.";

/** Creates an empty collection. */
export function createAdditionalClaims(): AdditionalClaims {
  const entries: [string, Json][] = [];
  let bytes = 0;
  return {
    add(name, value) {
      const failure = findNameFailure(name) ?? findFailure(value, maxDepth);
      if (failure !== undefined) return failure;
      const json = JSON.stringify(value);
      if (json.length > maxCharacters) return `It has more than ${maxCharacters} characters as JSON.`;
      const size = Buffer.byteLength(JSON.stringify(name)) + Buffer.byteLength(json);
      if (bytes + size > maxBytes)
        return `The further claims have more than ${maxBytes} bytes of JSON together.`;
      bytes += size;
      entries.push([name, value]);
      return undefined;
    },
    // fromEntries makes own properties whatever the names are.
    toObject: () => Object.fromEntries(entries),
  };
}

/** Whether a text is the same for every reader: UTF-8 has no form for half a surrogate pair, and NUL ends the texts of some. */
export function isPortableText(text: string): boolean {
  return !text.includes("\0") && !/\p{Surrogate}/u.test(text);
}

/** Returns what keeps a value from reaching every reader as it is. Looks no deeper than `levels`. */
function findFailure(value: Json, levels: number): string | undefined {
  if (typeof value === "string") return isPortableText(value) ? undefined : textFailure;
  if (typeof value === "number") {
    // JSON.parse makes infinity of 1e999, and rounds larger whole numbers: one id would become another.
    const isExact = Number.isSafeInteger(value) || (Number.isFinite(value) && !Number.isInteger(value));
    return isExact ? undefined : "It has a number beyond what JSON readers keep.";
  }
  if (typeof value !== "object" || value === null) return undefined;
  if (levels === 0) return `It is nested deeper than ${maxDepth} levels.`;
  const isList = Array.isArray(value);
  for (const [name, member] of Object.entries(value)) {
    const failure = (isList ? undefined : findNameFailure(name)) ?? findFailure(member, levels - 1);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

function findNameFailure(name: string): string | undefined {
  // A reader in JavaScript that assigns it would change what the object inherits.
  if (name === "__proto__") return "It has a member __proto__.";
  return isPortableText(name) ? undefined : textFailure;
}
