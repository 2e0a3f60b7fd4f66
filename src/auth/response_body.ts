/**
 * Returns the body of an HTTP answer, or `undefined` if it is larger than `maxBytes`, counted after any decompression. Reads no
 * further than that.
 *
 * @throws what ended the connection, or the reason of the signal that the request was made with.
 */
export async function readBody(response: Response, maxBytes: number): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * Returns the JSON value that the bytes encode.
 *
 * @throws Error that quotes nothing of it, as the errors of JSON.parse would.
 */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    // The error that is dropped says "not JSON" as well, and quotes what it met: personal data or a key.
    throw new Error("This is not JSON in UTF-8.");
  }
}
