import { ReplyError } from "ioredis";
import { StoreUnavailable } from "../ticket_store.js";

/** The key belongs to another server of the Cluster, for good or (`asking`) while its slot is being moved. Nothing was written. */
export class Redirected extends Error {
  readonly address: string;
  readonly asking: boolean;

  constructor(address: string, asking: boolean) {
    super("the key lies on another server of the Cluster");
    this.name = "Redirected";
    this.address = address;
    this.asking = asking;
  }
}

/** The connection had broken before the command was sent. */
export class NotSent extends Error {
  constructor() {
    super("the connection was closed");
    this.name = "NotSent";
  }
}

/** The server does not know the script by its name. Nothing was written. */
export class UnknownScript extends Error {
  constructor() {
    super("the server does not know the script");
    this.name = "UnknownScript";
  }
}

/**
 * What a server says while it cannot do its work: it is a replica by now, full, loading, part of a Cluster that is down, or no
 * longer lets us in. Of all of them it is known that nothing was written.
 */
const passing =
  /^(READONLY|LOADING|MASTERDOWN|CLUSTERDOWN|NOREPLICAS|OOM|MISCONF|TRYAGAIN|BUSY|NOAUTH|WRONGPASS|NOPERM|ERR max number of clients|ERR The user executing the script)\b/;

/** Whether the failure is a server that cannot do its work now, and not a fault in what it was asked. */
export function isPassing(error: unknown): error is Error {
  return isRefusal(error) && passing.test(withoutScript(error.message));
}

/** Whether the server itself has answered, and refused. */
function isRefusal(error: unknown): error is Error {
  return error instanceof ReplyError;
}

/**
 * What a command that failed means to the store.
 *
 * @param writes Whether it would have written: cut off in the middle, nobody knows whether it has.
 */
export function failureOf(error: unknown, writes: boolean): Error {
  if (!isRefusal(error)) {
    if (error instanceof NotSent) return new StoreUnavailable("Redis is away");
    const outcome = writes ? "unknown" : "not written";
    return new StoreUnavailable("Redis was cut off before it answered", outcome, { cause: error });
  }
  const text = error.message;
  const [word = "", , address = ""] = text.split(" ");
  if (word === "MOVED" || word === "ASK") return new Redirected(address, word === "ASK");
  if (word === "NOSCRIPT") return new UnknownScript();
  if (isPassing(error))
    return new StoreUnavailable(`Redis refuses: ${text}`, "not written", { cause: error });
  return new Error(`Redis does not do what it was asked: ${text}`);
}

/** What failed inside a script is told with words around it. */
function withoutScript(message: string): string {
  return message.replace(/^ERR (?=[A-Z]{3,} )/, "");
}
