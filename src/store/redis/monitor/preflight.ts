import { systemClock } from "../../../base/clock.js";
import { withTimeout } from "../../../base/with_timeout.js";
import { withMissingRight } from "../connection/redis_errors.js";
import type { RedisKeys } from "../keys.js";
import { replaceScript, replaceScriptSha } from "../replace_script.js";
import { advanceScript } from "../shared_rates.js";
import type { Primary } from "../topology/primary.js";

/**
 * Runs every kind of command that the store will use, on a key that holds no data. Missing permissions of the
 * ACL user and undelivered notifications are thus found at the start rather than at the first sign-in.
 *
 * @throws Error with one line that names what is missing.
 */
export async function runPreflight(primary: Primary, keys: RedisKeys, timeout: number): Promise<void> {
  const { address } = primary;
  const subscriptions = primary.subscriptions();
  const hashTag = primary.hashTag();
  const key = keys.ticketKey(hashTag);
  const channel = keys.channel(hashTag);
  const attempt = async <T>(what: string, work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw new Error(
        `Redis at ${address} does not allow qrlogin to ${what}: ${withMissingRight(serverMessageOf(error))}`,
      );
    }
  };
  const received = new Promise<void>((resolve) =>
    subscriptions.onMessage((name) => name === channel && resolve()),
  );
  await attempt(`subscribe to the channel ${channel}`, subscriptions.subscribe(channel));
  await attempt(`publish to the channel ${channel}`, primary.query("SPUBLISH", channel, ""));
  const arrived = await withTimeout(
    received.then(() => true),
    timeout,
    systemClock,
  );
  await attempt(`unsubscribe from the channel ${channel}`, subscriptions.unsubscribe(channel));
  if (!arrived) throw new Error(`Redis at ${address} did not deliver a published message`);
  // Before the scripts, whose errors do not name the command that is denied.
  for (const args of [
    ["GET", key],
    ["GETRANGE", key, 0, 0],
  ]) {
    await attempt(`read the key ${key}`, primary.run({ args, hashTag, writes: false }));
  }
  await attempt("read its time", primary.query("TIME"));
  for (const call of [
    ["EVALSHA", replaceScriptSha],
    ["EVAL", replaceScript],
  ]) {
    const args = [...call, 1, key, "", `${"0".repeat(16)}-`, 1_000, channel];
    await attempt(`write the key ${key} by a script`, primary.run({ args, hashTag, writes: true }));
  }
  const rateKey = keys.rateKey(hashTag);
  const advance = primary.run({
    ...{ args: ["EVAL", advanceScript, 1, rateKey, 0, 0], hashTag, writes: true },
  });
  await attempt(`write the key ${rateKey} by a script`, advance);
  const hashKey = keys.emptyHashKey(hashTag);
  for (const call of [
    ["HSETNX", hashKey, "field", ""],
    ["HSET", hashKey, "field", ""],
    ["HDEL", hashKey, "field"],
  ]) {
    await attempt(`write the hash ${hashKey}`, primary.run({ args: call, hashTag, writes: true }));
  }
  const read = primary.run({ args: ["HGETALL", hashKey], hashTag, writes: false });
  await attempt(`read the hash ${hashKey}`, read);
}

/** Returns the server's own message where it is the cause. */
function serverMessageOf(error: unknown): string {
  const { cause } = error instanceof Error ? error : {};
  const source = cause instanceof Error ? cause : error;
  return source instanceof Error ? source.message : String(source);
}
