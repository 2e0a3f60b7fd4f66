/**
 * Resolves with the body of an HTTP response, or with `undefined` if it is larger than `maxBytes` after
 * decompression. Stops reading at that size.
 *
 * @throws the error that ended the connection, or the reason of the request's signal.
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
 * Parses the bytes as JSON.
 *
 * @throws Error that does not quote the input, unlike the errors of JSON.parse.
 */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    // The original error adds nothing but a quotation of the input, which may be personal data or a key.
    throw new Error("The body is not JSON in UTF-8.");
  }
}

/** Pattern of a JWT in the compact serialization: three parts if signed, five if encrypted. */
const compactJwt = /^[\w-]+(?:\.[\w-]*){2,4}$/;

/** Returns whether a body is a JWT. Many endpoints declare the wrong content type, so the text decides. */
export function isCompactJwt(text: string): boolean {
  return compactJwt.test(text);
}
