import { ReplyError } from "ioredis";
import { StoreUnavailableError } from "../../ticket_store.js";

/** The key belongs to another server of the Cluster, for good or (`asking`) while its slot is being moved. Nothing was written. */
export class RedirectError extends Error {
  readonly address: string;
  readonly asking: boolean;

  constructor(address: string, asking: boolean) {
    super("the key lies on another server of the Cluster");
    this.name = "RedirectError";
    this.address = address;
    this.asking = asking;
  }
}

/** The connection had broken before the command was sent. */
export class NotSentError extends Error {
  constructor() {
    super("the connection was closed");
    this.name = "NotSentError";
  }
}

/** The server does not know the script by its name. Nothing was written. */
export class UnknownScriptError extends Error {
  constructor() {
    super("the server does not know the script");
    this.name = "UnknownScriptError";
  }
}

/**
 * Error codes of a command that is wrong in itself. Every other code, and a reply without one, is a server or a proxy that cannot
 * do its work now: it is a replica by now, full, loading, part of a Cluster that is down, or no longer lets us in. Listed are
 * the codes of faults, because Redis, its forks and the proxies before them keep adding to the others.
 */
const commandErrorCodes = /^(ERR|WRONGTYPE|CROSSSLOT|EXECABORT|NOPROTO|SYNTAX)\b/;

/** Conditions of the server that are reported under the general code ERR: too many clients, a script's user without rights. */
const transientErrors = /^ERR (max\b|The user executing the script\b)/;

/** Returns whether the failure is a server that cannot do its work now, and not a fault in what it was asked. */
export function isTransient(error: unknown): error is Error {
  if (!isReplyError(error)) return false;
  const text = stripScriptPrefix(error.message);
  return !commandErrorCodes.test(text) || transientErrors.test(text);
}

/** Returns whether the server itself has answered with an error, whatever its text. */
export function isReplyError(error: unknown): error is Error {
  return error instanceof ReplyError;
}

/**
 * What a command that failed means to the store.
 *
 * @param writes Whether it would have written: cut off in the middle, nobody knows whether it has.
 */
export function toStoreError(error: unknown, writes: boolean): Error {
  if (!isReplyError(error)) {
    if (error instanceof NotSentError) return new StoreUnavailableError("Redis is away");
    const outcome = writes ? "unknown" : "not written";
    return new StoreUnavailableError("Redis was cut off before it answered", outcome, { cause: error });
  }
  const text = error.message;
  const [code = "", , address = ""] = text.split(" ");
  if (code === "MOVED" || code === "ASK") return new RedirectError(address, code === "ASK");
  if (code === "NOSCRIPT") return new UnknownScriptError();
  if (isTransient(error))
    return new StoreUnavailableError(`Redis refuses: ${text}`, "not written", { cause: error });
  return new Error(`Redis does not do what it was asked: ${text}`);
}

/** What failed inside a script is told with words around it. */
function stripScriptPrefix(message: string): string {
  return message.replace(/^ERR (?=[A-Z]{3,} )/, "");
}
