import type { Json } from "../../domain/user.js";
import { isPortableText } from "./portable_text.js";

/** Longest additional claim that is passed on, in characters of JSON. */
const maxCharacters = 4096;

/** Maximum size of all additional claims of a user, in bytes of JSON. */
const maxBytes = 16 * 1024;

/**
 * Maximum nesting depth of lists and objects in an additional claim. Protobuf decoders stop at 100 nested
 * messages, and a level of google.protobuf.Struct takes three. JSON decoders in other languages have their
 * own limits.
 */
const maxDepth = 16;

/** Collection of a user's additional claims that every reader can decode. */
export interface AdditionalClaims {
  /** Adds the claim, or returns the reason why it is dropped. */
  add(name: string, value: Json): string | undefined;
  /** Returns the accepted claims. */
  toObject(): { readonly [name: string]: Json };
}

const textFailure = "It contains NUL or an unpaired surrogate.";

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
        return `The additional claims have more than ${maxBytes} bytes of JSON in total.`;
      bytes += size;
      entries.push([name, value]);
      return undefined;
    },
    // fromEntries creates own properties even for a claim called __proto__.
    toObject: () => Object.fromEntries(entries),
  };
}

/** Returns the reason why some reader would not get the value unchanged. Descends at most `levels` levels. */
function findFailure(value: Json, levels: number): string | undefined {
  if (typeof value === "string") return isPortableText(value) ? undefined : textFailure;
  if (typeof value === "number") {
    // JSON.parse turns 1e999 into infinity and rounds large integers, so that one id would become another.
    const isExact = Number.isSafeInteger(value) || (Number.isFinite(value) && !Number.isInteger(value));
    return isExact ? undefined : "It contains a number that JSON cannot represent exactly.";
  }
  if (typeof value !== "object" || value === null) return undefined;
  if (levels === 0) return `It is nested more deeply than ${maxDepth} levels.`;
  const isList = Array.isArray(value);
  for (const [name, member] of Object.entries(value)) {
    const failure = (isList ? undefined : findNameFailure(name)) ?? findFailure(member, levels - 1);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

function findNameFailure(name: string): string | undefined {
  // A JavaScript reader that assigns it would change the object's prototype.
  if (name === "__proto__") return "It has a member __proto__.";
  return isPortableText(name) ? undefined : textFailure;
}
