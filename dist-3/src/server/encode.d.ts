import { BinaryWriter } from "@bufbuild/protobuf/wire";
/** The generated codec of a message. */
export interface Encoder<T> {
    encode(message: T, writer: BinaryWriter): BinaryWriter;
}
/**
 * Returns the message as bytes of its own, the same that the generated code alone would make.
 *
 * @throws Error when a value does not fit its field.
 */
export declare function encodeResponse<T>(type: Encoder<T>, message: T): Buffer;
