import { BinaryReader } from "@bufbuild/protobuf/wire";
import { type FieldViolation, Refusal } from "../domain/refusal.js";
import { hasMoreCharacters } from "../domain/text_length.js";

// The generated decoders accept broken UTF-8, which the protobuf specification forbids.
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const decodeUtf8 = (text: Uint8Array) => utf8.decode(text);

/** The generated codec of a message. */
export interface Decoder<T> {
  decode(reader: BinaryReader): T;
}

/** Reads a request that a stranger wrote. Refuses whatever is not such a message with INVALID_REQUEST. */
export function decodeRequest<T>(type: Decoder<T>, bytes: Uint8Array): T {
  try {
    const reader = new BinaryReader(bytes, decodeUtf8);
    const message = type.decode(reader);
    // The generated decoders stop without a word at a tag that cannot be.
    if (reader.pos < reader.len) throw new SyntaxError("bytes are left over");
    return message;
  } catch (error) {
    if (error instanceof Refusal) throw error;
    // The library's own text may quote what it read.
    const kind = error instanceof Error ? error.name : typeof error;
    throw new Refusal("INVALID_REQUEST", `the request cannot be decoded (${kind})`);
  }
}

/** Collects the fields that break their limits, so that a caller is told of all of them at once. */
export interface Fields {
  violate(field: string, description: string): void;
  /** A text that must be there, of at most `max` characters. */
  required(field: string, text: string, max: number): string;
  /** A text of at most `max` characters, or none. */
  optional(field: string, text: string, max: number): string;
  /** Throws Refusal INVALID_REQUEST if any field was at fault. */
  check(): void;
}

export function createFields(): Fields {
  return new Violations();
}

/** A class, since every request is read by one. */
class Violations implements Fields {
  private violations: FieldViolation[] | undefined = undefined;

  violate(field: string, description: string): void {
    this.violations ??= [];
    this.violations.push({ field, description });
  }

  required(field: string, text: string, max: number): string {
    if (text === "") this.violate(field, "is required");
    return this.optional(field, text, max);
  }

  optional(field: string, text: string, max: number): string {
    if (hasMoreCharacters(text, max)) this.violate(field, `must have at most ${max} characters`);
    return text;
  }

  check(): void {
    if (!this.violations) return;
    const summary = this.violations.map(({ field, description }) => `${field} ${description}`).join("; ");
    throw new Refusal("INVALID_REQUEST", summary, { fieldViolations: this.violations });
  }
}
