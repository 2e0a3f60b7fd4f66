import type { ClientReadableStream } from "@grpc/grpc-js";
import { QrLoginServiceClient } from "../../gen/qrlogin/v1/qr_login_service.js";
import { type AppClient, createAppClientWithTiming } from "./app_client.js";
import { type QrLoginError, toQrLoginError } from "./error.js";
import { readStatusDetails, type StatusDetail } from "./error_details.js";
import { type ClientOptions, createRpcClient } from "./rpc_client.js";
import { systemTiming } from "./timing.js";

/** A call that is forwarded for its caller. */
export interface ForwardedCall {
  /** Path of the method, such as `/qrlogin.v1.QrLoginService/Cancel`. */
  readonly path: string;
  /** The encoded request. */
  readonly request: Uint8Array;
  /** The caller's own credential, unchanged. Undefined if the caller sent none. */
  readonly authorization: string | undefined;
  /** Signal that ends the call; the call then rejects with its reason. */
  readonly signal: AbortSignal;
  readonly requestId?: string | undefined;
}

/**
 * Forwards calls to the service as encoded messages. It has no credential of its own. Errors are instances of
 * {@link QrLoginError}, or the reason of the signal. Not part of the public API.
 */
export interface ForwardingClient {
  /** Makes a unary call within the deadline of the client. Resolves with the encoded response. */
  call(call: ForwardedCall): Promise<Uint8Array>;
  /**
   * Makes a server-streaming call without a deadline. Returns the encoded responses. The call ends when the
   * iteration does, and a slow reader slows the service down.
   */
  stream(call: ForwardedCall): AsyncGenerator<Uint8Array>;
  /** Ends all running calls and closes the channels. */
  close(): void;
}

/**
 * Creates the client, which connects on first use.
 *
 * @throws TypeError, RangeError when an option is invalid.
 */
export function createForwardingClient(options: ClientOptions): ForwardingClient {
  const rpcClient = createRpcClient(QrLoginServiceClient, options, systemTiming, true);
  return {
    call: ({ path, request, authorization, signal, requestId }) =>
      rpcClient.call<Uint8Array, Uint8Array>(
        (client) => (bytes, metadata, callOptions, callback) =>
          client.makeUnaryRequest(
            path,
            toBuffer,
            unchanged,
            bytes,
            metadata,
            callOptions,
            (error, response) => callback(error, response as Uint8Array),
          ),
        request,
        forwardable(authorization),
        { signal, requestId },
      ),
    stream({ path, request, authorization, signal, requestId }) {
      const open = () =>
        rpcClient.openStream(
          (client, metadata) => client.makeServerStreamRequest(path, toBuffer, unchanged, request, metadata),
          forwardable(authorization),
          requestId,
        );
      return readStream({ address: rpcClient.address, requestId }, open, (stop) =>
        rpcClient.inFlight.add(signal, stop),
      );
    },
    close: rpcClient.close,
  };
}

/** Calls for an app with the credentials that a caller has presented. Not part of the public API. */
export type CallerClient = Pick<AppClient, "exchangeUserInfo" | "getSigningKeys" | "close">;

/**
 * Creates the client, which connects on first use. Each call needs the credentials of its caller. Calls are marked as
 * forwarded: the caller has the secret, and not the certificate that the connection may have.
 */
export function createCallerClient(options: ClientOptions): CallerClient {
  const unused = { appId: "-", appSecret: "-" };
  return createAppClientWithTiming({ ...options, ...unused }, systemTiming, true);
}

/** Returns the error details that the service sent, of any type, as it encoded them. */
export function statusDetailsOf({ cause }: QrLoginError): readonly StatusDetail[] {
  return readStatusDetails((cause as { readonly metadata?: unknown } | undefined)?.metadata);
}

async function* readStream(
  call: { readonly address: string; readonly requestId: string | undefined },
  open: () => ClientReadableStream<Uint8Array>,
  addInFlight: (stop: (reason: unknown) => void) => () => void,
): AsyncGenerator<Uint8Array> {
  let stopped: { readonly reason: unknown } | undefined;
  let stream: ClientReadableStream<Uint8Array> | undefined;
  const removeFromInFlight = addInFlight((reason) => {
    stopped = { reason };
    stream?.cancel();
  });
  try {
    if (stopped) throw stopped;
    stream = open();
    // Never removed: a cancelled stream reports its cancellation after the iteration.
    stream.on("error", () => {});
    yield* stream;
  } catch (error) {
    throw stopped ? stopped.reason : toQrLoginError(error, call);
  } finally {
    removeFromInFlight();
    stream?.cancel();
  }
}

/**
 * Returns the credential if gRPC can carry it. Any other credential is left out, since no service would accept
 * it and grpc-js would quote it in an error.
 */
function forwardable(authorization: string | undefined): string | undefined {
  return authorization !== undefined && /^[\x20-\x7e]+$/.test(authorization) ? authorization : undefined;
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function unchanged(bytes: Buffer): Uint8Array {
  return bytes;
}
