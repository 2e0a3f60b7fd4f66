import { BinaryReader } from "@bufbuild/protobuf/wire";
import { Refusal } from "../domain/refusal.js";
import { hasMoreCharacters } from "../domain/text_length.js";
// The generated decoders accept broken UTF-8, which the protobuf specification forbids.
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
/** Reads a request that a stranger wrote. Refuses whatever is not such a message with INVALID_REQUEST. */
export function decodeRequest(type, bytes) {
    try {
        const reader = new BinaryReader(bytes, (text) => utf8.decode(text));
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
    const violations = [];
    const violate = (field, description) => violations.push({ field, description });
    const optional = (field, text, max) => {
        if (hasMoreCharacters(text, max))
            violate(field, `must have at most ${max} characters`);
        return text;
    };
    return {
        violate,
        optional,
        required(field, text, max) {
            if (text === "")
                violate(field, "is required");
            return optional(field, text, max);
        },
        check() {
            if (violations.length === 0)
                return;
            const summary = violations.map(({ field, description }) => `${field} ${description}`).join("; ");
            throw new Refusal("INVALID_REQUEST", summary, { fieldViolations: violations });
        },
    };
}
