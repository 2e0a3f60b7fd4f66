/**
 * The one write: creates a ticket, or replaces it if it is still the one that was read. It compares, sets and publishes, and
 * knows nothing of what a ticket means.
 *
 * A value begins with its write id, so that the script need not understand the rest. Setting the value and its expiry is one
 * command, so that nothing can stop between them. The hint goes out by `pcall`: what a script has written stays when a later
 * command of it fails, and a write that has happened must not be told as one that has not.
 */
export declare const replaceScript = "-- KEYS[1]  key of the ticket\n-- ARGV[1]  write id that the stored ticket must have; empty: there must be none\n-- ARGV[2]  new value, which begins with its write id\n-- ARGV[3]  life of the key from now, in milliseconds\n-- ARGV[4]  channel of the hint\n-- answers  1 if the value was written, 0 if another one is stored\nif redis.call('GETRANGE', KEYS[1], 0, 15) ~= ARGV[1] then\n  return 0\nend\nredis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])\nredis.pcall('SPUBLISH', ARGV[4], '')\nreturn 1\n";
/** The name by which a server that has seen the script knows it. */
export declare const replaceScriptSha: string;
