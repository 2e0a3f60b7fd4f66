import { BinaryReader } from "@bufbuild/protobuf/wire";
import { hasMoreCodePoints } from "../../base/code_points.js";
import { type FieldViolation, TicketError } from "../../domain/ticket_error.js";

// The generated decoders accept invalid UTF-8, which the protobuf specification forbids.
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const decodeUtf8 = (text: Uint8Array) => utf8.decode(text);

/** The decoding side of a generated codec. */
export interface Decoder<T> {
  decode(reader: BinaryReader): T;
}

/**
 * Decodes a request of an untrusted caller.
 *
 * @throws TicketError INVALID_REQUEST when the bytes cannot be decoded as this message.
 */
export function decodeRequest<T>(type: Decoder<T>, bytes: Uint8Array): T {
  try {
    const reader = new BinaryReader(bytes, decodeUtf8);
    const message = type.decode(reader);
    // The generated decoders stop without an error at a tag that is not valid.
    if (reader.pos < reader.len) throw new SyntaxError("unexpected bytes after the message");
    return message;
  } catch (error) {
    if (error instanceof TicketError) throw error;
    // The library's error message may quote the input.
    const kind = error instanceof Error ? error.name : typeof error;
    throw new TicketError("INVALID_REQUEST", `the request cannot be decoded (${kind})`);
  }
}

/** A validator that collects all invalid fields, so that one error reports them together. */
export interface FieldValidator {
  addViolation(field: string, description: string): void;
  /** Returns the text. Adds a violation if it is empty or has more than `max` characters. */
  requireText(field: string, text: string, max: number): string;
  /** Returns the text. Adds a violation if it has more than `max` characters. */
  limitText(field: string, text: string, max: number): string;
  /**
   * Throws if there is a violation.
   *
   * @throws TicketError INVALID_REQUEST with all violations.
   */
  throwIfInvalid(): void;
}

export function createFieldValidator(): FieldValidator {
  return new Violations();
}

/** A field validator. It is a class because closures for every request would cost more. */
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
