import { Redis as IoredisClient } from "ioredis";
import { Redis as IovalkeyClient } from "iovalkey";
import { createClient } from "redis";
// As the store has it: nothing is queued while Redis is away, nothing is sent twice, and a Redis that is silent while it is asked
// is noticed by a timer of the connection, not of each command.
const oneLife = {
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    lazyConnect: true,
    socketTimeout: 1_000,
};
/** What is compared, by name. The first one is what the others are compared with. */
export const clientKinds = {
    ioredis: (port) => likeIoredis(ioredis(port)),
    "ioredis, corked": (port) => corked(ioredis(port)),
    "ioredis, pipelining": (port) => likeIoredis(ioredis(port, true)),
    "node-redis": (port) => nodeRedis(port, 0),
    "node-redis, default": (port) => nodeRedis(port, undefined),
    iovalkey: (port) => likeIoredis(new IovalkeyClient(port, "127.0.0.1", { ...oneLife, retryStrategy: () => null })),
};
function ioredis(port, enableAutoPipelining = false) {
    return new IoredisClient(port, "127.0.0.1", {
        ...oneLife,
        retryStrategy: () => null,
        enableAutoPipelining,
    });
}
/** The socket holds back what is written in one turn of the event loop, and one system call writes all of it: as the store has it. */
async function corked(client) {
    const plain = await likeIoredis(client);
    let held = false;
    function hold() {
        if (held)
            return;
        held = true;
        const { stream } = client;
        stream.cork();
        setImmediate(() => {
            held = false;
            stream.uncork();
        });
    }
    return {
        ...plain,
        get(key) {
            hold();
            return plain.get(key);
        },
        evalsha(sha, key, words) {
            hold();
            return plain.evalsha(sha, key, words);
        },
    };
}
async function likeIoredis(client) {
    await client.connect();
    return {
        load: (script) => client.script("LOAD", script),
        set: (key, value) => client.set(key, value),
        get: (key) => client.get(key),
        evalsha: (sha, key, words) => client.evalsha(sha, 1, key, ...words),
        close: async () => client.disconnect(),
    };
}
/** @param timeout Of each command, in milliseconds: 0 for none, the library's default if undefined. */
async function nodeRedis(port, timeout) {
    const client = createClient({
        socket: { host: "127.0.0.1", port, reconnectStrategy: false },
        disableOfflineQueue: true,
        ...(timeout !== undefined && { commandOptions: { timeout } }),
    });
    await client.connect();
    return {
        load: (script) => client.scriptLoad(script),
        set: (key, value) => client.set(key, value),
        get: (key) => client.get(key),
        evalsha: (sha, key, words) => client.evalSha(sha, { keys: [key], arguments: [...words] }),
        close: async () => client.destroy(),
    };
}
