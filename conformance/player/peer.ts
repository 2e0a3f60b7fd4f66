import { once } from "node:events";
import { constants, createServer, type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import type { JsonValue } from "@bufbuild/protobuf";
import { status } from "@grpc/grpc-js";
import { createCondition } from "../../src/base/condition.js";
import { createServiceError } from "../../test/client/fake_service.js";
import { messagesOf } from "../messages.js";
import type { PeerResponses } from "./schema.js";

/** A peer that plays the service, for responses that the service does not give. */
export interface Peer {
  readonly address: string;
  requestsOf(rpc: string): readonly number[];
  nextRequest(signal: AbortSignal): Promise<void>;
  /** Resets the streams whose response ends so. Some libraries drop messages that a reset overtakes. */
  reset(): void;
  stop(): void;
}

type Response = NonNullable<PeerResponses[keyof PeerResponses]>[number];

/** Starts the peer. An RPC without a response is UNIMPLEMENTED. */
export async function startPeer(responses: PeerResponses): Promise<Peer> {
  const sessions = new Set<ServerHttp2Session>();
  const requests: { readonly rpc: string; readonly at: number }[] = [];
  const toReset = new Set<ServerHttp2Stream>();
  const changed = createCondition();
  const server = createServer();
  server.on("session", (session) => {
    sessions.add(session);
    session.on("error", () => {});
    session.on("close", () => sessions.delete(session));
  });
  server.on("stream", (stream, headers) => {
    stream.on("error", () => {});
    const rpc = String(headers[":path"]).split("/").at(-1) ?? "";
    const earlier = requests.filter((request) => request.rpc === rpc).length;
    requests.push({ rpc, at: performance.now() });
    const list = responses[rpc as keyof PeerResponses] ?? [{ fails: { code: "UNIMPLEMENTED" } }];
    const response = list[Math.min(earlier, list.length - 1)] as Response;
    if (response.ends === "reset") toReset.add(stream);
    respond(stream, rpc, response);
    changed.notifyAll();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    requestsOf: (name) => requests.filter(({ rpc }) => rpc === name).map(({ at }) => at),
    nextRequest: (signal) => changed.wait(signal),
    reset() {
      for (const stream of toReset) stream.close(constants.NGHTTP2_INTERNAL_ERROR);
      toReset.clear();
    },
    stop() {
      for (const session of sessions) session.destroy();
      server.close();
    },
  };
}

function respond(stream: ServerHttp2Stream, rpc: string, response: Response): void {
  stream.resume();
  const headers = { ":status": 200, "content-type": "application/grpc" };
  const messages = response.statuses?.map((each) => ({ status: each })) ?? [response.gives].filter(Boolean);
  if (messages.length === 0 && response.fails) {
    // Trailers alone, as servers send an error. Otherwise the call has begun, and clients do not repeat it.
    stream.respond({ ...headers, ...trailersOf(response.fails) }, { endStream: true });
    return;
  }
  stream.respond(headers, { waitForTrailers: true });
  for (const message of messages) stream.write(frame(encode(rpc, message)));
  if (response.ends === "never" || response.ends === "reset") return;
  stream.on("wantTrailers", () => stream.sendTrailers(trailersOf(response.fails)));
  stream.end();
}

function encode(rpc: string, message: unknown): Uint8Array {
  const { unknownFields, ...known } = message as { unknownFields?: string } & Record<string, JsonValue>;
  return Buffer.concat([messagesOf(rpc).encodeResponse(known), Buffer.from(unknownFields ?? "", "hex")]);
}

function frame(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

function trailersOf(failure: Response["fails"]): Record<string, string> {
  if (!failure) return { "grpc-status": "0" };
  const { code, reason, domain, currentState, attemptsLeft, retryAfter, details } = failure;
  const error = createServiceError(status[code as keyof typeof status], {
    ...(reason !== undefined && { reason }),
    ...(domain !== undefined && { domain }),
    ...(currentState !== undefined && { currentState }),
    ...(attemptsLeft !== undefined && { attemptsLeft }),
    ...(retryAfter !== undefined && { retryAfterMs: retryAfter }),
    ...(details !== undefined && { raw: Buffer.from(details, "hex") }),
  });
  const bytes = error.metadata.get("grpc-status-details-bin")[0] as Buffer;
  const trailers = {
    "grpc-status": String(error.code),
    "grpc-message": "said by the peer",
    // Like the service: with another code, grpc-java would take it for a request to retry.
    ...(retryAfter !== undefined &&
      code === "UNAVAILABLE" && { "grpc-retry-pushback-ms": String(retryAfter) }),
  };
  const isBare = reason === undefined && details === undefined && retryAfter === undefined;
  return isBare
    ? trailers
    : { ...trailers, "grpc-status-details-bin": bytes.toString("base64").replace(/=+$/, "") };
}
