import { deadlineOf } from "../../domain/ticket.js";
import { StoreUnavailable } from "../ticket_store.js";
import { Redirected, UnknownScript } from "./failures.js";
import { createHints } from "./hints.js";
import { createNaming } from "./naming.js";
import { openPrimaries } from "./primaries.js";
import { createQuota } from "./quota.js";
import { rehearse } from "./rehearsal.js";
import { replaceScript, replaceScriptSha } from "./replace_script.js";
import { createServerClock } from "./server_clock.js";
import { superviseServers } from "./supervision.js";
import { decodeTicket, encodeTicket } from "./ticket_codec.js";
/** How much longer than a ticket its key lives, in milliseconds: more than clocks and pauses can be off. */
const keyMargin = 60_000;
/** How often a command is sent after a key that a Cluster is moving. */
const maxRedirections = 5;
/**
 * Opens a store in Redis.
 *
 * @throws Error in one line that names what is wrong: a server that cannot be reached or refuses us, is too old, a replica, may throw keys
 * away or keep a key or a channel from us, or, where that is required, may lose what was answered.
 */
export async function openRedisStore(options) {
    const { caps, events, lifetimes, reread } = options;
    const naming = createNaming(options.keyPrefix);
    const primaries = await openPrimaries({ ...options, naming });
    const clock = createServerClock(options.clock);
    const supervision = superviseServers({ ...options, primaries, serverClock: clock });
    try {
        await supervision.begin();
        for (const primary of primaries.all())
            await rehearse(primary, naming, options.timeout);
    }
    catch (error) {
        supervision.end();
        primaries.close();
        throw error;
    }
    const hints = createHints({ primaries, naming, clock: options.clock, reread });
    const quota = createQuota(clock, caps);
    let closed = false;
    primaries.onChange((change) => {
        hints.resume();
        if (change.kind === "moved")
            return;
        supervision.changed();
        const reason = change.kind === "gone" ? change.reason : "another primary is away";
        events.onAvailability(primaries.all().length > 0, primaries.areMissing() ? reason : undefined);
    });
    async function run(command) {
        if (closed)
            throw new StoreUnavailable("the store is closed");
        return follow(primaries, command);
    }
    async function write(ticket, expectedWriteId) {
        const { id } = ticket;
        const rememberedUntil = ticket.forgetAt === undefined ? deadlineOf(ticket) + lifetimes.remembered : ticket.forgetAt;
        const life = Math.max(rememberedUntil - clock.now(), 0) + keyMargin;
        const rest = [1, naming.ticketKey(id), expectedWriteId, encodeTicket(ticket), life, naming.channel(id)];
        const command = { tag: id, writes: true };
        try {
            return (await run({ ...command, words: ["EVALSHA", replaceScriptSha, ...rest] })) === 1;
        }
        catch (error) {
            if (!(error instanceof UnknownScript))
                throw error;
            // Somebody has emptied the server's memory of scripts.
            return (await run({ ...command, words: ["EVAL", replaceScript, ...rest] })) === 1;
        }
    }
    return {
        clock,
        async create(ticket) {
            const giveBack = quota.take(ticket.appId, deadlineOf(ticket) + lifetimes.remembered);
            try {
                if (!(await write(ticket, "")))
                    throw new Error("a ticket with this id exists");
            }
            catch (error) {
                giveBack();
                throw error;
            }
        },
        async get(id) {
            const value = await run({ words: ["GET", naming.ticketKey(id)], tag: id, writes: false });
            if (typeof value !== "string")
                return undefined;
            const ticket = decodeTicket(id, value);
            return ticket.forgetAt !== undefined && ticket.forgetAt <= clock.now() ? undefined : ticket;
        },
        replace: write,
        async subscribe(id, onChange) {
            if (closed)
                throw new StoreUnavailable("the store is closed");
            return hints.subscribe(id, onChange);
        },
        async close() {
            closed = true;
            supervision.end();
            hints.close();
            primaries.close();
        },
    };
}
/** Runs a command where its key lies, also when a Cluster has moved it, or is moving it, to another server. */
async function follow(primaries, command) {
    let primary = primaries.of(command.tag);
    let asking = false;
    for (let redirections = 0;; redirections++) {
        try {
            return await primary.run(asking ? { ...command, asking } : command);
        }
        catch (error) {
            if (!(error instanceof Redirected))
                throw error;
            if (redirections === maxRedirections)
                throw new StoreUnavailable("the Cluster is moving the key");
            if (!error.asking)
                await refreshed(primaries);
            const target = primaries.all().find(({ address }) => address === error.address);
            if (!target)
                throw new StoreUnavailable("the Cluster has moved the key to a server that is away");
            primary = target;
            asking = error.asking;
        }
    }
}
async function refreshed(primaries) {
    try {
        await primaries.refresh();
    }
    catch (error) {
        throw new StoreUnavailable("Redis is away", "not written", { cause: error });
    }
}
