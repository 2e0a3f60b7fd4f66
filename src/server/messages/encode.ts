import { BinaryWriter } from "@bufbuild/protobuf/wire";

/** The encoding side of a generated codec. */
export interface Encoder<T> {
  encode(message: T, writer: BinaryWriter): BinaryWriter;
}

/**
 * Size of a message above which the writer is dropped. A writer keeps a buffer as large as its largest
 * message, such as an image.
 */
const maxKeptBytes = 16 * 1024;

// One writer is reused, since creating one would be a large part of the work for a small response. It is taken
// out for each encoding and put back only if that succeeds, so two messages never share a writer.
let idleWriter: BinaryWriter | undefined;

/**
 * Returns the encoded message in a separate buffer, with the same bytes that the generated code produces.
 *
 * @throws Error when a value does not fit its field.
 */
export function encodeResponse<T>(type: Encoder<T>, message: T): Buffer {
  const writer = idleWriter ?? new BinaryWriter();
  idleWriter = undefined;
  // `finish` returns a copy and resets the writer.
  const bytes = type.encode(message, writer).finish();
  if (bytes.length <= maxKeptBytes) idleWriter = writer;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
