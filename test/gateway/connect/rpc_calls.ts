import { gzipSync } from "node:zlib";
import { sendRequest, type TestResponse } from "../http.js";
import { aliceToken, gateway } from "../setup.js";

/** Path of a method at the gateway. */
export const rpcPath = (method: string): string => `/qrlogin.v1.QrLoginService/${method}`;

/** A JSON error of the Connect protocol, with the details by type. */
export interface ConnectErrorBody {
  readonly code: string;
  readonly message: string;
  readonly details: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Calls a method as JSON over the Connect protocol, by default with the token of alice. */
export function callRpc(
  method: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<TestResponse> {
  return sendRequest(gateway.url + rpcPath(method), {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${aliceToken}`, ...headers },
    body: typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body),
  });
}

/** Returns the error in a JSON response. */
export function errorOf({ json }: TestResponse): ConnectErrorBody {
  const { code, message, details = [] } = json as { code: string; message: string; details?: RawDetail[] };
  return {
    code,
    message,
    details: Object.fromEntries(details.map(({ type, debug }) => [type.replace("google.rpc.", ""), debug])),
  };
}

interface RawDetail {
  readonly type: string;
  readonly debug: Record<string, unknown>;
}

/** Returns a message in the envelope of gRPC-Web and of Connect streams. */
export function envelope(message: Uint8Array, flags = 0): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(flags, 0);
  head.writeUInt32BE(message.byteLength, 1);
  return Buffer.concat([head, message]);
}

/** Returns the messages in a body of envelopes. The last one holds trailers or the end of the stream. */
export function envelopesOf(body: Buffer): { readonly flags: number; readonly data: Buffer }[] {
  const found: { readonly flags: number; readonly data: Buffer }[] = [];
  for (let at = 0; at < body.length; ) {
    const length = body.readUInt32BE(at + 1);
    found.push({ flags: body.readUInt8(at), data: body.subarray(at + 5, at + 5 + length) });
    at += 5 + length;
  }
  return found;
}

/** Returns zeros that are larger than the largest message once they are decompressed. */
export const bomb = (): Buffer => gzipSync(Buffer.alloc(50_000_000));
