import { StoreUnavailable } from "../ticket_store.js";
import { Redirected } from "./failures.js";
import { NotPrimary, openPrimary } from "./primary.js";
/** How often each primary has to show that it can write, in milliseconds: how late a failure is noticed when nobody calls. */
const pulseInterval = 1_000;
/** How often Sentinels or a Cluster are asked again where the primaries are. */
const locateInterval = 5_000;
/** The pauses before the first and before any later try to reach a primary that is away. */
const retryDelays = { least: 50, most: 1_000 };
/**
 * A primary that went down sooner than this after it was opened, in milliseconds, does not shorten the pauses. Some accept
 * connections and the first write, and then refuse each read or cut everybody off.
 */
const steadyLife = 10_000;
/**
 * Finds and opens all primaries.
 *
 * @throws Error if one of them cannot be reached.
 */
export async function openPrimaries(options) {
    const { topology, clock } = options;
    const open = new Map();
    const tags = new Map();
    let layout = await topology.locate();
    let changed = () => { };
    let closed = false;
    let lost = false;
    let refreshing;
    let cancelTimer;
    let failures = 0;
    let shortLives = 0;
    let locatedAt = clock.now();
    async function openOne(address) {
        const primary = await opened(address);
        if (closed || !layout.primaries.includes(address))
            return primary.close();
        open.set(address, primary);
        const openedAt = performance.now();
        primary.onRenewed(() => changed({ kind: "moved" }));
        primary.onDown((reason) => {
            if (open.get(address) !== primary)
                return;
            open.delete(address);
            if (closed)
                return;
            changed({ kind: "gone", reason: `${address}: ${reason}` });
            shortLives = performance.now() - openedAt < steadyLife ? shortLives + 1 : 0;
            // The first time at once: most often another server has taken over.
            wait(shortLives < 2 ? 0 : retryDelay(shortLives - 1));
        });
    }
    /** Found anew whenever slots may have moved. */
    function tagOf(address) {
        const known = tags.get(address);
        if (known !== undefined && layout.primaryOf(known) === address)
            return known;
        const tag = tagOn(address, layout);
        tags.set(address, tag);
        return tag;
    }
    async function opened(address) {
        try {
            return await openPrimary(address, () => tagOf(address), options);
        }
        catch (error) {
            throw new Error(`Redis at ${address} ${whyNot(error, options)}`, { cause: error });
        }
    }
    async function openMissing() {
        if (closed)
            return;
        const missing = layout.primaries.filter((address) => !open.has(address));
        if (missing.length === 0)
            return;
        const tries = await Promise.allSettled(missing.map(openOne));
        if (tries.some(({ status }) => status === "fulfilled") && !closed)
            changed({ kind: "come" });
        const failed = tries.find((one) => one.status === "rejected");
        if (failed)
            throw failed.reason;
    }
    async function locate() {
        try {
            layout = await topology.locate();
            lost = false;
        }
        catch (error) {
            lost = true;
            throw error;
        }
        locatedAt = clock.now();
        for (const [address, primary] of open) {
            if (!layout.primaries.includes(address))
                primary.close();
        }
        if (topology.kind === "cluster" && !closed)
            changed({ kind: "moved" });
    }
    function refresh() {
        refreshing ??= locate()
            .then(openMissing)
            .finally(() => {
            refreshing = undefined;
        });
        return refreshing;
    }
    /** Sees to everything after `ms` milliseconds, and from then on again and again. */
    function wait(ms) {
        if (closed)
            return;
        cancelTimer?.();
        cancelTimer = clock.after(ms, () => void keepUp().then(wait));
    }
    /** The answer is when to do it again. What fails here is seen in what is open and is told by that; it is tried again. */
    async function keepUp() {
        await Promise.allSettled([...open.values()].map((primary) => primary.pulse()));
        const isDue = clock.now() - locatedAt >= locateInterval && topology.kind !== "single";
        if (!closed && (areMissing() || isDue))
            await refresh().catch(() => { });
        failures = areMissing() ? failures + 1 : 0;
        return failures === 0 ? pulseInterval : retryDelay(failures);
    }
    function areMissing() {
        return lost || layout.primaries.some((address) => !open.has(address));
    }
    function close() {
        closed = true;
        cancelTimer?.();
        for (const primary of open.values())
            primary.close();
        open.clear();
    }
    try {
        await openMissing();
    }
    catch (error) {
        close();
        throw error;
    }
    wait(pulseInterval);
    return {
        of(tag) {
            const address = layout.primaryOf(tag);
            const primary = address === undefined ? undefined : open.get(address);
            if (!primary)
                throw new StoreUnavailable("Redis is away");
            return primary;
        },
        all: () => [...open.values()],
        areMissing,
        layout: () => layout,
        refresh,
        onChange(onChange) {
            changed = onChange;
        },
        close,
    };
}
/** Doubles, and is a little different everywhere, so that nodes do not come back all at once. */
function retryDelay(failures) {
    const delay = Math.min(retryDelays.least * 2 ** Math.min(failures - 1, 10), retryDelays.most);
    return delay * (0.5 + Math.random() / 2);
}
/** Any tag whose keys lie on the primary. */
function tagOn(address, layout) {
    for (let number = 0; number < 100_000; number++) {
        if (layout.primaryOf(String(number)) === address)
            return String(number);
    }
    throw new Error(`${address} has no slot of the Cluster`);
}
/** What a failure to open a server means to whoever set it up. */
function whyNot(error, { topology: { kind }, naming }) {
    const text = error instanceof Error ? error.message : String(error);
    if (text.startsWith("NOAUTH"))
        return "asks for a password: set store.redis.password";
    if (text.startsWith("WRONGPASS"))
        return `refuses the user name or the password: ${text}`;
    if (text.startsWith("NOPERM")) {
        return `does not let us do what is needed, with keys such as ${naming.barrierKey("0")}: ${text}`;
    }
    if (error instanceof NotPrimary)
        return text;
    if (/WAITAOF/i.test(text)) {
        return `cannot be used with store.redis.replicasOnDisk, which needs Redis 7.2 or later and appendonly yes: ${text}`;
    }
    if (kind !== "cluster" && (error instanceof Redirected || text.startsWith("CLUSTERDOWN"))) {
        return "is a node of a Redis Cluster: name it under store.redis.cluster";
    }
    return `cannot be used: ${text}`;
}
