import { BinaryReader } from "@bufbuild/protobuf/wire";
import { Refusal } from "../domain/refusal.js";
import { hasMoreCharacters } from "../domain/text_length.js";
// The generated decoders accept broken UTF-8, which the protobuf specification forbids.
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const decodeUtf8 = (text) => utf8.decode(text);
/** Reads a request that a stranger wrote. Refuses whatever is not such a message with INVALID_REQUEST. */
export function decodeRequest(type, bytes) {
    try {
        const reader = new BinaryReader(bytes, decodeUtf8);
        const message = type.decode(reader);
        // The generated decoders stop without a word at a tag that cannot be.
        if (reader.pos < reader.len)
            throw new SyntaxError("bytes are left over");
        return message;
    }
    catch (error) {
        if (error instanceof Refusal)
            throw error;
        // The library's own text may quote what it read.
        const kind = error instanceof Error ? error.name : typeof error;
        throw new Refusal("INVALID_REQUEST", `the request cannot be decoded (${kind})`);
    }
}
export function createFields() {
    return new Violations();
}
/** A class, since every request is read by one. */
class Violations {
    violations = undefined;
    violate(field, description) {
        this.violations ??= [];
        this.violations.push({ field, description });
    }
    required(field, text, max) {
        if (text === "")
            this.violate(field, "is required");
        return this.optional(field, text, max);
    }
    optional(field, text, max) {
        if (hasMoreCharacters(text, max))
            this.violate(field, `must have at most ${max} characters`);
        return text;
    }
    check() {
        if (!this.violations)
            return;
        const summary = this.violations.map(({ field, description }) => `${field} ${description}`).join("; ");
        throw new Refusal("INVALID_REQUEST", summary, { fieldViolations: this.violations });
    }
}
