import { createHash } from "node:crypto";
import type { SharedRates } from "../shared_rates.js";
import type { RedisCommand } from "./connection/command_executor.js";
import type { RedisKeys } from "./keys.js";

/**
 * Moves the moment of a rate, in milliseconds of the server's clock, and returns the time until it in microseconds,
 * since a script returns integers. A moment that has passed is the same as none.
 */
export const advanceScript = `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local due = tonumber(redis.call('GET', KEYS[1]) or 0)
due = math.min(math.max(due, now) + tonumber(ARGV[1]), now + tonumber(ARGV[2]))
local left = math.max(due - now, 0)
redis.call('SET', KEYS[1], string.format('%.3f', due), 'PX', math.max(math.ceil(left), 1))
return math.floor(left * 1000)
`;

/**
 * Creates the rates. A key is a digest, because the names contain addresses and user ids, which should not be readable
 * in a copy of the data.
 */
export function createSharedRates(
  keys: Pick<RedisKeys, "rateKey">,
  run: (command: RedisCommand) => Promise<unknown>,
): SharedRates {
  return {
    async advance(key, ms, latest) {
      const hashTag = createHash("sha256").update(key).digest("base64url");
      // Not EVALSHA: reports are few, and the script is short.
      const args = ["EVAL", advanceScript, 1, keys.rateKey(hashTag), ms, latest];
      return Number(await run({ args, hashTag, writes: true })) / 1_000;
    },
  };
}
