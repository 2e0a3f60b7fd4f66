import { createHash } from "node:crypto";

/**
 * Lua script of the only write: it creates a ticket, or replaces one that is still the one that was read. It
 * compares, sets and publishes without parsing the ticket.
 *
 * A value begins with its write id, so the script can compare it without the rest. One command sets the value
 * and its expiry, so nothing can stop in between. The change notification uses `pcall`: the writes of a script
 * stay when a later command fails, and a write that took effect must not be reported as a failure.
 */
export const replaceScript = `-- KEYS[1]  key of the ticket
-- ARGV[1]  write id that the stored ticket must have; empty: no ticket may be stored
-- ARGV[2]  new value, which begins with its write id
-- ARGV[3]  time to live of the key, in milliseconds
-- ARGV[4]  channel of the change notification
-- ARGV[5]  its content: the trace context of the write, or empty
-- returns  1 if the value was written, 0 if another one is stored
if redis.call('GETRANGE', KEYS[1], 0, 15) ~= ARGV[1] then
  return 0
end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
redis.pcall('SPUBLISH', ARGV[4], ARGV[5])
return 1
`;

/** SHA-1 of the script, for EVALSHA. */
export const replaceScriptSha = createHash("sha1").update(replaceScript).digest("hex");
