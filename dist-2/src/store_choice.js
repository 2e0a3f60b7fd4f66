import { readFileSync } from "node:fs";
import { isLoopback } from "./config/address.js";
import { createMemoryStore } from "./store/memory_store.js";
import { openRedisStore } from "./store/redis/redis_store.js";
import { cluster, sentinels, singleServer } from "./store/redis/topology.js";
/** A clock that is further from Redis's than this is wrong, in milliseconds. */
const maxSkew = 1_000;
/**
 * Opens the store that the configuration names.
 *
 * @throws Error in one line that names what is wrong with a store in Redis.
 */
export async function openStore(config, around) {
    const { clock, lifetimes, log } = around;
    if (config.kind === "memory") {
        return { store: createMemoryStore({ clock, lifetimes, ...config }), clock, tell: () => { } };
    }
    const { keyPrefix, replicas, replicasOnDisk, timeout, reread, requireDurable } = config.redis;
    const login = loginOf(config.redis);
    const health = createHealthRelay();
    const store = await openRedisStore({
        ...{ clock, lifetimes, keyPrefix, replicas, replicasOnDisk, timeout, reread, requireDurable },
        ...{ login, caps: config },
        topology: topologyOf(config.redis, login),
        events: eventsTo(log, health),
    });
    return { store, clock: store.clock, tell: health.tell };
}
/** What the log says of the store, and what health is told. */
function eventsTo(log, health) {
    let wasRight = true;
    return {
        onAvailability(isAvailable, reason) {
            health.setServing(isAvailable);
            if (reason === undefined)
                log.info("the store can be reached again");
            else
                log.error({ cause: reason }, isAvailable ? "a part of the store is away" : "the store is away");
        },
        onDurability({ level, because }, servers) {
            const text = `the store is ${level === "durable" ? "durable" : "BEST EFFORT"}: ${because}`;
            if (level === "durable")
                return log.info({ servers }, text);
            return log.warn({ servers }, `${text}. A ticket that was exchanged, cancelled or withdrawn may come back`);
        },
        onSkew(skew) {
            const isRight = Math.abs(skew) <= maxSkew;
            health.setClockRight(isRight);
            if (isRight === wasRight)
                return;
            wasRight = isRight;
            const told = { skewMs: Math.round(skew) };
            if (isRight)
                log.info(told, "the clock of this machine agrees with Redis's again");
            else
                log.warn(told, "the clock of this machine is wrong by Redis's, which tickets follow; user tokens do not");
        },
    };
}
/** Keeps what was told before there was anybody to tell. */
function createHealthRelay() {
    let isServing = true;
    let isRight = true;
    let to;
    return {
        setServing(next) {
            isServing = next;
            to?.setServing(next);
        },
        setClockRight(next) {
            isRight = next;
            to?.setClockRight(next);
        },
        tell(health) {
            to = health;
            health.setServing(isServing);
            health.setClockRight(isRight);
        },
    };
}
function topologyOf({ url, sentinel, cluster: nodes, timeout }, login) {
    if (nodes)
        return cluster({ ...nodes, login, timeout });
    if (sentinel) {
        const { username, password } = sentinel;
        return sentinels({ ...sentinel, timeout, login: { ...login, username, password, database: 0 } });
    }
    const { hostname, port } = new URL(url ?? "");
    return singleServer(`${hostname}:${port || 6379}`);
}
function loginOf({ url, username, password, tls, allowPlaintextOnNetwork }) {
    const given = url === undefined ? undefined : new URL(url);
    const said = (text) => (text ? decodeURIComponent(text) : undefined);
    const read = (file) => (file === undefined ? undefined : readFileSync(file, "utf8"));
    const files = { ca: read(tls?.caFile), cert: read(tls?.certFile), key: read(tls?.keyFile) };
    return {
        username: username ?? said(given?.username),
        password: password ?? said(given?.password),
        database: Number(given?.pathname.slice(1) || 0),
        mayBePlain: (host) => allowPlaintextOnNetwork || isLoopback(host),
        tls: tls || given?.protocol === "rediss:" ? { ...files, serverName: tls?.serverName } : undefined,
    };
}
