import { once } from "node:events";
import { gone } from "./servers.js";
/** A server whose process has `meter.ts` preloaded. */
export function metered(one, child) {
    const ended = gone(child, one.name);
    // Whoever waits is told; at the end nobody does.
    ended.catch(() => { });
    const ask = async (wish) => {
        const answer = once(child, "message");
        child.send(wish);
        const [usage] = await Promise.race([answer, ended]);
        return usage;
    };
    return { ...one, usage: () => ask("now"), collectedUsage: () => ask("collected") };
}
