import { connect } from "./connection.js";
import { durabilityOf } from "./durability.js";
import { factsOf, objectionTo } from "./server_facts.js";
/** How often the time is taken over anew and the servers are asked how they are set up, in milliseconds. */
const interval = 60_000;
/** The tag whose primary tells the time to all nodes. */
const timeTag = "time";
async function asked(primary, ask) {
    try {
        return await ask(primary);
    }
    catch (error) {
        const text = error instanceof Error ? error.message : String(error);
        throw new Error(`Redis at ${primary.address} does not tell how it is: ${text}`, { cause: error });
    }
}
export function superviseServers(options) {
    const { clock, events, primaries, serverClock, topology } = options;
    let last;
    let cancelTimer;
    let ended = false;
    /** Counts the waits, so that a look that was slow does not put off the one that was asked for meanwhile. */
    let round = 0;
    async function takeTime() {
        await asked(primaries.of(timeTag), serverClock.follow);
        events.onSkew(serverClock.skew());
    }
    /** What a replica says of itself. One that does not tell is not relied upon. */
    async function replicaFacts(address) {
        try {
            const connection = await connect(address, options.login, options.timeout);
            try {
                return await factsOf({ address, ask: (...words) => connection.call(words) });
            }
            finally {
                connection.close();
            }
        }
        catch {
            return { address, appendOnly: false, hasSnapshot: false, hasModules: false, settings: undefined };
        }
    }
    async function look(isFirst) {
        // The level is that of all servers; what could not be asked now is asked when it is back.
        if (!isFirst && primaries.areMissing())
            return;
        const servers = await Promise.all(primaries.all().map((primary) => asked(primary, factsOf)));
        const following = await Promise.all(servers.flatMap((server) => server.replicas).map(replicaFacts));
        let durability = durabilityOf(servers, options, primaries.layout().replicas, following);
        for (const facts of servers) {
            const objection = objectionTo(facts, topology.kind);
            if (objection === undefined)
                continue;
            if (isFirst)
                throw new Error(`Redis at ${facts.address} ${objection}`);
            durability = { level: "best effort", because: `${facts.address} ${objection}` };
        }
        if (isFirst && options.requireDurable && durability.level !== "durable") {
            throw new Error(`store.redis.requireDurable: ${durability.because}`);
        }
        if (durability.level === last?.level && durability.because === last.because)
            return;
        last = durability;
        events.onDurability(durability, servers.map(({ product, address }) => `${product} at ${address}`).join(", "));
    }
    function wait(ms) {
        cancelTimer?.();
        round += 1;
        const mine = round;
        // What fails here has failed with the connection, and is done again when that is back.
        cancelTimer = clock.after(ms, () => {
            void Promise.allSettled([takeTime(), look(false)]).then(() => ended || mine !== round || wait(interval));
        });
    }
    return {
        async begin() {
            await look(true);
            await takeTime();
            wait(interval);
        },
        changed: () => wait(0),
        end() {
            ended = true;
            cancelTimer?.();
        },
    };
}
