import { brotliCompressSync } from "node:zlib";
import { Code } from "@connectrpc/connect";
import { expect, it } from "vitest";
import { compressions } from "../../../src/gateway/connect/compression.js";
import { bomb } from "./rpc_calls.js";

const limit = 65_536;
const large = { gzip: bomb(), br: brotliCompressSync(Buffer.alloc(1_000_000)) };

it.each(compressions.map((compression) => [compression.name, compression] as const))(
  "a message that would exceed the limit is not decompressed further: %s",
  async (name, { decompress }) => {
    const bytes = large[name as keyof typeof large];
    // The length: a failure that prints the bytes would exhaust the memory.
    const length = decompress(bytes, limit).then(({ byteLength }) => byteLength);
    await expect(length).rejects.toMatchObject({ code: Code.ResourceExhausted });
  },
);

it.each(compressions.map((compression) => [compression.name, compression] as const))(
  "a message of exactly the limit is decompressed, and an empty one is empty: %s",
  async (_name, { compress, decompress }) => {
    const message = Buffer.alloc(limit, 1);
    expect(message.equals(await decompress(await compress(message), limit))).toBe(true);
    expect(await decompress(new Uint8Array(), limit)).toHaveLength(0);
  },
);
