import type { IncomingMessage } from "node:http";
import { type Duplex, Readable } from "node:stream";
import type { FastifyInstance, FastifyRequest, RequestPayload } from "fastify";
import { isObject } from "../../base/is_object.js";
import { HttpError, invalidRequest } from "./http_error.js";

/** A request as the body parsers of Express and of frameworks on top of it leave it. */
interface ParsedRequest extends IncomingMessage {
  /** A value parsed from JSON, a string, or the bytes. */
  readonly body?: unknown;
  /** The bytes from which `body` was parsed, if the parser keeps them. */
  readonly rawBody?: unknown;
}

/** Connections on which the body of the request is missing. They carry one request each. */
const bodylessConnections = new WeakSet<Duplex>();

/** Reports that the body of a request was read before the request was sent on this connection. */
export function markBodyAsRead(connection: Duplex): void {
  bodylessConnections.add(connection);
}

/** Methods whose requests have no body that is parsed. */
const bodylessMethods = ["GET", "HEAD", "OPTIONS"];

/**
 * Makes the routes take a body that was read before the request reached the gateway, from `body` or `rawBody` of the
 * Node.js request, and treat it like one that arrives here. A body that was read and is not there is rejected with
 * BODY_ALREADY_READ, since waiting for it would never end.
 */
export function acceptParsedBodies(instance: FastifyInstance): void {
  instance.addHook("preParsing", async (request, _reply, payload) => {
    // A server that has replaced the body has read it itself.
    if (payload !== request.raw || bodylessMethods.includes(request.method)) return payload;
    if (bodylessConnections.has(request.raw.socket)) throw bodyAlreadyRead();
    if (isUnread(request.raw)) return payload;
    return parsedBodyOf(request);
  });
}

function isUnread(raw: IncomingMessage): boolean {
  const isBeingRead =
    raw.readableFlowing === true || raw.listenerCount("data") > 0 || raw.listenerCount("readable") > 0;
  return !raw.readableDidRead && !raw.readableEnded && !isBeingRead;
}

function parsedBodyOf({ raw, headers }: FastifyRequest): RequestPayload {
  const { body, rawBody, readableEnded } = raw as ParsedRequest;
  const length = Number(headers["content-length"] ?? 0);
  const hasBody = headers["transfer-encoding"] !== undefined || length > 0;
  const parsed = readableEnded ? (rawBody ?? body) : undefined;
  const bytes = hasBody ? toBytes(parsed, isForm(headers["content-type"])) : "";
  if (bytes === undefined) throw bodyAlreadyRead();
  // Parsers decompress.
  delete headers["content-encoding"];
  // fastify compares this length with that of the header.
  const chunks = bytes.length > 0 ? [bytes] : [];
  return Object.assign(Readable.from(chunks, { objectMode: false }), { receivedEncodedLength: length });
}

const isForm = (contentType = ""): boolean => /^application\/x-www-form-urlencoded\b/i.test(contentType);

/** Returns the bytes of a parsed body, or undefined if there is none. */
function toBytes(body: unknown, fromForm: boolean): string | Uint8Array | undefined {
  if (typeof body === "string" || body instanceof Uint8Array || body === undefined) return body;
  try {
    return fromForm && isObject(body) ? toForm(body) : JSON.stringify(body);
  } catch (error) {
    if (error instanceof RangeError) throw invalidRequest("the body is nested too deeply");
    return undefined;
  }
}

/** Returns a form as text again. Parsers make a list of a parameter that is given twice. */
function toForm(fields: Readonly<Record<string, unknown>>): string {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    // An object, which some parsers make of "a[b]=c", may have a member `toString` from the request.
    for (const one of [value].flat())
      form.append(name, typeof one === "object" ? JSON.stringify(one) : String(one));
  }
  return form.toString();
}

function bodyAlreadyRead(): HttpError {
  const text =
    "the body of the request was read before it reached the gateway: put the gateway before the body parser, or set " +
    "`body` of the Node.js request to the parsed body";
  return new HttpError(500, "BODY_ALREADY_READ", text);
}
