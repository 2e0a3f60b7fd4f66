import { setTimeout as after } from "node:timers/promises";
import { StoreUnavailable } from "../ticket_store.js";
import { connect } from "./connection.js";
import { createConfirmedLane, createDirectLane } from "./lane.js";
import { replaceScript } from "./replace_script.js";
import { createSubscriptions } from "./subscriptions.js";
/** The connection for subscriptions is opened anew no more often than this, in milliseconds. */
const leastListening = 1_000;
/**
 * Connects to a primary.
 *
 * @param tag Tells a hash tag whose keys lie on this server now.
 * @throws Error with what the network or the server says, or that it is a replica.
 */
export async function openPrimary(address, tag, options) {
    const { login, timeout, replicas, replicasOnDisk, naming } = options;
    const connections = await connectAll(3, () => connect(address, login, timeout));
    const [writing, reading] = connections;
    let [, , listening] = connections;
    let listeningSince = Number.NEGATIVE_INFINITY;
    let subscriptions = createSubscriptions(listening);
    let downBecause;
    let tellDown = () => { };
    let tellRenewed = () => { };
    function goDown(reason) {
        if (downBecause !== undefined)
            return;
        downBecause = reason;
        for (const connection of [writing, reading, listening])
            connection.close();
        tellDown(reason);
    }
    async function listenAnew() {
        // One that is thrown out again and again, as when its subscriptions alone are too many, is not to take up all of a core.
        const pause = leastListening - (performance.now() - listeningSince);
        if (pause > 0)
            await after(pause, undefined, { ref: false });
        if (downBecause !== undefined)
            return;
        listeningSince = performance.now();
        try {
            listening = await connect(address, login, timeout);
        }
        catch (error) {
            return goDown(textOf(error));
        }
        if (downBecause !== undefined)
            return listening.close();
        subscriptions = createSubscriptions(listening);
        listening.onEnd(() => void listenAnew());
        tellRenewed();
    }
    for (const connection of [writing, reading]) {
        connection.onEnd((cause) => goDown(cause?.message ?? "the connection was closed"));
    }
    listening.onEnd(() => void listenAnew());
    function laneOn(connection) {
        if (replicas === 0)
            return createDirectLane(connection);
        // Half of what the connection may be silent: a replica that is late is told apart from a primary that is.
        const barrierKey = naming.barrierKey;
        return createConfirmedLane(connection, {
            ...{ replicas, replicasOnDisk, barrierKey },
            timeout: Math.ceil(timeout / 2),
        });
    }
    const writes = laneOn(writing);
    const reads = laneOn(reading);
    async function run(command) {
        if (downBecause !== undefined)
            throw new StoreUnavailable(`Redis is away: ${downBecause}`);
        try {
            return await (command.writes ? writes : reads).run(command);
        }
        catch (error) {
            if (error instanceof StoreUnavailable)
                goDown(causeOf(error));
            throw error;
        }
    }
    async function pulse() {
        const own = tag();
        const words = ["SET", naming.barrierKey(own), "", "PX", 1_000];
        // A subscriber that does not answer is cut off by that, and listens anew.
        listening.call(["PING"]).catch(() => { });
        await Promise.all([run({ words, tag: own, writes: true }), reading.call(["PING"])]);
    }
    try {
        await assertPrimary(reading);
        await writing.call(["SCRIPT", "LOAD", replaceScript]);
        await pulse();
    }
    catch (error) {
        goDown("it could not be opened");
        throw error instanceof StoreUnavailable ? new Error(causeOf(error)) : error;
    }
    return {
        address,
        tag,
        subscriptions: () => subscriptions,
        run,
        ask: (...words) => reading.call(words),
        pulse,
        onDown(onDown) {
            tellDown = onDown;
            if (downBecause !== undefined)
                onDown(downBecause);
        },
        onRenewed(onRenewed) {
            tellRenewed = onRenewed;
        },
        close: () => goDown("it is no longer needed"),
    };
}
/** All of them or none. */
async function connectAll(count, open) {
    const opened = await Promise.allSettled(Array.from({ length: count }, open));
    const connections = opened.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    const [first, second, third] = connections;
    if (first && second && third)
        return [first, second, third];
    for (const connection of connections)
        connection.close();
    throw opened.find((one) => one.status === "rejected")?.reason;
}
/** The server is a replica, which takes no writes. */
export class NotPrimary extends Error {
    constructor(primary) {
        super(`is a read-only replica of ${primary}; name the primary, or its Sentinels`);
        this.name = "NotPrimary";
    }
}
async function assertPrimary(connection) {
    const role = await connection.call(["ROLE"]);
    if (!Array.isArray(role) || role[0] === "master")
        return;
    const [, host, port] = role;
    throw new NotPrimary(`${host}:${port}`);
}
function causeOf(error) {
    return error.cause instanceof Error ? error.cause.message : error.message;
}
function textOf(error) {
    return error instanceof Error ? error.message : String(error);
}
