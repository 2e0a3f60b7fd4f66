import { promisify } from "node:util";
import { brotliCompress, brotliDecompress, gunzip, gzip } from "node:zlib";
import { Code, ConnectError } from "@connectrpc/connect";
import type { Compression } from "@connectrpc/connect/protocol";

type Transform = (bytes: Uint8Array) => Promise<Buffer<ArrayBuffer>>;
type LimitedTransform = (
  bytes: Uint8Array,
  options: { readonly maxOutputLength: number },
) => Promise<Buffer<ArrayBuffer>>;

/** The encodings of request bodies that the gateway reads. */
export const compressions: readonly Compression[] = [
  createCompression("gzip", promisify(gzip) as Transform, promisify(gunzip) as LimitedTransform),
  createCompression(
    "br",
    promisify(brotliCompress) as Transform,
    promisify(brotliDecompress) as LimitedTransform,
  ),
];

/** Creates a compression that stops at the limit while it decompresses, however large the result would be. */
function createCompression(name: string, compress: Transform, decompress: LimitedTransform): Compression {
  return {
    name,
    compress,
    async decompress(bytes, maxOutputLength) {
      if (bytes.byteLength === 0) return new Uint8Array();
      try {
        return await decompress(bytes, { maxOutputLength });
      } catch (error) {
        throw (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE"
          ? new ConnectError(`the message is larger than ${maxOutputLength} bytes`, Code.ResourceExhausted)
          : new ConnectError(`the body is not valid ${name}`, Code.InvalidArgument);
      }
    },
  };
}
