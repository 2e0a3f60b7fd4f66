import { setTimeout as after } from "node:timers/promises";
import { replaceScript, replaceScriptSha } from "./replace_script.js";
/**
 * Does once whatever the store will do, with a key that means nothing: what the ACL user is not allowed, and a hint that does not arrive,
 * are found at the start and not at the first sign-in.
 *
 * @throws Error in one line that names what is missing.
 */
export async function rehearse(primary, naming, timeout) {
    const { address } = primary;
    const subscriptions = primary.subscriptions();
    const tag = primary.tag();
    const key = naming.ticketKey(tag);
    const channel = naming.channel(tag);
    const attempt = async (what, work) => {
        try {
            return await work;
        }
        catch (error) {
            throw new Error(`Redis at ${address} does not let us ${what}: ${messageOf(error)}`);
        }
    };
    const heard = new Promise((resolve) => subscriptions.onMessage((name) => name === channel && resolve()));
    await attempt(`subscribe to the channel ${channel}`, subscriptions.subscribe(channel));
    await attempt(`publish to the channel ${channel}`, primary.ask("SPUBLISH", channel, ""));
    const giveUp = new AbortController();
    const arrived = await Promise.race([
        heard.then(() => true),
        after(timeout, false, { signal: giveUp.signal }).catch(() => false),
    ]);
    giveUp.abort();
    await attempt(`unsubscribe from the channel ${channel}`, subscriptions.unsubscribe(channel));
    if (!arrived)
        throw new Error(`Redis at ${address} does not deliver what is published`);
    for (const call of [
        ["EVALSHA", replaceScriptSha],
        ["EVAL", replaceScript],
    ]) {
        const words = [...call, 1, key, "", `${"0".repeat(16)}-`, 1_000, channel];
        await attempt(`write the key ${key} by a script`, primary.run({ words, tag, writes: true }));
    }
    await attempt(`read the key ${key}`, primary.run({ words: ["GET", key], tag, writes: false }));
}
/** The server's own words, where it was the server that refused. */
function messageOf(error) {
    const { cause } = error instanceof Error ? error : {};
    const told = cause instanceof Error ? cause : error;
    return told instanceof Error ? told.message : String(told);
}
