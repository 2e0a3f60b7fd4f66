import { isTicketId } from "../../domain/secrets.js";
import { createSerialRunner, type TicketSearch } from "../ticket_search.js";
import { StoreUnavailableError } from "../ticket_store.js";
import { toStoreError } from "./connection/redis_errors.js";
import type { RedisKeys } from "./keys.js";
import type { Primaries } from "./topology/primaries.js";
import type { Primary } from "./topology/primary.js";

/** Number of keys that a server looks at for one reply: a third of a millisecond of its time. */
const keysPerReply = 250;
/** Number of replies of all servers after which a search gives up. The database may belong to others as well. */
const maxReplies = 8_000;

/**
 * Creates the search of a store in Redis: SCAN on every primary, which blocks the server only for each reply. The ids
 * are in the keys, so no ticket is read.
 */
export function createTicketSearch(primaries: Primaries, keys: RedisKeys): TicketSearch {
  const runSerially = createSerialRunner();

  async function scan(primary: Primary, cursor: string): Promise<[string, readonly string[]]> {
    const args = ["SCAN", cursor, "MATCH", keys.ticketKeyPattern, "COUNT", keysPerReply] as const;
    try {
      return (await primary.query(...args)) as [string, readonly string[]];
    } catch (error) {
      throw toStoreError(error, false);
    }
  }

  return {
    find: (matches, signal) =>
      runSerially(async () => {
        let replies = 0;
        for (const primary of primaries.all()) {
          let cursor = "0";
          do {
            signal.throwIfAborted();
            if (++replies > maxReplies) return { id: undefined, isComplete: false };
            const [next, found] = await scan(primary, cursor);
            // The preflight writes to keys that hold no ticket.
            const id = found.map(keys.ticketIdOfKey).find((one) => isTicketId(one) && matches(one));
            if (id !== undefined) return { id, isComplete: true };
            cursor = next;
          } while (cursor !== "0");
        }
        if (primaries.hasMissing()) throw new StoreUnavailableError("a part of Redis is unreachable");
        return { id: undefined, isComplete: true };
      }),
  };
}
