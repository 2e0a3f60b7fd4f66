import { ReplyError } from "ioredis";
import { StoreUnavailableError } from "../../ticket_store.js";

/**
 * The error for a key on another node of the Cluster: for good, or with `asking` while its slot is moving.
 * Nothing was written.
 */
export class RedirectError extends Error {
  readonly address: string;
  readonly asking: boolean;

  constructor(address: string, asking: boolean) {
    super("the key belongs to another node of the Cluster");
    this.name = "RedirectError";
    this.address = address;
    this.asking = asking;
  }
}

/** The error for a command on a connection that had broken before. Nothing was sent. */
export class NotSentError extends Error {
  constructor() {
    super("the connection was closed");
    this.name = "NotSentError";
  }
}

/** The error for a script that the server has not loaded. Nothing was written. */
export class UnknownScriptError extends Error {
  constructor() {
    super("the server does not know the script");
    this.name = "UnknownScriptError";
  }
}

/**
 * Error codes of faulty commands. Any other code, and a reply without one, means that a server or a proxy
 * cannot work now: it has become a replica, is full, loading, part of a Cluster that is down, or denies access.
 * The list has the codes of faults because Redis, its forks and the proxies before them keep adding to the
 * others.
 */
const commandErrorCodes = /^(ERR|WRONGTYPE|CROSSSLOT|EXECABORT|NOPROTO|SYNTAX)\b/;

/**
 * Errors of the server's condition that have the general code ERR: too many clients, a script's user without
 * rights.
 */
const transientErrors = /^ERR (max\b|The user executing the script\b)/;

/** Reports whether the server cannot work now, as opposed to a fault in the command. */
export function isTransient(error: unknown): error is Error {
  if (!isReplyError(error)) return false;
  const text = stripScriptPrefix(error.message);
  return !commandErrorCodes.test(text) || transientErrors.test(text);
}

/** Reports whether the server itself replied with an error, whatever its text. */
export function isReplyError(error: unknown): error is Error {
  return error instanceof ReplyError;
}

/**
 * Translates the error of a command for the store.
 *
 * @param writes True if the command may have written when the connection broke.
 */
export function toStoreError(error: unknown, writes: boolean): Error {
  if (!isReplyError(error)) {
    if (error instanceof NotSentError) return new StoreUnavailableError("Redis is unreachable");
    const outcome = writes ? "unknown" : "not written";
    const text = "the connection to Redis broke before the reply";
    return new StoreUnavailableError(text, outcome, { cause: error });
  }
  const text = error.message;
  const [code = "", , address = ""] = text.split(" ");
  if (code === "MOVED" || code === "ASK") return new RedirectError(address, code === "ASK");
  if (code === "NOSCRIPT") return new UnknownScriptError();
  if (isTransient(error))
    return new StoreUnavailableError(`Redis replied with an error: ${text}`, "not written", { cause: error });
  return new Error(`Redis rejected a command: ${text}`);
}

/**
 * Returns the right that the ACL user lacks, as far as the server's text names it: `+evalsha`, or the kind of pattern.
 * Returns undefined for any other text.
 */
export function missingRightOf(text: string): string | undefined {
  if (!/\bNOPERM\b|The user executing the script\b/.test(text)) return undefined;
  const [, command] = /'([\w|.-]+)' (?:sub)?command/i.exec(text) ?? [];
  if (command !== undefined) return `+${command.toLowerCase()}`;
  if (/\bchannels?\b/.test(text)) return "the pattern of the channels (&)";
  return /\bkeys?\b/.test(text) ? "the pattern of the keys (~)" : "a command of the script";
}

/** Appends the missing right to a text, if the text is about one. */
export function withMissingRight(text: string): string {
  const right = missingRightOf(text);
  return right === undefined ? text : `${text} (missing right: ${right})`;
}

/** Returns the error text without the prefix that Redis adds to errors inside a script. */
function stripScriptPrefix(message: string): string {
  return message.replace(/^ERR (?=[A-Z]{3,} )/, "");
}
