/**
 * Returns the body of an HTTP answer, or `undefined` if it is larger than `maxBytes`, counted after any decompression. Reads no
 * further than that.
 *
 * @throws what ended the connection, or the reason of the signal that the request was made with.
 */
export declare function bytesIn(answer: Response, maxBytes: number): Promise<Buffer | undefined>;
/**
 * Returns the JSON value that the bytes encode.
 *
 * @throws Error that quotes nothing of it, as the errors of JSON.parse would.
 */
export declare function parsedJson(bytes: Uint8Array): unknown;
