import { createHash } from "node:crypto";
/**
 * The one write: creates a ticket, or replaces it if it is still the one that was read. It compares, sets and publishes, and
 * knows nothing of what a ticket means.
 *
 * A value begins with its write id, so that the script need not understand the rest. Setting the value and its expiry is one
 * command, so that nothing can stop between them. The hint goes out by `pcall`: what a script has written stays when a later
 * command of it fails, and a write that has happened must not be told as one that has not.
 */
export const replaceScript = `-- KEYS[1]  key of the ticket
-- ARGV[1]  write id that the stored ticket must have; empty: there must be none
-- ARGV[2]  new value, which begins with its write id
-- ARGV[3]  life of the key from now, in milliseconds
-- ARGV[4]  channel of the hint
-- answers  1 if the value was written, 0 if another one is stored
if redis.call('GETRANGE', KEYS[1], 0, 15) ~= ARGV[1] then
  return 0
end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
redis.pcall('SPUBLISH', ARGV[4], '')
return 1
`;
/** The name by which a server that has seen the script knows it. */
export const replaceScriptSha = createHash("sha1").update(replaceScript).digest("hex");
