import { BinaryReader } from "@bufbuild/protobuf/wire";
import { hasMoreCodePoints } from "../../base/code_points.js";
import { type FieldViolation, TicketError } from "../../domain/ticket_error.js";

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
    if (error instanceof TicketError) throw error;
    // The library's own text may quote what it read.
    const kind = error instanceof Error ? error.name : typeof error;
    throw new TicketError("INVALID_REQUEST", `the request cannot be decoded (${kind})`);
  }
}

/** Collects the fields that break their limits, so that a caller is told of all of them at once. */
export interface FieldValidator {
  addViolation(field: string, description: string): void;
  /** A text that must be there, of at most `max` characters. */
  requireText(field: string, text: string, max: number): string;
  /** A text of at most `max` characters, or none. */
  limitText(field: string, text: string, max: number): string;
  /** Throws TicketError INVALID_REQUEST if any field was at fault. */
  throwIfInvalid(): void;
}

export function createFieldValidator(): FieldValidator {
  return new Violations();
}

/** A class, since every request is read by one. */
class Violations implements FieldValidator {
  private violations: FieldViolation[] | undefined = undefined;

  addViolation(field: string, description: string): void {
    this.violations ??= [];
    this.violations.push({ field, description });
  }

  requireText(field: string, text: string, max: number): string {
    if (text === "") this.addViolation(field, "is required");
    return this.limitText(field, text, max);
  }

  limitText(field: string, text: string, max: number): string {
    if (hasMoreCodePoints(text, max)) this.addViolation(field, `must have at most ${max} characters`);
    return text;
  }

  throwIfInvalid(): void {
    if (!this.violations) return;
    const summary = this.violations.map(({ field, description }) => `${field} ${description}`).join("; ");
    throw new TicketError("INVALID_REQUEST", summary, { fieldViolations: this.violations });
  }
}
