/**
 * The body of an HTTP answer as JSON, read no further than `maxBytes`, counted after any decompression.
 *
 * @throws Error when it is larger, not UTF-8 or not JSON. The error quotes nothing of it.
 * @throws what ended the connection, or the reason of the signal that the request was made with.
 */
export async function jsonIn(answer: Response, maxBytes: number): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body ?? []) {
    size += chunk.length;
    if (size > maxBytes) throw new Error(`The answer is larger than ${maxBytes} bytes.`);
    chunks.push(chunk);
  }
  return parsedJson(Buffer.concat(chunks));
}

/**
 * The JSON that the bytes say.
 *
 * @throws Error that quotes nothing of it, as the errors of JSON.parse would.
 */
export function parsedJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    // The error that is dropped says "not JSON" as well, and quotes what it met: personal data or a key.
    throw new Error("This is not JSON in UTF-8.");
  }
}
