import { BinaryReader } from "@bufbuild/protobuf/wire";
/** The generated codec of a message. */
export interface Decoder<T> {
    decode(reader: BinaryReader): T;
}
/** Reads a request that a stranger wrote. Refuses whatever is not such a message with INVALID_REQUEST. */
export declare function decodeRequest<T>(type: Decoder<T>, bytes: Uint8Array): T;
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
export declare function createFields(): Fields;
