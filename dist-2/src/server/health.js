import { status, } from "@grpc/grpc-js";
import { service as healthService } from "grpc-health-check";
export { healthService };
/** The watches of one connection. No more, so that one client cannot take them all. */
const watchesPerConnection = 100;
/**
 * Adds the health service. Every name is SERVING to begin with, and further names are never known.
 *
 * Our own, with the definition of `grpc-health-check`: the package bounds neither watches nor the names that it remembers of them, and
 * writes without minding whether anybody reads.
 *
 * @param maxWatches Watches in all. At the limit, a new one ends the oldest of a connection that has more, or is refused.
 */
export function addHealth(server, names, maxWatches, floods) {
    const statuses = new Map(names.map((name) => [name, "SERVING"]));
    const watches = createWatches(maxWatches, floods);
    server.addService(healthService, {
        check({ request }, callback) {
            const known = statuses.get(request.service);
            if (known)
                callback(null, { status: known });
            else
                callback({ code: status.NOT_FOUND, details: "unknown service" });
        },
        watch(call) {
            const name = call.request.service;
            watches.add(call, () => ({ status: statuses.get(name) ?? "SERVICE_UNKNOWN" }));
        },
        list(_call, callback) {
            const entries = [...statuses].map(([name, known]) => [name, { status: known }]);
            callback(null, { statuses: Object.fromEntries(entries) });
        },
    });
    return {
        setStatus(name, known) {
            if (statuses.get(name) === known)
                return;
            statuses.set(name, known);
            watches.changed();
        },
    };
}
function createWatches(maxWatches, floods) {
    /** By the peer's address and port, which name a connection. */
    const byPeer = new Map();
    let count = 0;
    /** Makes room for a watch of a connection that has `own` already; returns whether it could. */
    function makeRoom(own) {
        if (own >= Math.min(watchesPerConnection, maxWatches))
            return false;
        if (count < maxWatches)
            return true;
        let most = new Set();
        for (const watches of byPeer.values())
            if (watches.size > most.size)
                most = watches;
        // Among equals the older one stays: a flood of connections ends no balancer's watch.
        if (own + 1 >= most.size)
            return false;
        for (const oldest of most) {
            oldest.refuse();
            return true;
        }
        return false;
    }
    return {
        add(call, answer) {
            const peer = call.getPeer();
            const own = byPeer.get(peer) ?? new Set();
            const watch = createWatch(call, answer, leave);
            function leave() {
                if (!own.delete(watch))
                    return;
                count -= 1;
                if (own.size === 0)
                    byPeer.delete(peer);
            }
            if (!makeRoom(own.size)) {
                floods.count("healthWatchesRefused");
                watch.refuse();
                return;
            }
            byPeer.set(peer, own.add(watch));
            count += 1;
            call.on("cancelled", leave);
            watch.send();
        },
        changed() {
            for (const watches of byPeer.values())
                for (const watch of watches)
                    watch.send();
        },
    };
}
function createWatch(call, answer, leave) {
    let sent;
    let isFull = false;
    function send() {
        const { status: next } = answer();
        if (isFull || next === sent)
            return;
        sent = next;
        isFull = !call.write({ status: next });
    }
    call.on("drain", () => {
        isFull = false;
        send();
    });
    return {
        send,
        refuse() {
            leave();
            call.emit("error", { code: status.RESOURCE_EXHAUSTED, details: "too many watches of the health" });
        },
    };
}
